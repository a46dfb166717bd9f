import BullMQ
import PeerTesting
import Peers
import Stage
import Testing
import Witness

@Suite("A worker of an official package, given jobs by Swift", .timeLimit(.minutes(1)))
struct PeerWorkerTests {
    struct Order: Codable, Equatable {
        let customer: String
        let amounts: [Double]
        var note: String?
    }

    @Test("returns a typed result to the producer that waits for it", arguments: PeerRuntime.allCases)
    func typed(runtime: PeerRuntime) async throws {
        try await runtime.require()
        try await withStage { stage in
            let worker = try await stage.peer(.worker(queue: stage.queue.name), on: runtime)
            let events = try QueueEvents(stage.queue.name, redis: stage.redis, prefix: stage.prefix)
            let order = Order(customer: "Zoë 北京", amounts: [0.1, 1e21, -3])
            let job = try await stage.queue.add(JobType<Order, Order>("echo"), order)
            #expect(try await job.result(timeout: .seconds(20), events: events) == order)
            try await worker.finish()
        }
    }

    @Test("leaves results, failures, progress and logs that Swift reads", arguments: PeerRuntime.allCases)
    func outcomes(runtime: PeerRuntime) async throws {
        try await runtime.require()
        try await withStage { stage in
            let queue = stage.queue
            let jobs = try await queue.addBulk([
                BulkJob(
                    name: "fail", data: JSONText(["times": 2]),
                    options: JobOptions(attempts: 3, backoff: .fixed(.milliseconds(5)))),
                BulkJob(name: "fail", data: JSONText(["times": 9]), options: JobOptions(attempts: 2)),
                BulkJob(name: "unrecoverable", options: JobOptions(attempts: 5)),
                BulkJob(name: "progress", data: JSONText(["progress": [10, ["step": 2]], "logs": ["one", "two"]])),
                BulkJob(name: "update", data: JSONText(["next": ["fresh": true]])),
                BulkJob(name: "postpone", data: JSONText(["ms": 20])),
                BulkJob(name: "who", options: JobOptions(priority: 5)),
                BulkJob(name: "who", options: JobOptions(delay: .milliseconds(30))),
                BulkJob(name: "who", options: JobOptions(removeOnComplete: .remove)),
            ])
            let worker = try await stage.peer(.worker(queue: queue.name, options: ["concurrency": 3]), on: runtime)
            try await stage.followToEnd(of: jobs.map(\.id))
            try await worker.finish()

            func read(_ index: Int) async throws -> Job { try #require(try await queue.job(jobs[index].id)) }
            let retried = try await read(0)
            #expect(try retried.returnValue?.value() == ["by": .string(runtime.rawValue), "attempt": 3])
            #expect(retried.attemptsMade == 3)
            #expect(retried.attemptsStarted == 3)
            #expect(retried.stackTrace.count == 2)
            let exhausted = try await read(1)
            #expect(try await exhausted.state() == .failed)
            #expect(exhausted.failedReason == "\(runtime) attempt 2")
            let unrecoverable = try await read(2)
            #expect(unrecoverable.failedReason == "\(runtime) gives up")
            #expect(unrecoverable.attemptsMade == 1)
            let progress = try await read(3)
            #expect(try progress.progress.value() == ["step": 2])
            #expect(try await progress.logs() == ["one", "two"])
            #expect(try await read(4).data.value() == ["fresh": true])
            let postponed = try await read(5)
            #expect(postponed.attemptsStarted == 2)
            #expect(postponed.attemptsMade == 1)
            #expect(try await queue.counts().completed == 6)
            #expect(try await queue.state(of: jobs[8].id) == nil)
            let finished = try #require(postponed.finishedOn)
            #expect(finished >= postponed.timestamp)
        }
    }
}
