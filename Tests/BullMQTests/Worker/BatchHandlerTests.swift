// Owns: jobs that are processed together.

import BullMQTesting
import LiveTesting
import Testing

@testable import BullMQ

@Suite("A batch handler", .live, .timeLimit(.minutes(3)))
struct BatchHandlerTests {
    private static let square = JobType<Int, Int>("square")

    @Test("gets up to so many jobs at a time, and each job its own result")
    func fullBatches() async throws {
        let live = try await LiveQueue.make()
        let sizes = Log<Int>()
        let jobs = try await live.queue.addBulk((1...10).map { BulkJob(Self.square, $0) })
        try await live.withWorker(WorkerOptions(concurrency: 5)) {
            // Longer than the test may take: only full batches start.
            Handler(batchOf: Self.square, upTo: 5, within: .seconds(600)) { jobs in
                await sizes.append(jobs.count)
                return jobs.map { .success($0.payload * $0.payload) }
            }
        } _: { _ async throws in
            for (index, job) in jobs.enumerated() {
                #expect(try await live.ending(of: job).decode(Int.self) == (index + 1) * (index + 1))
            }
        }
        #expect(try await sizes.first(2) == [5, 5])
    }

    @Test("starts with fewer when the window ends, and fails only the jobs whose result is a failure")
    func window() async throws {
        struct Odd: Error, CustomStringConvertible { let description = "odd" }
        let live = try await LiveQueue.make()
        let jobs = try await live.queue.addBulk((1...3).map { BulkJob(Self.square, $0) })
        try await live.withWorker(WorkerOptions(concurrency: 5)) {
            Handler(batchOf: Self.square, upTo: 5, within: .milliseconds(100)) { jobs in
                jobs.map { $0.payload.isMultiple(of: 2) ? .success(0) : .failure(Odd()) }
            }
        } _: { _ async throws in
            #expect(try await live.failure(of: jobs[0]) == "odd")
            #expect(try await live.ending(of: jobs[1]).text == "0")
            #expect(try await live.failure(of: jobs[2]) == "odd")
        }
    }

    @Test("that throws, or returns too few results, fails every job of the batch")
    func wholeBatch() async throws {
        struct Down: Error, CustomStringConvertible { let description = "engine down" }
        let live = try await LiveQueue.make()
        let jobs = try await live.queue.addBulk([BulkJob(Self.square, 1), BulkJob(Self.square, 2)])
        let others = try await live.queue.addBulk([
            BulkJob(name: "short", data: JSONText(1)), BulkJob(name: "short", data: JSONText(2)),
        ])
        try await live.withWorker(WorkerOptions(concurrency: 4)) {
            Handler(batchOf: Self.square, upTo: 2, within: .seconds(600)) { _ in throw Down() }
            Handler(batchOf: JobType<Int, Int>("short"), upTo: 2, within: .seconds(600)) { _ in [.success(1)] }
        } _: { _ async throws in
            for job in jobs { #expect(try await live.failure(of: job) == "engine down") }
            for job in others {
                #expect(try await live.failure(of: job).contains("returned 1 results for 2 jobs"))
            }
        }
    }

    @Test("leaves out a job that is cancelled while it waits, and is cancelled itself when all its jobs are")
    func cancellation() async throws {
        let live = try await LiveQueue.make()
        let batch = Log<String>()
        let jobs = try await live.queue.addBulk((1...3).map { BulkJob(Self.square, $0) })
        try await live.withWorker(WorkerOptions(concurrency: 3)) {
            Handler(batchOf: Self.square, upTo: 2, within: .seconds(600)) { jobs in
                for job in jobs { await batch.append(job.id) }
                try await Task.sleep(for: .seconds(600))
                return []
            }
        } _: { running async throws in
            // Which two come together is open; the third waits for a fourth.
            let together = try await batch.first(2)
            let alone = try #require(jobs.first { !together.contains($0.id) })
            while !running.worker.cancel(alone.id, reason: "alone") { try await Task.sleep(for: .milliseconds(5)) }
            #expect(try await live.failure(of: alone) == "cancelled: alone")
            for job in jobs where together.contains(job.id) { running.worker.cancel(job.id, reason: "both") }
            for job in jobs where together.contains(job.id) {
                #expect(try await live.failure(of: job) == "cancelled: both")
            }
        }
    }

    @Test("larger than the worker's concurrency is refused")
    func tooLarge() async throws {
        let live = try await LiveQueue.make()
        let error = #expect(throws: BullMQError.self) {
            try Worker(live.name, redis: live.redis, options: WorkerOptions(concurrency: 4)) {
                Handler(batchOf: Self.square, upTo: 5, within: .zero) { _ in [] }
            }
        }
        #expect(
            error?.message == "Batches of up to 5 jobs named \"square\" need a concurrency of 5 or more; it is 4")
    }
}
