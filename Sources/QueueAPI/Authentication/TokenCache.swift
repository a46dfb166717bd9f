// Owns: answers about tokens that were given a moment ago. The rule it keeps: never more than a fixed number of them.

import Synchronization

/// What is known of a token, by its digest. When it is full it forgets the older half.
final class TokenCache: Sendable {
    /// What was found.
    enum Finding: Sendable {
        case valid(Caller)
        case invalid
    }

    private struct Entry {
        let finding: Finding
        let expiresAt: ContinuousClock.Instant
    }

    private struct Generations {
        var young: [BearerToken.Digest: Entry] = [:]
        var old: [BearerToken.Digest: Entry] = [:]
    }

    private let entries = Mutex(Generations())
    private let half: Int

    init(capacity: Int = 20_000) { half = max(1, capacity / 2) }

    func finding(_ token: BearerToken.Digest, at now: ContinuousClock.Instant) -> Finding? {
        entries.withLock { entries in
            guard let entry = entries.young[token] ?? entries.old[token], entry.expiresAt > now else { return nil }
            return entry.finding
        }
    }

    func remember(_ finding: Finding, of token: BearerToken.Digest, until expiresAt: ContinuousClock.Instant) {
        entries.withLock { entries in
            if entries.young.count >= half {
                entries.old = entries.young
                entries.young = [:]
            }
            entries.young[token] = Entry(finding: finding, expiresAt: expiresAt)
        }
    }

    func forget(_ token: BearerToken.Digest) {
        entries.withLock { entries in
            entries.young[token] = nil
            entries.old[token] = nil
        }
    }
}
