// Owns comparing clients: both perform a scenario, and what they left in Redis and answered must be equal.

import BullMQTesting
import Differential
import FoundationEssentials
public import Peers
import Stage
import Witness

/// This library and an official package, each performing the same scenarios on one Redis.
public struct ClientComparison: Sendable {
    private let ours: Stage
    private let theirs: Stage
    private let runtime: PeerRuntime
    private let producer: Peer
    private let inspector: Peer

    /// Runs `body` with both clients on a private Redis.
    ///
    /// - Parameter runtime: The package. Default: Python's, whose allowed differences are known.
    public static func run<Value: Sendable>(
        with runtime: PeerRuntime = .python, _ body: (ClientComparison) async throws -> Value
    ) async throws -> Value {
        try await withRedisServer { server in
            try await withStage(on: server) { ours in
                try await withStage(on: server) { theirs in
                    let comparison = ClientComparison(
                        ours: ours, theirs: theirs, runtime: runtime,
                        producer: try await theirs.peer(.producer, on: runtime),
                        inspector: try await theirs.peer(.inspector, on: runtime))
                    let value = try await body(comparison)
                    try await comparison.producer.finish()
                    try await comparison.inspector.finish()
                    return value
                }
            }
        }
    }

    /// What came out of all scenarios.
    public struct Outcome: Hashable, Sendable {
        /// How many scenarios were performed.
        public var scenarios = 0
        /// How many of them differ, or could not be performed.
        public var differences = 0
        /// The allowed differences that no scenario showed, although they do not depend on chance: they would hide
        /// differences that nobody has judged.
        public var unseen = Set(AllowedDifference.allCases.filter { !$0.dependsOnChance })

        /// Whether nothing differs, and nothing is allowed in vain.
        public var isSuccess: Bool { differences == 0 && unseen.isEmpty }
    }

    /// Performs every scenario with this library and the Python package, on a private Redis.
    ///
    /// - Parameter tell: Takes what differs, line by line.
    public static func runAll(tell: (String) -> Void) async throws -> Outcome {
        try await run { comparison in
            var outcome = Outcome()
            for scenario in ClientScenario.all {
                outcome.scenarios += 1
                let differences = try await comparison.differences(in: scenario, &outcome.unseen)
                guard !differences.isEmpty else { continue }
                outcome.differences += 1
                tell("DIFFERENCE between the clients: \(scenario.name)")
                for difference in differences { tell("  \(difference)") }
            }
            for allowed in outcome.unseen.map(\.rawValue).sorted() {
                tell("no scenario showed the allowed difference \(allowed)")
            }
            return outcome
        }
    }

    /// What differs in a scenario; the allowed differences that it shows are no longer unseen.
    private func differences(
        in scenario: ClientScenario, _ unseen: inout Set<AllowedDifference>
    ) async throws -> [String] {
        let performances: Performances
        do {
            performances = try await self.performances(of: scenario)
        } catch let error where !(error is CancellationError) {
            return ["could not be performed: \(error)"]
        }
        let all = Set(AllowedDifference.allCases)
        for allowed in unseen where try !performances.differences(allowing: all.subtracting([allowed])).isEmpty {
            unseen.remove(allowed)
        }
        return try performances.differences()
    }

    /// Performs a scenario with both.
    ///
    /// - Throws: What kept a client from performing it.
    public func performances(of scenario: ClientScenario) async throws -> Performances {
        while true {
            let label = RedisServer.uniqueName("scenario") + "."
            let beginning = Self.now
            let left = try await performance(
                scenario, by: LibraryClient(stage: ours, scenario: label), on: ours, label, beginning)
            let right = try await performance(
                scenario,
                by: PackageClient(
                    stage: theirs, scenario: label, runtime: runtime, producer: producer, inspector: inspector),
                on: theirs, label, beginning)
            if scenario.needsOneMinute, beginning / 60_000 != Self.now / 60_000 { continue }
            return Performances(ours: left, reference: right)
        }
    }

    private func performance(
        _ scenario: ClientScenario, by client: any Client, on stage: Stage, _ label: String, _ beginning: Int
    ) async throws -> Performance {
        let play = Play(client)
        try await scenario.perform(play)
        let base = "\(stage.prefix):\(label)"
        return Performance(
            base: base, beginning: beginning, answers: play.outcome.answers, hasWorked: play.outcome.hasWorked,
            picture: try await stage.witness().dump(prefix: Bytes(base)))
    }

    private static var now: Int { Int(Date().timeIntervalSince1970 * 1000) }
}
