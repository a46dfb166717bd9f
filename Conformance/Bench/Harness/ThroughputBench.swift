// Owns the order of measuring: rounds outside, subjects inside, so that what disturbs the machine disturbs all alike.

import BullMQTesting
import Foundation
import Witness

/// Measures every scenario with every subject.
struct ThroughputBench {
    private let options: BenchOptions

    init(_ options: BenchOptions) { self.options = options }

    /// Measures, prints and writes the results.
    ///
    /// - Returns: Whether every requirement that was measured is met.
    func run() async throws -> Bool {
        let scenarios = Scenario.all(jobs: options.jobs).filter { options.only?.contains($0.name) ?? true }
        var subjects: [Subject] = []
        for subject in Subject.allCases where options.subjects?.contains(subject.rawValue) ?? true {
            if let reason = await subject.missing {
                print("\(subject.rawValue) is left out: \(reason)")
            } else {
                subjects.append(subject)
            }
        }
        let samples = try await withRedisServer { server in
            try await measure(scenarios, subjects, on: server)
        }
        let results = scenarios.flatMap { scenario in
            subjects.filter { !scenario.isOwn || $0 == .swift }.compactMap { subject -> Result? in
                let all = samples[Cell(scenario: scenario, subject: subject)] ?? []
                return Figures(medianOf: all).map {
                    Result(
                        scenario: scenario.name, subject: subject, jobs: scenario.jobs, median: $0, samples: all)
                }
            }
        }
        let report = Report(results: results, rounds: options.rounds)
        print(report.table)
        print(report.checkList)
        print("written to \(try report.write(into: options.output))")
        return report.requirements.allSatisfy(\.isMet)
    }

    private struct Cell: Hashable {
        let scenario: Scenario
        let subject: Subject
    }

    private func measure(
        _ scenarios: [Scenario], _ subjects: [Subject], on server: RedisServer
    ) async throws -> [Cell: [Figures]] {
        let witness = try RedisWitness(.unix(path: server.socketPath))
        var samples: [Cell: [Figures]] = [:]
        for round in 1...options.rounds {
            for scenario in scenarios {
                for subject in subjects where !scenario.isOwn || subject == .swift {
                    let figures = try await measure(scenario, subject, on: server, witness)
                    samples[Cell(scenario: scenario, subject: subject), default: []].append(figures)
                    let note = "\(scenario.name) \(subject.rawValue): \(Int(figures.jobsPerSecond)) jobs/s"
                    FileHandle.standardError.write(Data("round \(round)/\(options.rounds) \(note)\n".utf8))
                }
            }
        }
        return samples
    }

    private func measure(
        _ scenario: Scenario, _ subject: Subject, on server: RedisServer, _ witness: RedisWitness
    ) async throws -> Figures {
        let queue = "bench"
        if scenario.isProcessing {
            let filler = try await Subject.swift.start(redis: server.unixURL)
            _ = try await filler.run(Scenario.bulk(jobs: scenario.jobs, calls: 2).command(queue: queue))
            try await filler.end()
        }
        let process = try await subject.start(redis: server.unixURL)
        let before = try await Self.processorSeconds(witness)
        let answer = try await process.run(scenario.command(queue: queue))
        let redisSeconds = try await Self.processorSeconds(witness) - before
        let memory = process.memory?.peak
        try await process.end()

        let stored = try await Self.stored(scenario, queue, witness)
        guard stored == scenario.jobs else {
            throw BenchError("\(subject.rawValue) did \(stored) of \(scenario.jobs) jobs of \(scenario.name)")
        }
        try await witness.run("FLUSHALL", "SYNC")
        return Figures(
            jobs: scenario.jobs, seconds: try Self.number(answer, "seconds"), redisSeconds: redisSeconds,
            clientSeconds: try Self.number(answer, "cpu_user") + Self.number(answer, "cpu_sys"),
            peakBytes: try memory ?? Int(Self.number(answer, "maxrss_kb")) * 1024)
    }

    /// Processor seconds of the thread that runs the commands.
    static func processorSeconds(_ witness: RedisWitness) async throws -> Double {
        let info = try await witness.info("cpu")
        guard let user = info["used_cpu_user_main_thread"].flatMap(Double.init),
            let system = info["used_cpu_sys_main_thread"].flatMap(Double.init)
        else { throw BenchError("this Redis does not tell the processor time of its main thread (6.2 and later do)") }
        return user + system
    }

    /// How many jobs are where the scenario should have brought them.
    private static func stored(_ scenario: Scenario, _ queue: String, _ witness: RedisWitness) async throws -> Int {
        scenario.isProcessing
            ? try await witness.run("ZCARD", "bull:\(queue):completed").number
            : try await witness.run("LLEN", "bull:\(queue):wait").number
    }

    private static func number(_ answer: WitnessedJSON, _ name: Bytes) throws -> Double {
        switch answer[name] {
        case .integer(let value)?: return Double(value)
        case .double(let value)?: return value
        default: throw BenchError("the answer has no number \(name): \(answer)")
        }
    }
}
