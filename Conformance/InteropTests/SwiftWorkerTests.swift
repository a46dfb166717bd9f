import BullMQ
import PeerTesting
import Peers
import Stage
import Testing
import Witness

@Suite("A Swift worker, given jobs by an official package", .timeLimit(.minutes(1)))
struct SwiftWorkerTests {
    @Test("leaves results, failures, progress and logs that the package reads", arguments: PeerRuntime.allCases)
    func outcomes(runtime: PeerRuntime) async throws {
        try await runtime.require()
        try await withStage { stage in
            let producer = try await stage.peer(.producer, on: runtime)
            let ids = try await producer.addBulk(
                [
                    ("echo", ["text": "grün 😀", "list": [1, 2.5, nil, true]], [:]),
                    ("value", ["value": nil], [:]),
                    ("fail", ["times": 2], ["attempts": 3]),
                    ("fail", ["times": 9], ["attempts": 2, "backoff": 10]),
                    ("unrecoverable", ["message": "broken for good"], ["attempts": 5]),
                    ("progress", ["progress": [10, ["step": 2]], "logs": ["one", "two"]], [:]),
                    ("update", ["next": ["fresh": true]], [:]),
                    ("postpone", ["ms": 20], [:]),
                    ("who", [:], ["priority": 5]),
                    ("who", [:], ["delay": 30]),
                ],
                to: stage.queue.name)
            try await stage.withWorker(WorkerOptions(concurrency: 3)) {
                ScriptedHandlers.all
            } _: { _ in
                try await stage.followToEnd(of: ids)
            }

            let inspector = try await stage.peer(.inspector, on: runtime)
            func job(_ index: Int) async throws -> WitnessedJSON {
                try #require(try await inspector.job(ids[index], in: stage.queue.name))
            }
            let echo = try await job(0)
            #expect(echo["state"] == "completed")
            #expect(echo["returnvalue"] == echo["data"])
            #expect(echo["attemptsMade"] == 1)
            #expect(try await job(1)["returnvalue"] == .null)
            let retried = try await job(2)
            #expect(retried["returnvalue"] == ["by": "swift", "attempt": 3])
            #expect(retried["attemptsMade"] == 3)
            #expect(retried["attemptsStarted"] == 3)
            #expect(retried["stacktrace"]?.elements?.count == 2)
            let exhausted = try await job(3)
            #expect(exhausted["state"] == "failed")
            #expect(exhausted["failedReason"] == "swift attempt 2")
            #expect(exhausted["attemptsMade"] == 2)
            let unrecoverable = try await job(4)
            #expect(unrecoverable["state"] == "failed")
            #expect(unrecoverable["failedReason"] == "broken for good")
            #expect(unrecoverable["attemptsMade"] == 1)
            #expect(try await job(5)["progress"] == ["step": 2])
            let logs = try await inspector.call("getJobLogs", on: stage.queue.name, .text(ids[5]))
            #expect(logs["logs"] == ["one", "two"])
            #expect(logs["count"] == 2)
            #expect(try await job(6)["data"] == ["fresh": true])
            let postponed = try await job(7)
            #expect(postponed["attemptsStarted"] == 2)
            #expect(postponed["returnvalue"] == ["by": "swift", "attempt": 1])
            #expect(try await job(8)["state"] == "completed")
            #expect(try await job(9)["state"] == "completed")
            try await inspector.finish()
            try await producer.finish()
        }
    }

    @Test("gathers the results of a flow's children, whoever did them", arguments: PeerRuntime.allCases)
    func flow(runtime: PeerRuntime) async throws {
        try await runtime.require()
        try await withStage { stage in
            let queue = WitnessedJSON.text(stage.queue.name)
            let producer = try await stage.peer(.producer, on: runtime)
            let children: WitnessedJSON = [
                ["name": "value", "queueName": queue, "data": ["value": "left"]],
                ["name": "value", "queueName": queue, "data": ["value": "right"]],
            ]
            let answer = try await producer.ask([
                "flow": ["name": "gather", "queueName": queue, "data": [:], "children": children]
            ])
            let parent = try #require(answer["flow"]?["id"]?.string)
            try await stage.withWorker {
                ScriptedHandlers.all
            } _: { _ in
                try await stage.followToEnd(of: [parent])
            }
            let result = try JSONWitness.value(of: try await stage.hash(parent)["returnvalue"] ?? "")
            guard case .object(let values) = result else {
                Issue.record("the result is \(result)")
                return
            }
            #expect(Set(values.values) == ["left", "right"])
            try await producer.finish()
        }
    }
}
