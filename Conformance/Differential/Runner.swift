// Owns a whole run: the server, the directed cases, the random sequences, and what is reported.

import BullMQTesting
import Dispatch
import Witness

/// Compares our scripts with the official package's.
public struct DifferentialRun: Sendable {
    /// Only directed cases whose name or script contains this text; `nil` for all.
    public var filter: String?
    /// Where progress and differences are told, line by line.
    public var tell: @Sendable (String) -> Void

    /// A run.
    public init(filter: String? = nil, tell: @escaping @Sendable (String) -> Void) {
        self.filter = filter
        self.tell = tell
    }

    /// What came out.
    public struct Outcome: Hashable, Sendable, CustomStringConvertible {
        /// How many scripts were compared.
        public var scripts = 0
        /// How many directed cases and random sequences were played.
        public var cases = 0
        /// How many of them differ.
        public var differences = 0

        /// The last line of the report.
        public var description: String { "conformance: \(scripts) scripts, \(cases) cases, \(differences) differences" }
    }

    /// Plays everything on a private Redis.
    ///
    /// - Throws: An error that made the comparison impossible; differences are in the outcome.
    public func run() async throws -> Outcome {
        let reference = try await ScriptTexts.reference()
        return try await withRedisServer(RedisServerOptions(directives: ["databases 256"])) { server in
            let path = server.socketPath
            // Everything below blocks, so it gets a thread of its own.
            return try await withCheckedThrowingContinuation { continuation in
                DispatchQueue(label: "differential").async {
                    continuation.resume(with: Result { try play(on: path, reference: reference) })
                }
            }
        }
    }

    private func play(on path: String, reference: ScriptTexts) throws -> Outcome {
        let twins = try Twins(RedisPipeline(.unix(path: path)), ours: .ours(), reference: reference)
        var outcome = Outcome(scripts: twins.comparable.count)
        try playDirected(on: twins, &outcome)
        return outcome
    }

    private func playDirected(on twins: Twins, _ outcome: inout Outcome) throws {
        for group in DirectedCases.all {
            for directed in group.cases {
                let title = "\(group.script): \(directed.name)"
                if let filter, !title.contains(filter) { continue }
                outcome.cases += 1
                let scene = Scene(twins, Twins.Pair(index: 1))
                do {
                    try scene.begin()
                    try directed.play(scene)
                    if let deviation = directed.deviation, !scene.seenDeviations.contains(deviation) {
                        throw Difference(
                            occasion: "\(deviation.name)", lines: ["the case never showed this deviation"], steps: [])
                    }
                } catch let difference as Difference {
                    outcome.differences += 1
                    tell("DIFFERENCE \(title) (\(directed.section))\n\(difference)")
                }
            }
        }
    }
}
