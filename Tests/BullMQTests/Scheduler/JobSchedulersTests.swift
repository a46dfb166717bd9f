// Owns: creating, reading and removing job schedulers, against a real Redis.

import BullMQTesting
import FoundationEssentials
import LiveTesting
import Testing

@testable import BullMQ

@Suite("Job schedulers", .live, .timeLimit(.minutes(3)))
struct JobSchedulersTests {
    struct Sweep: Codable, Sendable, Equatable { var folder: String }

    static let sweep = JobType<Sweep, NoResult>("sweep", defaults: JobOptions(delay: .seconds(5), attempts: 3))

    @Test("at an interval make the first job at once")
    func first() async throws {
        let live = try await LiveQueue.make()
        let job = try #require(
            try await live.queue.schedulers.upsert("tidy:up", .every(.minutes(5)), Self.sweep, Sweep(folder: "/tmp")))
        #expect(job.payload == Sweep(folder: "/tmp"))
        #expect(job.name == "sweep")
        #expect(job.schedulerID == "tidy:up")
        #expect(job.delay == .zero)
        #expect(try await job.state() == .waiting)
        let scheduler = try #require(try await live.queue.schedulers.get("tidy:up"))
        #expect(job.id == "repeat:tidy:up:\(scheduler.next.milliseconds)")
        #expect(scheduler.name == "sweep")
        #expect(scheduler.every == .minutes(5))
        #expect(scheduler.iterationCount == 1)
        #expect(scheduler.offset == .milliseconds(scheduler.next.milliseconds % 300_000))
        #expect(scheduler.templateData == JSONText(["folder": "/tmp"]))
        #expect(scheduler.templateOptions == JobOptions(attempts: 3))
        #expect(!scheduler.isRepeatable)
        let options = try await live.storedOptions(of: job.id)
        #expect(options["repeat"] == ["every": 300_000, "count": 1])
        #expect(options["repeatJobKey"] == "tidy:up")
        #expect(options["attempts"] == 3)
        #expect(options["jobId"]?.stringValue == job.id)
        #expect(options["prevMillis"] == nil)
    }

    @Test("with a pattern make a delayed job for the next match")
    func pattern() async throws {
        let live = try await LiveQueue.make()
        let job = try #require(
            try await live.queue.schedulers.upsert(
                "nightly", .cron("0 0 3 * * *", timeZone: "Asia/Tokyo", limit: 7), data: JSONText(["deep": true])))
        #expect(job.name == "nightly")
        #expect(try await job.state() == .delayed)
        let scheduler = try #require(try await live.queue.schedulers.get("nightly"))
        // 03:00 in Tokyo is 18:00 UTC.
        #expect(scheduler.next.milliseconds % 86_400_000 == 18 * 3_600_000)
        #expect(scheduler.next > .now)
        #expect(scheduler.pattern == "0 0 3 * * *")
        #expect(scheduler.timeZone == "Asia/Tokyo")
        #expect(scheduler.limit == 7)
        #expect(scheduler.templateOptions == JobOptions())
        let options = try await live.storedOptions(of: job.id)
        #expect(options["prevMillis"]?.int64Value == scheduler.next.milliseconds)
        #expect(options["attempts"] == nil)
        #expect(options["repeat"] == ["pattern": "0 0 3 * * *", "tz": "Asia/Tokyo", "limit": 7, "count": 1])
    }

    @Test("keep their slot when they are defined anew, with the new data")
    func redefinition() async throws {
        let live = try await LiveQueue.make()
        let schedulers = live.queue.schedulers
        let rule = RepeatRule.every(.hours(1), startDate: .now.addingTimeInterval(1800))
        let first = try #require(try await schedulers.upsert("s", rule, name: "work", data: JSONText(["v": 1])))
        let second = try #require(try await schedulers.upsert("s", rule, name: "work", data: JSONText(["v": 2])))
        #expect(first.id == second.id)
        #expect(try await live.stored(first.id).data == JSONText(["v": 2]))
        #expect(try await live.queue.counts() == JobCounts(delayed: 1))
        #expect(try await schedulers.get("s")?.iterationCount == 1)
        // Another interval begins anew: at once.
        let third = try #require(try await schedulers.upsert("s", .every(.minutes(7)), name: "work"))
        #expect(third.delay == .zero)
        #expect(try await live.queue.job(first.id) == nil)
        #expect(try await live.queue.counts() == JobCounts(waiting: 1))
        #expect(try await schedulers.count() == 1)
    }

    @Test("start at once if asked, and follow the pattern then")
    func immediately() async throws {
        let live = try await LiveQueue.make()
        let job = try #require(
            try await live.queue.schedulers.upsert(
                "s", .cron("0 0 3 1 1 *", timeZone: "UTC", startsImmediately: true)))
        #expect(try await job.state() == .waiting)
        #expect(try await live.storedOptions(of: job.id)["repeat"]?["immediately"] == nil)
        try await live.withWorker {
            Handler { _ in .null }
        } _: { _ async throws in
            _ = try await live.ending(of: job)
        }
        let scheduler = try #require(try await live.queue.schedulers.get("s"))
        #expect(scheduler.iterationCount == 2)
        let year = CivilDate(daysSince1970: Int(scheduler.next.milliseconds / 86_400_000))
        #expect((year.month, year.day) == (1, 1))
    }

    @Test("keep a given offset, and begin at a start date")
    func offsets() async throws {
        let live = try await LiveQueue.make()
        let schedulers = live.queue.schedulers
        try await schedulers.upsert("offset", .every(.hours(1), offset: .minutes(20)))
        let shifted = try #require(try await schedulers.get("offset"))
        #expect(shifted.next.milliseconds % 3_600_000 == 1_200_000)
        #expect(shifted.offset == .minutes(20))
        let start = Date(milliseconds: Date.now.milliseconds + 90_000)
        let job = try #require(
            try await schedulers.upsert("later", .every(.hours(1), startDate: start, endDate: .distantFuture)))
        #expect(job.id == "repeat:later:\(start.milliseconds)")
        #expect(try await schedulers.get("later")?.startDate == start)
    }

    @Test("are listed in the order of their next runs")
    func listing() async throws {
        let live = try await LiveQueue.make()
        let schedulers = live.queue.schedulers
        #expect(try await schedulers.list() == [])
        for (id, hours) in [("c", 3), ("a", 1), ("b", 2)] {
            try await schedulers.upsert(id, .every(.hours(9), startDate: .now.addingTimeInterval(Double(hours) * 3600)))
        }
        #expect(try await schedulers.list().map(\.id) == ["a", "b", "c"])
        #expect(try await schedulers.list(order: .newestFirst).map(\.id) == ["c", "b", "a"])
        #expect(try await schedulers.list(range: 1..<2).map(\.id) == ["b"])
        #expect(try await schedulers.list(range: 0..<0) == [])
        #expect(try await schedulers.count() == 3)
        #expect(try await schedulers.get("a") == schedulers.list().first)
        #expect(try await schedulers.get("z") == nil)
    }

    @Test("take their delayed job with them when they are removed")
    func removal() async throws {
        let live = try await LiveQueue.make()
        let schedulers = live.queue.schedulers
        let job = try #require(try await schedulers.upsert("s", .cron("0 0 3 1 1 *")))
        await #expect(throws: BullMQError.self) { try await job.remove() }
        #expect(try await schedulers.remove("s"))
        #expect(try await !schedulers.remove("s"))
        #expect(try await live.queue.job(job.id) == nil)
        #expect(try await live.queue.counts() == JobCounts())
        #expect(try await live.history().last == "removed:\(job.id)")
        #expect(try await live.send("EXISTS", live.key("repeat"), live.key("repeat:s")).integer == 0)
    }

    @Test("that have no further run are not created")
    func nothing() async throws {
        let live = try await LiveQueue.make()
        let schedulers = live.queue.schedulers
        #expect(try await schedulers.upsert("s", .cron("0 0 0 31 4,6 *")) == nil)
        #expect(try await schedulers.upsert("s", .cron("0 0 3 1 1 *", endDate: .now.addingTimeInterval(1))) == nil)
        #expect(try await schedulers.upsert("s", .every(.seconds(1), limit: 0)) == nil)
        #expect(try await schedulers.count() == 0)
    }

    @Test("are refused with a clear message")
    func refusals() async throws {
        let live = try await LiveQueue.make()
        let schedulers = live.queue.schedulers
        func refusal(_ id: String, _ rule: RepeatRule, _ options: JobOptions = JobOptions()) async -> String? {
            await #expect(throws: BullMQError.self) {
                try await schedulers.upsert(id, rule, options: options)
            }?.message
        }
        #expect(await refusal("", .every(.seconds(1))) == "Job scheduler id must be provided")
        #expect(
            await refusal("s", .every(.zero, endDate: .distantPast))
                == "End date must be greater than current timestamp")
        #expect(await refusal("s", .every(.zero)) == "The option every is 0 ms, but must be 1 ms or more")
        #expect(await refusal("s", .cron("61 * * * *")) == "Constraint error, got value 61 expected range 0-59")
        #expect(
            await refusal("s", .cron("61 * * * *", startsImmediately: true))
                == "Constraint error, got value 61 expected range 0-59")
        #expect(
            await refusal("s", .cron("* * * * *", startDate: .distantFuture, startsImmediately: true))
                == "Both .immediately and .startDate options are defined for this repeatable job")
        #expect(await refusal("s", .cron("* * * * *", timeZone: "Mars/Olympus"))?.contains("Mars/Olympus") == true)
        for (name, options) in [
            ("jobId", JobOptions(jobID: "x")), ("delay", JobOptions(delay: .seconds(1))),
            ("timestamp", JobOptions(timestamp: .now)), ("deduplication", JobOptions(deduplication: .simple(id: "d"))),
            ("parent", JobOptions(parent: ParentReference(id: "1", queue: "bull:q"))),
        ] {
            #expect(
                await refusal("s", .every(.seconds(1)), options)
                    == "The option \(name) is not for the jobs of a scheduler, which makes it itself")
        }
        #expect(await refusal("s", .every(.seconds(1)), JobOptions(priority: -1))?.contains("Priority") == true)
        #expect(try await schedulers.count() == 0)
    }

    @Test("tell when other jobs have the ids of their next runs")
    func collisions() async throws {
        let live = try await LiveQueue.make()
        let schedulers = live.queue.schedulers
        let job = try #require(try await schedulers.upsert("s", .cron("0 0 3 1 1 *")))
        try await live.send("ZREM", live.key("repeat"), "s")
        let error = await #expect(throws: BullMQError.self) { try await schedulers.upsert("s", .cron("0 0 3 1 1 *")) }
        #expect(error?.code == .iterationExists)
        #expect(error?.code.number == -10)
        #expect(
            error?.message
                == "Cannot create job scheduler iteration - job ID already exists. addJobScheduler")
        #expect(try await live.queue.job(job.id) != nil)
    }

    @Test("follow the strategy of the queue")
    func strategy() async throws {
        let live = try await LiveQueue.make()
        let queue = try Queue(
            live.name, redis: live.redis,
            options: QueueOptions(repeatStrategy: { base, rule, _ in
                rule.rhythm == .pattern("tomorrow", timeZone: nil) ? base.addingTimeInterval(86_400) : nil
            }))
        let job = try #require(try await queue.schedulers.upsert("s", .custom("tomorrow")))
        #expect(job.delay > .hours(23) && job.delay <= .hours(24))
        #expect(try await queue.schedulers.upsert("t", .custom("never")) == nil)
    }

    @Test("use the options of the type and of the queue for their jobs")
    func templates() async throws {
        let live = try await LiveQueue.make(
            defaults: JobOptions(jobID: "odd", priority: 3, removeOnComplete: .keep(count: 5)))
        let job = try #require(
            try await live.queue.schedulers.upsert(
                "s", .every(.hours(1)), Self.sweep, Sweep(folder: "/"), options: JobOptions(priority: 7)))
        #expect(try await job.state() == .prioritized)
        let stored = try await live.stored(job.id).options
        #expect(stored.priority == 7)
        #expect(stored.attempts == 3)
        #expect(stored.removeOnComplete == .keep(count: 5))
        let scheduler = try #require(try await live.queue.schedulers.get("s"))
        #expect(
            scheduler.templateOptions == JobOptions(priority: 7, attempts: 3, removeOnComplete: .keep(count: 5)))
    }
}
