// Owns: what workers do for the jobs of job schedulers, against a real Redis.

import BullMQTesting
import FoundationEssentials
import LiveTesting
import Testing

@testable import BullMQ

@Suite("A worker that takes the job of a scheduler", .live, .timeLimit(.minutes(3)))
struct SchedulerWorkerTests {
    /// The jobs of a scheduler that wait for their time or for a worker.
    private func pending(_ live: LiveQueue) async throws -> [Job] {
        try await live.queue.jobs(in: [.delayed, .waiting, .prioritized], range: 0..<100)
    }

    @Test("creates the next one before it processes the first")
    func before() async throws {
        let live = try await LiveQueue.make()
        let seen = Log<[Job]>()
        let schedulers = live.queue.schedulers
        let first = try #require(
            try await schedulers.upsert(
                "s", .every(.hours(1)), name: "work", data: JSONText(["v": 1]), options: JobOptions(attempts: 2)))
        try await live.withWorker {
            Handler { _ in
                await seen.append(try await pending(live))
                return .null
            }
        } _: { _ async throws in
            let next = try #require(try await seen.first(1).first?.first)
            let slot = try #require(try await schedulers.get("s")).next.milliseconds
            #expect(next.id == "repeat:s:\(slot)")
            #expect(next.name == "work")
            #expect(next.data == JSONText(["v": 1]))
            #expect(next.schedulerID == "s")
            #expect(next.options.attempts == 2)
            #expect(first.id == "repeat:s:\(slot - 3_600_000)")
            _ = try await live.ending(of: first)
        }
        #expect(try await live.queue.counts() == JobCounts(completed: 1, delayed: 1))
        #expect(try await schedulers.get("s")?.iterationCount == 2)
    }

    @Test("goes on until the limit", arguments: [1, 3])
    func limit(limit: Int) async throws {
        let live = try await LiveQueue.make()
        let ran = Log<Job>()
        try await live.queue.schedulers.upsert("s", .every(.milliseconds(50), limit: limit))
        try await live.withWorker(WorkerOptions(drainDelay: .milliseconds(100))) {
            Handler { job in
                await ran.append(job)
                return .null
            }
        } _: { _ async throws in
            let last = try await ran.first(limit)[limit - 1]
            // What follows is created before a job runs, so the last one has nothing behind it.
            #expect(try await pending(live).isEmpty)
            _ = try await live.ending(of: last)
        }
        #expect(try await live.queue.counts() == JobCounts(completed: limit))
        let scheduler = try #require(try await live.queue.schedulers.get("s"))
        #expect(scheduler.iterationCount == limit)
    }

    @Test("goes on until the end date")
    func endDate() async throws {
        let live = try await LiveQueue.make()
        let end = Date.now.addingTimeInterval(0.8)
        try await live.queue.schedulers.upsert("s", .every(.milliseconds(50), endDate: end))
        let ran = Log<(job: Job, next: Job?)>()
        try await live.withWorker(WorkerOptions(drainDelay: .milliseconds(100))) {
            Handler { job in
                await ran.append((job, try await pending(live).first))
                return .null
            }
        } _: { _ async throws in
            let last = try await ran.first("a job without a next one") { $0.next == nil ? $0.job : nil }
            _ = try await live.ending(of: last)
            #expect(Date.now > end)
        }
        let entries = await ran.entries
        #expect(entries.count >= 2)
        for entry in entries { #expect(entry.job.timestamp <= end) }
        #expect(try await live.queue.counts() == JobCounts(completed: entries.count))
    }

    @Test("keeps to a pattern with seconds")
    func pattern() async throws {
        let live = try await LiveQueue.make()
        try await live.queue.schedulers.upsert("s", .cron("* * * * * *", timeZone: "UTC", limit: 3))
        let ran = Log<String>()
        try await live.withWorker {
            Handler { job in
                await ran.append(job.id)
                return .null
            }
        } _: { _ async throws in
            let slots = try await ran.first(3).map { Int64($0.dropFirst("repeat:s:".count)) ?? 0 }
            #expect(slots[1] >= slots[0] + 1000)
            #expect(slots[2] >= slots[1] + 1000)
            #expect(slots.allSatisfy { $0 % 1000 == 0 })
        }
    }

    @Test("leaves out the slot of a job that was promoted")
    func promoted() async throws {
        let live = try await LiveQueue.make()
        let job = try #require(try await live.queue.schedulers.upsert("s", .cron("0 0 3 * * *", timeZone: "UTC")))
        let slot = try #require(try await live.queue.schedulers.get("s")).next
        try await job.promote()
        try await live.withWorker {
            Handler { _ in .null }
        } _: { _ async throws in
            _ = try await live.ending(of: job)
        }
        #expect(try await live.queue.schedulers.get("s")?.next == slot.addingTimeInterval(86_400))
    }

    @Test("uses the name and data of a scheduler that was defined anew meanwhile, and its own options")
    func redefined() async throws {
        let live = try await LiveQueue.make()
        let gate = Gate()
        let started = Log<String>()
        let schedulers = live.queue.schedulers
        let job = try #require(
            try await schedulers.upsert(
                "s", .every(.hours(1)), data: JSONText(["v": 1]), options: JobOptions(attempts: 4)))
        try await live.withWorker {
            Handler { job in
                await started.append(job.id)
                try await gate.wait()
                return .null
            }
        } _: { _ async throws in
            try await started.first(1)
            try await schedulers.upsert("s", .every(.hours(1)), data: JSONText(["v": 2]))
            await gate.open()
            _ = try await live.ending(of: job)
        }
        let next = try #require(try await pending(live).first)
        #expect(try await pending(live).count == 1)
        #expect(next.data == JSONText(["v": 2]))
        #expect(next.options.attempts == nil)
    }

    @Test("does not fork the series when it is retried")
    func retried() async throws {
        let live = try await LiveQueue.make()
        let job = try #require(
            try await live.queue.schedulers.upsert("s", .every(.hours(1)), options: JobOptions(attempts: 3)))
        try await live.withWorker {
            Handler { job in
                if job.attemptsMade < 2 { throw BullMQError(.timeout, "once more") }
                return .null
            }
        } _: { _ async throws in
            _ = try await live.ending(of: job)
        }
        #expect(try await live.queue.counts() == JobCounts(completed: 1, delayed: 1))
        #expect(try await live.queue.schedulers.get("s")?.iterationCount == 2)
    }

    @Test("does not fork the series beside another worker")
    func twoWorkers() async throws {
        let live = try await LiveQueue.make()
        let ran = Log<String>()
        try await live.queue.schedulers.upsert("s", .every(.milliseconds(40), limit: 10))
        let handler = Handler { job in
            await ran.append(job.id)
            return .null
        }
        try await live.withWorker(WorkerOptions(drainDelay: .milliseconds(100))) {
            handler
        } _: { _ async throws in
            try await live.withWorker(WorkerOptions(drainDelay: .milliseconds(100))) {
                handler
            } _: { _ async throws in
                try await ran.first(10)
                #expect(try await pending(live).isEmpty)
            }
        }
        let ids = await ran.entries
        #expect(ids.count == 10)
        #expect(Set(ids).count == 10)
        #expect(try await live.queue.schedulers.get("s")?.iterationCount == 10)
    }

    @Test("continues the series of a job whose first worker vanished")
    func stalled() async throws {
        let live = try await LiveQueue.make()
        let job = try #require(try await live.queue.schedulers.upsert("s", .every(.hours(1))))
        // Taken by a worker that vanishes before it creates the next one.
        try await live.takeAndVanish()
        #expect(try await pending(live).isEmpty)
        try await live.withWorker(WorkerOptions(stalledInterval: .milliseconds(30), drainDelay: .milliseconds(20))) {
            Handler { _ in .null }
        } _: { _ async throws in
            _ = try await live.ending(of: job)
        }
        #expect(try await live.queue.counts() == JobCounts(completed: 1, delayed: 1))
    }

    @Test("creates the next one although the connection is lost at that moment")
    func connectionLost() async throws {
        let live = try await LiveQueue.make()
        let redis = try Redis(url: try await RedisServer.shared.unixURL)
        let asked = Log<Date>()
        let strategy: RepeatStrategy = { base, _, _ in
            await asked.append(base)
            if await asked.entries.count == 1 {
                let connection = try await redis.send(RedisCommand("CLIENT", "ID")).integer ?? 0
                try await live.send("CLIENT", "KILL", "ID", String(connection))
            }
            return base.addingTimeInterval(3600)
        }
        let queue = try Queue(
            live.name, redis: live.redis, options: QueueOptions(repeatStrategy: { base, _, _ in base }))
        let job = try #require(try await queue.schedulers.upsert("s", .custom("often")))
        let options = WorkerOptions(retryDelay: .milliseconds(20), repeatStrategy: strategy)
        try await live.withWorker(options, redis: redis) {
            Handler { _ in .null }
        } _: { _ async throws in
            _ = try await live.ending(of: job)
        }
        await redis.close()
        #expect(try await live.queue.counts() == JobCounts(completed: 1, delayed: 1))
        #expect(try await queue.schedulers.get("s")?.iterationCount == 2)
    }

    @Test("ends the series quietly when the scheduler was removed")
    func removed() async throws {
        let live = try await LiveQueue.make()
        let job = try #require(try await live.queue.schedulers.upsert("s", .every(.hours(1))))
        try await live.queue.schedulers.remove("s")
        try await live.withWorker {
            Handler { _ in .null }
        } _: { running async throws in
            _ = try await live.ending(of: job)
            for case .error(let error) in await running.log.entries { Issue.record(error) }
        }
        #expect(try await live.queue.counts() == JobCounts(completed: 1))
    }

    @Test(
        "processes it although the next one cannot be created, and reports why",
        arguments: [
            (#"{"repeat":{"pattern":"61 * * * *","count":1}}"#, "Constraint error, got value 61 expected range 0-59"),
            (#"{"repeat":{"count":1}}"#, "Either .pattern or .every options must be defined for this repeatable job"),
            ("nonsense", "Either .pattern or .every options must be defined for this repeatable job"),
            (#"{"repeat":{"every":-5}}"#, "The option every is -5 ms, but must be 1 ms or more"),
            (#"{"repeat":{"pattern":"* * * * *","tz":"Mars/Olympus"}}"#, "CronDate: unhandled timestamp: "),
        ])
    func unusable(options: String, message: String) async throws {
        let live = try await LiveQueue.make()
        let job = try #require(try await live.queue.schedulers.upsert("s", .every(.hours(1))))
        try await live.send("HSET", live.key(job.id), "opts", options)
        try await live.withWorker {
            Handler { _ in JSONText("done") }
        } _: { running async throws in
            #expect(try await live.ending(of: job) == JSONText("done"))
            let failure = try await running.log.first("the failure") { event -> BullMQError? in
                if case .error(let error) = event { error as? BullMQError } else { nil }
            }
            #expect(failure.code == .schedulingFailed)
            #expect(failure.message.hasPrefix("Failed to add repeatable job for next iteration: \(message)"))
        }
    }

    @Test("asks the strategy for the next run, and processes the job although that fails")
    func strategy() async throws {
        let live = try await LiveQueue.make()
        let asked = Log<Date>()
        let strategy: RepeatStrategy = { base, _, _ in
            await asked.append(base)
            if await asked.entries.count == 3 { throw BullMQError(.invalidArgument, "no moon") }
            return base
        }
        let queue = try Queue(live.name, redis: live.redis, options: QueueOptions(repeatStrategy: strategy))
        try await queue.schedulers.upsert("s", .custom("lunar"))
        let ran = Log<String>()
        try await live.withWorker(WorkerOptions(repeatStrategy: strategy)) {
            Handler { job in
                await ran.append(job.id)
                return .null
            }
        } _: { running async throws in
            try await ran.first(2)
            let failure = try await running.log.first("the failure") { event -> BullMQError? in
                if case .error(let error) = event { error as? BullMQError } else { nil }
            }
            #expect(failure.message == "Failed to add repeatable job for next iteration: no moon")
        }
        #expect(await asked.entries.count == 3)
    }
}
