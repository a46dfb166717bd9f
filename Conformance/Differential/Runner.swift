// Owns a whole run: the server, the directed cases, the random sequences, and what is reported.

import BullMQTesting
import Dispatch
import Witness

/// Compares our scripts with the official package's.
public struct DifferentialRun: Sendable {
    /// Only directed cases whose name or script contains this text; `nil` for all.
    public var filter: String?
    /// How many random sequences are played.
    public var sequences: Int
    /// What the random sequences follow from.
    public var seed: UInt64
    /// Where progress and differences are told, line by line.
    public var tell: @Sendable (String) -> Void

    /// A run.
    ///
    /// - Parameters:
    ///   - filter: Only directed cases whose name or script contains this text. Default: all.
    ///   - sequences: How many random sequences are played. Default: 2000.
    ///   - seed: What the random sequences follow from. Default: 1.
    ///   - tell: Takes progress and differences, line by line.
    public init(
        filter: String? = nil, sequences: Int = 2000, seed: UInt64 = 1, tell: @escaping @Sendable (String) -> Void
    ) {
        self.filter = filter
        self.sequences = sequences
        self.seed = seed
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

        /// How many lines of our scripts never ran and have no reason, or have a reason without being there.
        public var unexplained = 0

        /// Whether nothing differs and every line ran or has a reason.
        public var isSuccess: Bool { differences == 0 && unexplained == 0 }

        /// The last line of the report.
        public var description: String { "conformance: \(scripts) scripts, \(cases) cases, \(differences) differences" }
    }

    /// Plays everything on a private Redis.
    ///
    /// - Throws: An error that made the comparison impossible; differences are in the outcome.
    public func run() async throws -> Outcome { try await onTwins(play) }

    /// Plays given steps, as ``StepText`` writes them, one by one.
    ///
    /// - Returns: What differs; `nil` when nothing does, or only on purpose.
    public func replay(_ text: String) async throws -> Difference? {
        let steps = try StepText.steps(text)
        return try await onTwins { twins in try Trial(twins, .spare).locate(steps) }
    }

    private func onTwins<Value: Sendable>(_ body: @escaping @Sendable (Twins) throws -> Value) async throws -> Value {
        let reference = try await ScriptTexts.reference()
        let options = RedisServerOptions(directives: ["databases \(2 * (SequencePlayer.lanes + 2))"])
        return try await withRedisServer(options) { server in
            let path = server.socketPath
            // Everything blocks, so it gets a thread of its own.
            return try await withCheckedThrowingContinuation { continuation in
                DispatchQueue(label: "differential").async {
                    continuation.resume(
                        with: Result {
                            try body(Twins(RedisPipeline(.unix(path: path)), ours: .ours(), reference: reference))
                        })
                }
            }
        }
    }

    private func play(_ twins: Twins) throws -> Outcome {
        var outcome = Outcome(scripts: twins.comparable.count)
        let coverage = try ScriptCoverage(instrumenting: twins, scripts: twins.comparable)
        try playDirected(on: twins, &outcome)
        try playRandom(on: twins, &outcome)
        if filter == nil {
            let report = try coverage.report(on: twins)
            outcome.unexplained = report.unexplained.count + report.stale.count
            tell("\(report)")
        }
        return outcome
    }

    private func playDirected(on twins: Twins, _ outcome: inout Outcome) throws {
        for group in DirectedCases.all {
            for directed in group.cases {
                let title = "\(group.script): \(directed.name)"
                if let filter, !title.contains(filter) { continue }
                outcome.cases += 1
                let scene = Scene(twins, .spare)
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

    private func playRandom(on twins: Twins, _ outcome: inout Outcome) throws {
        let player = SequencePlayer(twins, seed: seed)
        var failures = 0
        for first in stride(from: 0, to: sequences, by: SequencePlayer.lanes) {
            let numbers = first..<min(first + SequencePlayer.lanes, sequences)
            for failure in try player.play(numbers) {
                outcome.differences += 1
                failures += 1
                // A few shrunk sequences tell more than hundreds of raw ones.
                if failures <= 5 { try report(failure, twins) }
            }
            outcome.cases += numbers.count
        }
        tell(
            "\(sequences) random sequences of seed \(seed): \(player.steps) steps, \(player.excused) ended at a deviation"
        )
    }

    private func report(_ failure: FailedSequence, _ twins: Twins) throws {
        tell("DIFFERENCE in random sequence \(failure.number) of seed \(seed)")
        let trial = Trial(twins, .spare)
        guard try trial.play(failure.steps) != nil else {
            tell("\(failure.difference)\n  (played alone, these steps do not differ)")
            return
        }
        // Calls that are cut down until a script fails on them would show another difference than the one that was found.
        var allowed = trial.errors
        var shrinker = Shrinker { steps in
            guard try trial.play(steps) != nil, trial.errors <= allowed else { return false }
            allowed = trial.errors
            return true
        }
        let steps = try shrinker.shrink(failure.steps)
        let located = try trial.locate(steps) ?? failure.difference
        tell("\(located)\n  to replay:\n\(StepText.text(steps))")
    }
}
