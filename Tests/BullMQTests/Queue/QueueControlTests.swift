// Owns: what administrators do to a queue, against a real Redis.

import BullMQTesting
import FoundationEssentials
import LiveTesting
import Testing

@testable import BullMQ

@Suite("Administering a queue", .live, .timeLimit(.minutes(3)))
struct QueueControlTests {
    /// Processes everything that waits, by name: `fail…` fails, everything else completes.
    private func work(off live: LiveQueue) async throws {
        try await live.withWorker {
            Handler { job in
                if job.name.hasPrefix("fail") { throw JobOutcome.unrecoverable("it had to be") }
                return .null
            }
        } _: { running async throws in
            try await running.drained()
        }
    }

    @Test("pausing holds jobs back until it is resumed, and is told to everybody")
    func pause() async throws {
        let live = try await LiveQueue.make()
        try await live.queue.pause()
        #expect(try await live.queue.isPaused())
        let job = try await live.add()
        try await live.withWorker(WorkerOptions(drainDelay: .seconds(50))) {
            Handler { _ in .null }
        } _: { running async throws in
            try await running.drained()
            #expect(try await job.state() == .waiting)
            // The marker of the resumption wakes the worker, which would wait much longer otherwise.
            try await live.queue.resume()
            _ = try await live.ending(of: job)
        }
        #expect(try await !live.queue.isPaused())
        let history = try await live.history()
        #expect(history.first == "paused")
        #expect(history.contains("resumed"))
    }

    @Test("draining removes what waits, and what is delayed only if asked", arguments: [false, true])
    func drain(includingDelayed: Bool) async throws {
        let live = try await LiveQueue.make()
        try await live.add("finished")
        try await work(off: live)
        for options in [JobOptions(), JobOptions(priority: 1), JobOptions(delay: .hours(1))] {
            try await live.add("work", options)
        }
        try await live.queue.drain(includingDelayed: includingDelayed)
        #expect(try await live.queue.counts() == JobCounts(completed: 1, delayed: includingDelayed ? 0 : 1))
        #expect(try await live.queue.job("2") == nil)
        #expect(try await (live.queue.job("4") == nil) == includingDelayed)
    }

    @Test("cleaning removes old jobs of one state, the oldest first, and names them")
    func clean() async throws {
        let live = try await LiveQueue.make()
        for name in ["a", "b", "fail", "c"] { try await live.add(name) }
        try await work(off: live)
        try await live.send("ZADD", live.key("completed"), "1000", "1", "2000", "2", "3000", "4")
        #expect(try await live.queue.clean(olderThan: .hours(1), limit: 2) == ["1", "2"])
        #expect(try await live.queue.clean(.failed, olderThan: .hours(1)) == [])
        #expect(try await live.queue.clean(.failed, olderThan: .zero) == ["3"])
        #expect(try await live.queue.counts() == JobCounts(completed: 1))
        #expect(try await live.send("EXISTS", live.key("1"), live.key("2"), live.key("3")).integer == 0)
        #expect(try await live.history().contains("cleaned"))
        for state in [JobState.waiting, .delayed, .prioritized] {
            let options = JobOptions(
                priority: state == .prioritized ? 1 : 0, delay: state == .delayed ? .hours(1) : nil)
            let job = try await live.add("work", options)
            try await live.send("HSET", live.key(job.id), "timestamp", "1000")
            #expect(try await live.queue.clean(state, olderThan: .seconds(1)) == [job.id], "\(state)")
        }
    }

    @Test("cleaning takes more than one batch and an exact limit")
    func cleanBatches() async throws {
        let live = try await LiveQueue.make()
        var fill = ["ZADD", live.key("completed")]
        for id in 1...25_000 { fill += ["\(id)", "j\(id)"] }
        _ = try await live.redis.send(RedisCommand(fill))
        #expect(try await live.queue.clean(olderThan: .zero, limit: 10_001).count == 10_001)
        #expect(try await live.queue.clean(olderThan: .zero).count == 14_999)
    }

    @Test("obliterating removes every key of the queue, unless jobs are active and it is not forced")
    func obliterate() async throws {
        let live = try await LiveQueue.make()
        let (gate, started) = (Gate(), Log<String>())
        try await live.add("finished")
        try await live.add("fail")
        try await work(off: live)
        try await live.queue.addBulk((0..<7).map { BulkJob(name: "\($0)") })
        try await live.add("work", JobOptions(priority: 1))
        try await live.add("work", JobOptions(delay: .hours(1)))
        try await live.withWorker {
            Handler { job in
                await started.append(job.id)
                try await gate.wait()
                return .null
            }
        } _: { running async throws in
            try await started.first(1)
            let error = await #expect(throws: BullMQError.self) { try await live.queue.obliterate(batch: 2) }
            #expect(error?.code == .activeJobs)
            #expect(error?.message == "Cannot obliterate queue with active jobs")
            #expect(try await live.queue.isPaused())
            await gate.open()
            await running.worker.pause()
            try await live.queue.obliterate(batch: 2)
            #expect(try await live.send("KEYS", live.key("*")).array == [])
        }
        try await live.add()
        try await live.takeAndVanish()
        try await live.queue.obliterate(force: true)
        #expect(try await live.send("KEYS", live.key("*")).array == [])
    }

    @Test("retrying puts finished jobs back in line, in batches")
    func retryJobs() async throws {
        let live = try await LiveQueue.make()
        for index in 0..<5 { try await live.add("fail\(index)") }
        try await live.add("fine")
        try await work(off: live)
        try await live.queue.retryJobs(batch: 2)
        #expect(try await live.queue.counts() == JobCounts(completed: 1, waiting: 5))
        #expect(try await live.stored("1").failedReason == nil)
        try await live.queue.retryJobs(from: .completed)
        #expect(try await live.queue.counts() == JobCounts(waiting: 6))
        await #expect(throws: BullMQError.self) { try await live.queue.retryJobs(from: .delayed) }
    }

    @Test("retrying comes to an end although the jobs fail again at once")
    func retryEnds() async throws {
        let live = try await LiveQueue.make()
        for index in 0..<20 { try await live.add("fail\(index)") }
        try await work(off: live)
        let attempts = Log<String>()
        try await live.withWorker(WorkerOptions(concurrency: 20)) {
            Handler { job in
                await attempts.append(job.id)
                throw JobOutcome.unrecoverable("again")
            }
        } _: { running async throws in
            try await running.drained()
            try await withDeadline(.seconds(10), waitingFor: "all jobs to be retried") {
                try await live.queue.retryJobs(batch: 1)
            }
            try await attempts.first(20)
        }
        // Each at least once; a job that fails again within the millisecond of the call may be moved once more.
        #expect(Set(await attempts.entries).count == 20)
    }

    @Test("promoting lets all delayed jobs run now")
    func promoteJobs() async throws {
        let live = try await LiveQueue.make()
        for _ in 0..<5 { try await live.add("work", JobOptions(delay: .hours(1))) }
        try await live.queue.promoteJobs(batch: 2)
        #expect(try await live.queue.counts() == JobCounts(waiting: 5))
    }

    @Test("removing takes a job from wherever it is, with its children, unless one is being processed")
    func remove() async throws {
        let live = try await LiveQueue.make()
        let parent = try await live.add("parent")
        let child = try await live.add("child", JobOptions(delay: .hours(1), parent: live.queue.reference(to: parent)))
        try await parent.log("row")
        #expect(try await live.queue.remove(parent.id))
        #expect(try await live.queue.job(child.id) == nil)
        #expect(try await live.send("KEYS", live.key("1*")).array == [])
        #expect(try await live.queue.remove("no such job"))
        let locked = try await live.add()
        try await live.send("SET", live.key("\(locked.id):lock"), "somebody")
        #expect(try await !live.queue.remove(locked.id))
        let error = await #expect(throws: BullMQError.self) { try await locked.remove() }
        #expect(error?.code == .locked)
        #expect(error?.message == "Job 3 could not be removed because it is locked by another worker")
    }

    @Test("limits of rate and concurrency are set, read and lifted")
    func limits() async throws {
        let live = try await LiveQueue.make()
        #expect(try await live.queue.globalConcurrency() == nil)
        try await live.queue.setGlobalConcurrency(3)
        #expect(try await live.queue.globalConcurrency() == 3)
        #expect(try await !live.queue.isMaxed())
        try await live.queue.setGlobalConcurrency(1)
        try await live.add()
        try await live.takeAndVanish()
        #expect(try await live.queue.isMaxed())
        try await live.queue.setGlobalConcurrency(nil)
        #expect(try await live.queue.globalConcurrency() == nil)
        let limit = RateLimit(max: 5, per: .milliseconds(1500))
        #expect(try await live.queue.globalRateLimit() == nil)
        try await live.queue.setGlobalRateLimit(limit)
        #expect(try await live.queue.globalRateLimit() == limit)
        try await live.queue.setGlobalRateLimit(nil)
        #expect(try await live.queue.globalRateLimit() == nil)
        #expect(try await live.queue.rateLimitRemaining() == nil)
        try await live.queue.rateLimit(for: .seconds(60))
        #expect(try #require(try await live.queue.rateLimitRemaining()) > .seconds(50))
        #expect(try #require(try await live.queue.rateLimitRemaining(maximum: 1)) > .seconds(50))
        try await live.queue.removeRateLimit()
        #expect(try await live.queue.rateLimitRemaining() == nil)
    }

    @Test("trims the event stream")
    func trim() async throws {
        let live = try await LiveQueue.make()
        for _ in 0..<300 { try await live.add() }
        #expect(try await live.queue.trimEvents(to: 10) > 0)
        #expect(try #require(try await live.send("XLEN", live.key("events")).integer) < 600)
    }

    @Test("refuses arguments that make no sense, naming them")
    func arguments() async throws {
        let queue = try Queue("q", redis: Redis(url: "redis://127.0.0.1:1"))
        let attempts: [(String, @Sendable () async throws -> Void)] = [
            (
                "The argument olderThan is -1.0 seconds, but must be 0 or more",
                { try await queue.clean(olderThan: .seconds(-1)) }
            ),
            ("The argument limit is 0, but must be 1 or more", { try await queue.clean(olderThan: .zero, limit: 0) }),
            (
                "The argument state is waitingChildren, but must be a state that can be cleaned",
                { try await queue.clean(.waitingChildren, olderThan: .zero) }
            ),
            ("The argument batch is 0, but must be 1 or more", { try await queue.obliterate(batch: 0) }),
            ("The argument batch is 0, but must be 1 or more", { try await queue.retryJobs(batch: 0) }),
            ("The argument batch is 0, but must be 1 or more", { try await queue.promoteJobs(batch: 0) }),
            ("The argument duration is 0.0 seconds, but must be positive", { try await queue.rateLimit(for: .zero) }),
            ("The argument maximum is 0, but must be 1 or more", { try await queue.setGlobalConcurrency(0) }),
            (
                "The argument limit.max is 0, but must be 1 or more",
                { try await queue.setGlobalRateLimit(RateLimit(max: 0, per: .seconds(1))) }
            ),
            ("The argument count is -1, but must be 0 or more", { _ = try await queue.trimEvents(to: -1) }),
        ]
        for (message, attempt) in attempts {
            let error = await #expect(throws: BullMQError.self) { try await attempt() }
            #expect(error?.message == message)
        }
    }
}
