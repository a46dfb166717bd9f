// Owns: how long a deduplication id stays taken, in every mode, against a real Redis.

import BullMQTesting
import LiveTesting
import Testing

@testable import BullMQ

@Suite("A deduplication id", .live, .timeLimit(.minutes(3)))
struct DeduplicationTests {
    private struct Mishap: Error {}

    private func withJob(
        _ deduplication: Deduplication, _ options: JobOptions = JobOptions(),
        _ body: (LiveQueue, ManualWorker, Job, JobOptions) async throws -> Void
    ) async throws {
        let live = try await LiveQueue.make()
        let worker = try ManualWorker(live.name, redis: live.redis)
        var options = options
        options.deduplication = deduplication
        try await body(live, worker, try await live.add("work", options), options)
        await worker.close()
    }

    @Test("is free again when its owner failed for good or was removed, not when it is only tried again")
    func simple() async throws {
        try await withJob(.simple(id: "d"), JobOptions(attempts: 2)) { live, worker, owner, options in
            try await worker.nextJob()?.fail(Mishap())
            #expect(try await live.add("work", options).id == owner.id)
            try await worker.nextJob()?.fail(Mishap())
            let second = try await live.add("work", options)
            #expect(second.id != owner.id)
            try await second.remove()
            #expect(try await live.queue.jobID(deduplicatedBy: "d") == nil)
            #expect(try await live.add("work", options).id != second.id)
        }
    }

    @Test("with a time stays taken although its owner has finished")
    func throttle() async throws {
        try await withJob(.throttle(id: "d", ttl: .seconds(100))) { live, worker, owner, options in
            try await worker.nextJob()?.complete()
            #expect(try await live.add("work", options).id == owner.id)
            try await live.send("PEXPIRE", live.key("de:d"), "1")
            try await withDeadline(.seconds(5), waitingFor: "the time to pass") {
                while try await live.queue.jobID(deduplicatedBy: "d") != nil { await Task.yield() }
            }
            #expect(try await live.add("work", options).id != owner.id)
        }
    }

    @Test("that replaces keeps the time of the first job unless it extends, and replaces nothing that left its delay")
    func replace() async throws {
        let mode = Deduplication(id: "d", ttl: .seconds(100), replace: true)
        try await withJob(mode, JobOptions(delay: .hours(1))) { live, _, owner, options in
            try await live.send("PEXPIRE", live.key("de:d"), "5000")
            let newer = try await live.add("work", options)
            #expect(newer.id != owner.id)
            #expect(try #require(try await live.send("PTTL", live.key("de:d")).integer) <= 5000)
            #expect(try await live.history().contains("deduplicated:\(newer.id)"))
            var extending = options
            extending.deduplication?.extend = true
            let newest = try await live.add("work", extending)
            #expect(try #require(try await live.send("PTTL", live.key("de:d")).integer) > 90_000)
            try await newest.promote()
            #expect(try await live.add("work", options).id == newest.id)
            #expect(try await live.queue.counts() == JobCounts(waiting: 1))
        }
    }

    @Test("that keeps the last drops jobs while the owner waits, and adds the last one when it has ended for good")
    func keepLast() async throws {
        try await withJob(.keepLast(id: "d"), JobOptions(attempts: 2)) { live, worker, owner, options in
            #expect(try await live.queue.add(name: "early", options: options).id == owner.id)
            let taken = try #require(try await worker.nextJob())
            _ = try await live.queue.add(name: "middle", options: options)
            _ = try await live.queue.add(name: "last", data: JSONText(validating: "[7]"), options: options)
            try await taken.fail(Mishap())
            // Tried again: it still owns the id.
            #expect(try await live.queue.counts() == JobCounts(waiting: 1))
            try await worker.nextJob()?.fail(Mishap())
            #expect(try await live.queue.counts() == JobCounts(failed: 1, waiting: 1))
            let next = try #require(try await worker.nextJob())
            #expect(next.job.name == "last" && next.job.data.text == "[7]")
            #expect(try await live.queue.jobID(deduplicatedBy: "d") == next.job.id)
            try await next.complete()
            #expect(try await live.queue.jobID(deduplicatedBy: "d") == nil)
            #expect(try await live.queue.counts().waiting == 0)
        }
    }
}
