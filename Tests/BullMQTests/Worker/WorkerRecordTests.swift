// Owns: what a worker leaves behind: finished jobs, and counts per minute, against a real Redis.

import BullMQTesting
import FoundationEssentials
import LiveTesting
import Testing

@testable import BullMQ

@Suite("What a worker keeps", .live, .timeLimit(.minutes(3)))
struct WorkerRecordTests {
    private func finish(
        _ count: Int, in live: LiveQueue, _ job: JobOptions, _ options: WorkerOptions = WorkerOptions()
    ) async throws {
        for _ in 0..<count { try await live.add("work", job) }
        try await live.withWorker(options) {
            Handler { _ in .null }
        } _: { running async throws in
            try await running.log.count(count, "a completed job") { if case .completed = $0 { true } else { false } }
        }
    }

    @Test(
        "of completed jobs is what the job says, else what the worker says, else all",
        arguments: [
            (nil, nil, 4), (.keepAll, .remove, 4), (.remove, nil, 0), (nil, .remove, 0), (.keep(count: 2), nil, 2),
            (nil, .keep(count: 3), 3), (.keep(count: 1), .keep(count: 3), 1), (.keep(count: 2, age: .hours(1)), nil, 2),
            (.keep(age: .hours(1)), nil, 4),
        ] as [(RemovalPolicy?, RemovalPolicy?, Int)])
    func completed(job: RemovalPolicy?, worker: RemovalPolicy?, kept: Int) async throws {
        let live = try await LiveQueue.make()
        try await finish(4, in: live, JobOptions(removeOnComplete: job), WorkerOptions(removeOnComplete: worker))
        #expect(try await live.queue.counts().completed == kept)
        let ids = try await live.queue.jobs(in: [.completed], range: 0..<9, order: .oldestFirst).map(\.id)
        #expect(Set(ids) == Set((1...4).suffix(kept).map(String.init)))
        #expect(try await live.send("EXISTS", live.key("1")).integer == (kept == 4 ? 1 : 0))
    }

    @Test("of old jobs is limited by age, so many at a time, the newest of them first")
    func age() async throws {
        let live = try await LiveQueue.make()
        try await finish(3, in: live, JobOptions())
        try await live.send("ZADD", live.key("completed"), "1000", "1", "2000", "2", "3000", "3")
        try await finish(1, in: live, JobOptions(removeOnComplete: .keep(age: .seconds(60), limit: 2)))
        #expect(try await Set(live.queue.jobs(in: [.completed], range: 0..<9).map(\.id)) == ["1", "4"])
    }

    @Test("of failed jobs follows its own policy")
    func failed() async throws {
        let live = try await LiveQueue.make()
        try await live.add("work", JobOptions(removeOnComplete: .remove))
        let removed = try await live.add("work", JobOptions(removeOnFail: .remove))
        try await live.withWorker {
            Handler { _ in throw JobOutcome.unrecoverable("no") }
        } _: { running async throws in
            try await running.log.count(2, "a failed job") { if case .failed = $0 { true } else { false } }
        }
        #expect(try await live.queue.counts() == JobCounts(failed: 1))
        #expect(try await live.queue.job(removed.id) == nil)
    }

    @Test("are counts per minute, if it is asked to")
    func metrics() async throws {
        let live = try await LiveQueue.make()
        try await finish(2, in: live, JobOptions())
        #expect(try await live.queue.metrics(of: .completed).total == 0)
        let options = WorkerOptions(metricsMinutes: 10)
        try await finish(2, in: live, JobOptions(), options)
        // As if the recording had begun three minutes ago.
        let past = Int64(Date().timeIntervalSince1970 - 180) * 1000
        try await live.send("HSET", live.key("metrics:completed"), "prevTS", String(past))
        try await finish(2, in: live, JobOptions(), options)
        let metrics = try await live.queue.metrics(of: .completed)
        #expect(metrics.total == 4)
        #expect(metrics.points == [0, 0, 2])
        #expect(metrics.storedPoints == 3)
        #expect(try await live.queue.metrics(of: .completed, range: 2..<3).points == [2])
        #expect(try await live.queue.metrics(of: .failed).total == 0)
    }
}
