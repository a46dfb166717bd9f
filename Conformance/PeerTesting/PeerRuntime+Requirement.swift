// Owns the rule for tests that need a peer: a missing required peer fails the test, a missing optional one skips it
// and says so.

public import Peers
public import Testing

extension PeerRuntime {
    /// Goes on when the peer can play.
    ///
    /// - Throws: When it cannot: an error that skips the test for an optional peer, after a warning in the report that
    ///   names the reason; else an error that fails it.
    public func require(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        guard let reason = await missing else { return }
        if isOptional {
            // A cancelled case of a parameterised test is not printed by itself; a skip must never look like a pass.
            Issue.record("skipped, \(reason)", severity: .warning, sourceLocation: sourceLocation)
            try Test.cancel("skipped, \(reason)", sourceLocation: sourceLocation)
        }
        throw MissingPeer(reason: reason)
    }
}

/// A peer the suite cannot do without is not installed.
struct MissingPeer: Error, CustomStringConvertible {
    let reason: String

    var description: String { reason }
}
