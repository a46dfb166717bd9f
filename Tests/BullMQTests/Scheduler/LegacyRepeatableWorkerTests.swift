// Owns: repeatable jobs of releases before 6.0, written out as those left them, against a real Redis (protocol:
// versions, section 3).

import BullMQTesting
import FoundationEssentials
import LiveTesting
import Testing

@testable import BullMQ

@Suite("A repeatable job of an old release", .live, .timeLimit(.minutes(3)))
struct LegacyRepeatableWorkerTests {
    /// The slot of the pending iteration: in the past, so that it is taken at once.
    private static let slot: Int64 = 1_700_000_000_000

    /// Writes an iteration that waits for a worker.
    @discardableResult
    private func iteration(
        _ live: LiveQueue, id: String, member: String?, name: String = "report", data: String = #"{"id":42,"v":1}"#,
        repeatOptions: JSONObject
    ) async throws -> Job {
        var options: JSONObject = ["attempts": 2, "timestamp": 1, "delay": 7, "jobId": .string(id)]
        options["prevMillis"] = .integer(Self.slot)
        options["repeat"] = .object(repeatOptions)
        try await live.send(
            "HSET", live.key(id), "name", name, "data", data, "opts", JSONValue.object(options).serialized(),
            "timestamp", "1", "delay", "0", "priority", "0")
        if let member { try await live.send("HSET", live.key(id), "rjk", member) }
        try await live.send("LPUSH", live.key("wait"), id)
        try await live.send("ZADD", live.key("marker"), "0", "0")
        return try await live.stored(id)
    }

    private func define(_ live: LiveQueue, _ member: String) async throws {
        try await live.send("ZADD", live.key("repeat"), String(Self.slot), member)
    }

    /// Lets a worker process a job, and returns the errors that it reported.
    private func work(
        off job: Job, _ live: LiveQueue, _ options: WorkerOptions = WorkerOptions()
    ) async throws -> [String] {
        try await live.withWorker(options) {
            Handler { job in job.data }
        } _: { running async throws in
            _ = try await live.ending(of: job)
            try await running.drained()
            return await running.log.entries.compactMap { event in
                if case .error(let error) = event { "\(error)" } else { nil }
            }
        }
    }

    private func score(_ live: LiveQueue, _ member: String) async throws -> Int64 {
        try #require(try await live.send("ZSCORE", live.key("repeat"), member).wholeMilliseconds)
    }

    private func next(_ live: LiveQueue) async throws -> Job {
        let jobs = try await live.queue.jobs(in: [.delayed], range: 0..<10)
        #expect(jobs.count == 1)
        return try #require(jobs.first)
    }

    static let oldest = "report:::Europe/Berlin:0 0 3 * * *"

    @Test("is continued under its oldest name, with its data and options")
    func oldest() async throws {
        let live = try await LiveQueue.make()
        try await define(live, Self.oldest)
        let job = try await iteration(
            live, id: "repeat:91fb08b9319ab6e535d30ac72c451246:\(Self.slot)", member: Self.oldest,
            repeatOptions: ["pattern": "0 0 3 * * *", "tz": "Europe/Berlin", "count": 4])
        #expect(try await work(off: job, live) == [])
        let slot = try await score(live, Self.oldest)
        let next = try await next(live)
        // Releases from 5.10 on make the id of the data's id.
        #expect(next.id == "repeat:77fe5d8564f35b3b877cba4c9bdc2788:\(slot)")
        #expect(next.name == "report")
        #expect(next.data.text == #"{"id":42,"v":1}"#)
        #expect(next.schedulerID == Self.oldest)
        let options = try await live.storedOptions(of: next.id)
        #expect(options["repeat"] == ["pattern": "0 0 3 * * *", "tz": "Europe/Berlin", "count": 5])
        #expect(options["prevMillis"]?.int64Value == slot)
        #expect(options["jobId"]?.stringValue == next.id)
        #expect(options["attempts"] == 2)
        let expected = try CronExpression("0 0 3 * * *").next(after: next.timestamp, timeZone: "Europe/Berlin")
        #expect(expected == Date(milliseconds: slot))
        #expect(next.timestamp.milliseconds + next.delay.milliseconds == slot)
        #expect(try await live.send("EXISTS", live.key("repeat:\(Self.oldest)")).integer == 0)
    }

    @Test("is continued under its hashed name if both exist")
    func hashed() async throws {
        let live = try await LiveQueue.make()
        let hash = "54cfe859c19bbb40be9d7a2fab661b9d"
        try await define(live, hash)
        try await define(live, Self.oldest)
        let job = try await iteration(
            live, id: "repeat:odd:\(Self.slot)", member: Self.oldest,
            repeatOptions: ["pattern": "0 0 3 * * *", "tz": "Europe/Berlin", "count": 4])
        #expect(try await work(off: job, live) == [])
        let slot = try await score(live, hash)
        #expect(slot > Self.slot)
        #expect(try await score(live, Self.oldest) == Self.slot)
        #expect(try await next(live).id == "repeat:\(hash):\(slot)")
    }

    @Test("becomes a scheduler and keeps its data if its name has the newer form")
    func becomesScheduler() async throws {
        let live = try await LiveQueue.make()
        let hash = "54cfe859c19bbb40be9d7a2fab661b9d"
        try await define(live, hash)
        try await live.send(
            "HSET", live.key("repeat:\(hash)"), "name", "report", "pattern", "0 0 3 * * *", "tz", "Europe/Berlin")
        #expect(try await live.queue.schedulers.get(hash)?.isRepeatable == true)
        let job = try await iteration(
            live, id: "repeat:\(hash):\(Self.slot)", member: hash,
            repeatOptions: ["pattern": "0 0 3 * * *", "tz": "Europe/Berlin", "count": 1])
        #expect(try await work(off: job, live) == [])
        let scheduler = try #require(try await live.queue.schedulers.get(hash))
        #expect(!scheduler.isRepeatable)
        #expect(scheduler.templateData?.text == #"{"id":42,"v":1}"#)
        #expect(try await next(live).data.text == #"{"id":42,"v":1}"#)
    }

    @Test("that names no definition is found by its options; an interval keeps its phase and its offset")
    func unmarked() async throws {
        let live = try await LiveQueue.make()
        try await define(live, "poll::::3600000")
        let job = try await iteration(
            live, id: "repeat:any:\(Self.slot)", member: nil, name: "poll", data: "{}",
            repeatOptions: ["every": 3_600_000, "offset": 1000, "count": 1, "limit": 3])
        #expect(try await work(off: job, live) == [])
        let slot = try await score(live, "poll::::3600000")
        #expect(slot % 3_600_000 == 0)
        let next = try await next(live)
        #expect(next.timestamp.milliseconds + next.delay.milliseconds == slot + 1000)
        #expect(next.id.hasSuffix(":\(slot)"))
    }

    @Test("with the option utc is computed in UTC, and known by the time zone it was given")
    func utc() async throws {
        let live = try await LiveQueue.make()
        try await define(live, "report::::0 0 3 * * *")
        let job = try await iteration(
            live, id: "repeat:any:\(Self.slot)", member: "report::::0 0 3 * * *",
            repeatOptions: ["pattern": "0 0 3 * * *", "utc": true, "count": 1])
        #expect(try await work(off: job, live) == [])
        #expect(try await score(live, "report::::0 0 3 * * *") % 86_400_000 == 3 * 3_600_000)
        #expect(try await live.storedOptions(of: next(live).id)["repeat"]?["utc"] == true)
    }

    @Test("ends with its limit, its end date, and its definition", arguments: ["limit", "endDate", "removed"])
    func end(reason: String) async throws {
        let live = try await LiveQueue.make()
        let member = reason == "endDate" ? "report::1000::0 0 3 * * *" : "report::::0 0 3 * * *"
        if reason != "removed" { try await define(live, member) }
        var repeatOptions: JSONObject = ["pattern": "0 0 3 * * *", "count": 3]
        if reason == "limit" { repeatOptions["limit"] = 3 }
        if reason == "endDate" { repeatOptions["endDate"] = 1000 }
        let job = try await iteration(
            live, id: "repeat:any:\(Self.slot)", member: member, repeatOptions: repeatOptions)
        #expect(try await work(off: job, live) == [])
        #expect(try await live.queue.counts() == JobCounts(completed: 1))
        // Not even an empty name, under which older releases go on.
        #expect(try await live.queue.schedulers.count() == (reason == "removed" ? 0 : 1))
    }

    @Test("taken again has its successor already")
    func takenAgain() async throws {
        let live = try await LiveQueue.make()
        try await define(live, Self.oldest)
        let id = "repeat:77fe5d8564f35b3b877cba4c9bdc2788:\(Self.slot)"
        let repeatOptions: JSONObject = ["pattern": "0 0 3 * * *", "tz": "Europe/Berlin", "count": 4]
        let job = try await iteration(live, id: id, member: Self.oldest, repeatOptions: repeatOptions)
        _ = try await work(off: job, live)
        let next = try await next(live)
        try await live.send("DEL", live.key(id))
        try await live.send("ZREM", live.key("completed"), id)
        let again = try await iteration(live, id: id, member: Self.oldest, repeatOptions: repeatOptions)
        #expect(try await work(off: again, live) == [])
        #expect(try await self.next(live).id == next.id)
    }

    @Test("is processed and reported if the worker is not to continue it")
    func refused() async throws {
        let live = try await LiveQueue.make()
        try await define(live, Self.oldest)
        let job = try await iteration(
            live, id: "repeat:91fb08b9319ab6e535d30ac72c451246:\(Self.slot)", member: Self.oldest,
            repeatOptions: ["pattern": "0 0 3 * * *", "tz": "Europe/Berlin", "count": 4])
        let errors = try await work(off: job, live, WorkerOptions(continuesLegacyRepeatables: false))
        #expect(errors.count == 1)
        #expect(errors.first?.contains("Legacy repeatable job metadata is not supported") == true)
        #expect(try await live.queue.counts() == JobCounts(completed: 1))
    }

    @Test("is listed with what its name tells, and stays")
    func listing() async throws {
        let live = try await LiveQueue.make()
        try await define(live, Self.oldest)
        try await define(live, "poll::1900000000000::5000")
        try await define(live, "dangling")
        for _ in 0..<2 {
            let list = try await live.queue.schedulers.list()
            #expect(list.map(\.id) == ["dangling", "poll::1900000000000::5000", Self.oldest])
            #expect(list.map(\.isRepeatable) == [true, true, true])
            #expect(list[0].rule == nil)
            #expect(list[1].rule == .every(.seconds(5), endDate: Date(milliseconds: 1_900_000_000_000)))
            #expect(list[2].rule == .cron("0 0 3 * * *", timeZone: "Europe/Berlin"))
            #expect(list[2].name == "report")
        }
    }

    @Test("gives way to a scheduler in one step")
    func conversion() async throws {
        let live = try await LiveQueue.make()
        let schedulers = live.queue.schedulers
        try await define(live, Self.oldest)
        let id = "repeat:odd:\(Self.slot)"
        try await iteration(live, id: id, member: Self.oldest, repeatOptions: ["pattern": "0 0 3 * * *"])
        let rule = try #require(try await schedulers.get(Self.oldest)?.rule)
        let job = try #require(
            try await schedulers.upsert("s", rule, name: "report", data: JSONText(["v": 2]), replacing: Self.oldest))
        #expect(try await schedulers.list().map(\.id) == ["s"])
        #expect(try await live.queue.counts() == JobCounts(delayed: 1))
        #expect(try await live.stored(job.id).data == JSONText(["v": 2]))
        #expect(try await live.queue.job(id) == nil)
    }

    @Test(
        "is removed with its pending iteration, wherever that is",
        arguments: [JobState.waiting, .delayed, .prioritized])
    func removal(state: JobState) async throws {
        let live = try await LiveQueue.make()
        let schedulers = live.queue.schedulers
        try await define(live, Self.oldest)
        let id = "repeat:odd:\(Self.slot)"
        try await iteration(live, id: id, member: Self.oldest, repeatOptions: ["pattern": "0 0 3 * * *"])
        try await iteration(live, id: "repeat:other:1", member: "other", repeatOptions: ["pattern": "0 0 3 * * *"])
        if state != .waiting {
            try await live.send("LREM", live.key("wait"), "1", id)
            try await live.send("ZADD", live.key(state.rawValue), "1", id)
        }
        #expect(try await schedulers.removeRepeatable(Self.oldest))
        #expect(try await !schedulers.removeRepeatable(Self.oldest))
        #expect(try await live.queue.job(id) == nil)
        #expect(try await live.queue.job("repeat:other:1") != nil)
        #expect(try await live.queue.counts() == JobCounts(waiting: 1))
        #expect(try await live.history().last == "removed:\(id)")
        try await schedulers.upsert("s", .every(.hours(1)))
        #expect(try await !schedulers.removeRepeatable("s"))
        #expect(try await schedulers.count() == 1)
    }
}
