// Owns the comparison of a short queue with a very long one.

import BullMQTesting
import Foundation
import Witness

/// Measures adding, processing and paging beside a thousand waiting jobs and beside very many.
struct ScaleBench {
    /// What is done in front of so many waiting jobs.
    private static let few = 1000
    private static let jobs = 20_000

    private let options: BenchOptions

    init(_ options: BenchOptions) { self.options = options }

    /// Measures and prints.
    ///
    /// - Returns: Whether a long queue costs no more than 1.3 times a short one.
    func run() async throws -> Bool {
        var samples: [String: [Int: [Double]]] = [:]
        try await withRedisServer { server in
            let witness = try RedisWitness(.unix(path: server.socketPath))
            for round in 1...options.rounds {
                for waiting in [Self.few, options.scale] {
                    try await fill(waiting, server)
                    for step in Self.steps {
                        let cost = try await measure(step, waiting, server, witness)
                        samples[step.name, default: [:]][waiting, default: []].append(cost)
                    }
                    try await witness.run("FLUSHALL", "SYNC")
                    FileHandle.standardError.write(
                        Data("round \(round)/\(options.rounds) with \(waiting) jobs\n".utf8))
                }
            }
        }
        return report(samples)
    }

    /// One thing that is measured.
    private struct Step {
        let name: String
        let command: [Bytes: WitnessedJSON]
        /// Which share of the waiting jobs lies before those that are read.
        var depth = 0.0
    }

    private static let steps = [
        Step(name: "add, 64 at a time", command: ["scenario": "add", "inFlight": 64]),
        Step(name: "process, 100 at a time", command: ["scenario": "process", "concurrency": 100]),
        Step(name: "page, oldest jobs", command: ["scenario": "page"]),
        Step(name: "page, newest jobs", command: ["scenario": "page"], depth: 1),
        Step(name: "page, in the middle", command: ["scenario": "page"], depth: 0.5),
    ]

    private func fill(_ count: Int, _ server: RedisServer) async throws {
        let filler = try await Subject.swift.start(redis: server.unixURL)
        _ = try await filler.run(Scenario.bulk(jobs: count, calls: 2).command(queue: "bench"))
        try await filler.end()
    }

    /// Redis' processor time in microseconds a job.
    private func measure(
        _ step: Step, _ waiting: Int, _ server: RedisServer, _ witness: RedisWitness
    ) async throws -> Double {
        let subject = try await Subject.swift.start(redis: server.unixURL)
        // Ten pages of a hundred are read. A worker's last jobs may be more than it was asked for.
        let start = max(0, Int(Double(waiting - 1200) * step.depth))
        let command = step.command.merging(
            ["queue": "bench", "jobs": .number(Self.jobs), "start": .number(waiting == Self.few ? 0 : start)]
        ) { $1 }
        let before = try await ThroughputBench.processorSeconds(witness)
        _ = try await subject.run(.object(command))
        let seconds = try await ThroughputBench.processorSeconds(witness) - before
        try await subject.end()
        return seconds / Double(Self.jobs) * 1e6
    }

    private func report(_ samples: [String: [Int: [Double]]]) -> Bool {
        var isMet = true
        var rows = [["", "Redis µs/job", "\(Self.few) waiting", "\(options.scale) waiting", "ratio", ""]]
        for step in Self.steps {
            let short = Self.median(samples[step.name]?[Self.few] ?? [])
            let long = Self.median(samples[step.name]?[options.scale] ?? [])
            let isKept = long <= short * 1.3
            isMet = isMet && isKept
            rows.append([
                isKept ? "met" : "MISSED", step.name, Self.text(short), Self.text(long), Self.text(long / short),
                "≤ 1.30",
            ])
        }
        print("\nmedians of \(options.rounds) rounds, \(Self.jobs) jobs each")
        print(Report.aligned(rows))
        return isMet
    }

    private static func median(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : values.sorted()[values.count / 2]
    }

    private static func text(_ number: Double) -> String { String(format: "%.2f", number) }
}
