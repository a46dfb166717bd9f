import BullMQ
import BullMQTesting
import Foundation
import PeerTesting
import Peers
import Stage
import Testing
import Witness

@Suite("What Swift stores", .timeLimit(.minutes(1)))
struct StoredFormTests {
    /// The same options in Swift and as the official packages take them.
    struct OptionCase: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let swift: JobOptions
        let peer: WitnessedJSON

        init(_ description: String, _ swift: JobOptions, _ peer: WitnessedJSON) {
            testDescription = description
            self.swift = swift
            self.peer = peer
        }
    }

    static let optionCases = [
        OptionCase("none", JobOptions(), [:]),
        OptionCase("a custom id", JobOptions(jobID: "order-7 ü"), ["jobId": "order-7 ü"]),
        OptionCase("a delay", JobOptions(delay: .seconds(3600)), ["delay": 3_600_000]),
        OptionCase("a priority", JobOptions(priority: 7), ["priority": 7]),
        OptionCase(
            "a delay and a priority", JobOptions(priority: 2_097_151, delay: .seconds(3600)),
            ["priority": 2_097_151, "delay": 3_600_000]),
        OptionCase("newest first", JobOptions(lifo: true), ["lifo": true]),
        OptionCase(
            "attempts with a fixed pause", JobOptions(attempts: 3, backoff: .fixed(.seconds(1))),
            ["attempts": 3, "backoff": ["type": "fixed", "delay": 1000]]),
        OptionCase(
            "attempts with an exponential pause",
            JobOptions(attempts: 3, backoff: .exponential(.seconds(1), jitter: 0.5)),
            ["attempts": 3, "backoff": ["type": "exponential", "delay": 1000, "jitter": 0.5]]),
        OptionCase(
            "attempts with a pause of another type",
            JobOptions(attempts: 3, backoff: .custom("lunar", delay: .milliseconds(5))),
            ["attempts": 3, "backoff": ["type": "lunar", "delay": 5]]),
        OptionCase(
            "removal at once, or never", JobOptions(removeOnComplete: .remove, removeOnFail: .keepAll),
            ["removeOnComplete": true, "removeOnFail": false]),
        OptionCase(
            "removal by count and by age",
            JobOptions(
                removeOnComplete: .keep(count: 10), removeOnFail: .keep(count: 5, age: .seconds(60), limit: 100)),
            ["removeOnComplete": 10, "removeOnFail": ["count": 5, "age": 60, "limit": 100]]),
        OptionCase("kept logs", JobOptions(keepLogs: 5), ["keepLogs": 5]),
        OptionCase("kept stack traces", JobOptions(stackTraceLimit: 2), ["stackTraceLimit": 2]),
        OptionCase("a size limit", JobOptions(sizeLimit: 1000), ["sizeLimit": 1000]),
        OptionCase(
            "plain deduplication", JobOptions(deduplication: .simple(id: "d")), ["deduplication": ["id": "d"]]),
        OptionCase(
            "throttling", JobOptions(deduplication: .throttle(id: "d", ttl: .seconds(60))),
            ["deduplication": ["id": "d", "ttl": 60_000]]),
        OptionCase(
            "debouncing", JobOptions(delay: .seconds(60), deduplication: .debounce(id: "d", ttl: .seconds(60))),
            ["delay": 60_000, "deduplication": ["id": "d", "ttl": 60_000, "extend": true, "replace": true]]),
        OptionCase(
            "keeping the last", JobOptions(deduplication: .keepLast(id: "d")),
            ["deduplication": ["id": "d", "keepLastIfActive": true]]),
    ]

    @Test("when it adds a job is what the official package stores", arguments: PeerRuntime.allCases, optionCases)
    func added(runtime: PeerRuntime, options: OptionCase) async throws {
        try await runtime.require()
        try await compareAdding(options.swift, options.peer, runtime)
    }

    @Test(
        "when it adds a child is what the official package stores", arguments: PeerRuntime.allCases,
        [nil] + ChildFailurePolicy.allCases)
    func addedChild(runtime: PeerRuntime, onFailure: ChildFailurePolicy?) async throws {
        try await runtime.require()
        let names: [ChildFailurePolicy: Bytes] = [
            .failParent: "failParentOnFailure", .continueParent: "continueParentOnFailure",
            .ignore: "ignoreDependencyOnFailure", .removeDependency: "removeDependencyOnFailure",
        ]
        var members: [Bytes: WitnessedJSON] = [:]
        if let onFailure, let name = names[onFailure] { members[name] = true }
        try await compareAdding(JobOptions(onFailure: onFailure), .object(members), runtime, withParent: true)
    }

    /// Lets Swift and the package each add the same job to a queue of its own, and compares all that is stored.
    private func compareAdding(
        _ swift: JobOptions, _ peer: WitnessedJSON, _ runtime: PeerRuntime, withParent: Bool = false
    ) async throws {
        guard case .object(var members) = peer else { throw ScriptedFailure("options are an object") }
        var swift = swift
        let now = Int(Date().timeIntervalSince1970 * 1000)
        swift.timestamp = Date(timeIntervalSince1970: Double(now) / 1000)
        members["timestamp"] = .number(now)
        let data: WitnessedJSON = ["file": "a.jpg", "width": 640]
        try await withStage { ours in
            try await withStage { theirs in
                let producer = try await theirs.peer(.producer, on: runtime)
                if withParent {
                    let parent = try await ours.queue.add(name: "parent", options: JobOptions(delay: .seconds(3600)))
                    swift.parent = ours.queue.reference(to: parent)
                    let id = try await producer.add("parent", to: theirs.queue.name, options: ["delay": 3_600_000])
                    members["parent"] = ["id": .text(id), "queue": .text(theirs.queue.qualifiedName)]
                }
                let job = try await ours.queue.add(name: "work", data: JSONText(validating: data.text), options: swift)
                let id = try await producer.add("work", data, to: theirs.queue.name, options: .object(members))
                #expect(job.id == id)
                let differences = try await StoredForm.differences(ours, theirs)
                #expect(differences == [])
                try await producer.finish()
            }
        }
    }

    @Test("when it works jobs is what the official package stores", arguments: PeerRuntime.allCases)
    func worked(runtime: PeerRuntime) async throws {
        try await runtime.require()
        try await withStage { ours in
            try await withStage { theirs in
                let producer = try await theirs.peer(.producer, on: runtime)
                let jobs: [(name: String, data: WitnessedJSON, options: WitnessedJSON)] = [
                    ("echo", ["a": [1, "ü"]], [:]),
                    ("value", ["value": nil], [:]),
                    ("fail", ["times": 1, "message": "once"], ["attempts": 2]),
                    ("fail", ["times": 9, "message": "always"], ["attempts": 2, "backoff": 5]),
                    ("unrecoverable", ["message": "never"], ["attempts": 3, "stackTraceLimit": 1]),
                    ("progress", ["progress": [1, ["x": "y"]], "logs": ["row"]], ["keepLogs": 1]),
                    ("update", ["next": [1, 2]], [:]),
                    ("value", ["value": 1], ["removeOnComplete": true]),
                    ("value", ["value": 2], ["deduplication": ["id": "d"]]),
                ]
                let ids = try await producer.addBulk(jobs, to: theirs.queue.name)
                _ = try await ours.peer(.producer, on: runtime).addBulk(jobs, to: ours.queue.name)

                let worker = try await theirs.peer(.worker(queue: theirs.queue.name), on: runtime)
                try await theirs.followToEnd(of: ids)
                try await worker.finish()
                try await ours.withWorker {
                    ScriptedHandlers.all
                } _: { _ in
                    try await ours.followToEnd(of: ids)
                }
                let differences = try await StoredForm.differences(ours, theirs)
                #expect(differences == [])
                try await producer.finish()
            }
        }
    }
}
