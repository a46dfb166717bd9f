// Owns the measurement of a worker that has nothing to do: its memory, and what it asks of Redis all the same.

import BullMQTesting
import Foundation
import Witness

/// Watches an idle worker with default options.
struct IdleBench {
    private let options: BenchOptions

    init(_ options: BenchOptions) { self.options = options }

    /// Measures and prints.
    ///
    /// - Returns: Whether memory and commands are within their bounds.
    func run() async throws -> Bool {
        try await withRedisServer { server in
            let witness = try RedisWitness(.unix(path: server.socketPath))
            let subject = try await Subject.swift.start(redis: server.unixURL)
            let command: WitnessedJSON = [
                "scenario": "idle", "queue": "bench", "concurrency": .number(options.concurrency),
            ]
            guard try await subject.run(command)["idle"] == true else { throw BenchError("the worker is not idle") }
            // The connection for waits is made at the first wait; from then on nothing but waiting is to be seen.
            while try await witness.info("clients")["blocked_clients"] == "0" {
                try await Task.sleep(for: .milliseconds(10))
            }
            let before = try await Self.calls(witness)
            let seconds = options.minutes * 60
            // What is measured here is that time passes.
            try await Task.sleep(for: .seconds(seconds))
            let after = try await Self.calls(witness)
            guard let memory = subject.memory else { throw BenchError("this system does not tell a process's memory") }
            try await subject.end()

            let sent = after.merging(before) { $0 - $1 }.filter { $0.value > 0 }
            return report(seconds: seconds, sent: sent, memory: memory)
        }
    }

    /// Calls by command, without those that only scripts make and without the witness's own.
    private static func calls(_ witness: RedisWitness) async throws -> [String: Int] {
        let topLevel: Set = [
            "auth", "bzpopmin", "client", "eval", "evalsha", "hello", "ping", "script", "select", "xread",
        ]
        var calls: [String: Int] = [:]
        for (field, value) in try await witness.info("commandstats") {
            let name = field.dropFirst("cmdstat_".count).prefix { $0 != "|" }
            guard topLevel.contains(String(name)) else { continue }
            let count = value.split(separator: ",").first?.split(separator: "=").last.flatMap { Int($0) }
            calls[String(name), default: 0] += count ?? 0
        }
        return calls
    }

    /// A wait lasts five seconds and is followed by one fetch; each half minute stalled jobs are looked for
    /// (protocol: worker, sections 7 and 17).
    private func report(seconds: Double, sent: [String: Int], memory: (now: Int, peak: Int)) -> Bool {
        let waits = Int(seconds / 5) + 1
        let checks = Int(seconds / 30) + 1
        let bounds = ["bzpopmin": waits, "evalsha": waits + checks]
        let rows = sent.sorted { $0.key < $1.key }.map { name, count in
            let bound = bounds[name] ?? 0
            return [count <= bound ? "met" : "MISSED", name, "\(count)", "≤ \(bound)"]
        }
        let megabytes = Double(memory.now) / 1e6
        let isSmall = megabytes <= 25
        let note = [
            isSmall ? "met" : "MISSED", "resident memory in MB (at most \(Double(memory.peak) / 1e6))", "\(megabytes)",
            "≤ 25",
        ]
        print("\nan idle worker, concurrency \(options.concurrency), \(options.minutes) minutes")
        print(Report.aligned(rows + [note]))
        return isSmall && sent.allSatisfy { $0.value <= bounds[$0.key] ?? 0 }
    }
}
