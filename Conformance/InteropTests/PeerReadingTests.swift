import BullMQ
import Foundation
import PeerTesting
import Peers
import Stage
import Testing
import Witness

@Suite("An official package, reading Swift's jobs", .timeLimit(.minutes(1)))
struct PeerReadingTests {
    @Test("finds every field as in a job of its own, whatever the options", arguments: PeerRuntime.allCases)
    func options(runtime: PeerRuntime) async throws {
        try await runtime.require()
        try await compare(runtime) { ours, theirs in
            let producer = try await theirs.peer(.producer, on: runtime)
            let now = Int(Date().timeIntervalSince1970 * 1000)
            let data: WitnessedJSON = ["text": "ü", "n": [1, 2.5, nil]]
            var ids: [String] = []
            for options in StoredFormTests.optionCases {
                var swift = options.swift
                swift.timestamp = Date(timeIntervalSince1970: Double(now) / 1000)
                guard case .object(var members) = options.peer else { continue }
                members["timestamp"] = .number(now)
                let job = try await ours.queue.add(name: "work", data: JSONText(validating: data.text), options: swift)
                let id = try await producer.add("work", data, to: theirs.queue.name, options: .object(members))
                #expect(job.id == id)
                ids.append(id)
            }
            try await producer.finish()
            return ids
        }
    }

    @Test("finds every field of a worked job as if its own worker had done it", arguments: PeerRuntime.allCases)
    func worked(runtime: PeerRuntime) async throws {
        try await runtime.require()
        try await compare(runtime) { ours, theirs in
            let jobs: [(name: String, data: JSONValue, options: JobOptions)] = [
                ("echo", ["text": "ü"], JobOptions()),
                ("fail", ["times": 1, "message": "once"], JobOptions(attempts: 2)),
                ("fail", ["times": 9, "message": "always"], JobOptions(attempts: 2)),
                ("progress", ["progress": [["x": 1]], "logs": ["row"]], JobOptions(priority: 3)),
                ("update", ["next": "new"], JobOptions()),
            ]
            let bulk = jobs.map { BulkJob(name: $0.name, data: JSONText($0.data), options: $0.options) }
            let ids = try await ours.queue.addBulk(bulk).map(\.id)
            try await theirs.queue.addBulk(bulk)
            let worker = try await theirs.peer(.worker(queue: theirs.queue.name), on: runtime)
            try await theirs.followToEnd(of: ids)
            try await worker.finish()
            try await ours.withWorker {
                ScriptedHandlers.all
            } _: { _ in
                try await ours.followToEnd(of: ids)
            }
            return ids
        }
    }

    /// Lets `play` put jobs of the same ids into two queues, and compares what the package reads of both.
    private func compare(
        _ runtime: PeerRuntime, _ play: (_ ours: Stage, _ theirs: Stage) async throws -> [String]
    ) async throws {
        try await withStage { ours in
            try await withStage { theirs in
                let ids = try await play(ours, theirs)
                let reader = try await ours.peer(.inspector, on: runtime)
                let otherReader = try await theirs.peer(.inspector, on: runtime)
                for id in Set(ids).sorted() {
                    let own = try #require(try await reader.job(id, in: ours.queue.name))
                    let other = try #require(try await otherReader.job(id, in: theirs.queue.name))
                    #expect(Self.comparable(own) == Self.comparable(other), "job \(id)")
                }
                try await reader.finish()
                try await otherReader.finish()
            }
        }
    }

    /// The properties, with times reduced to their type, and a runtime's own words left out.
    private static func comparable(_ job: WitnessedJSON) -> [Bytes: WitnessedJSON] {
        guard case .object(var properties) = job else { return [:] }
        for time in ["timestamp", "processedOn", "finishedOn"] as [Bytes] {
            if let value = properties[time]?.integer {
                properties[time] = value > 1_500_000_000_000 ? "a time" : "none"
            }
        }
        if let traces = properties["stacktrace"]?.elements { properties["stacktrace"] = .number(traces.count) }
        if case .object(var result)? = properties["returnvalue"], result["by"] != nil {
            result["by"] = "a worker"
            properties["returnvalue"] = .object(result)
        }
        if case .object(var options)? = properties["opts"], options["delay"] == 0 {
            options["delay"] = nil
            properties["opts"] = .object(options)
        }
        return properties
    }
}
