// Owns: clearing away what was left behind, against a real Redis.

import BullMQTesting
import LiveTesting
import Testing

@testable import BullMQ

@Suite("Clearing away", .live, .timeLimit(.minutes(3)))
struct QueueMaintenanceTests {
    /// One job in every state, named by it, and everything else a queue may hold.
    private func populated(prefix: String = "bull") async throws -> LiveQueue {
        let live = try await LiveQueue.make(prefix: prefix)
        let worker = try ManualWorker(live.name, redis: live.redis, options: WorkerOptions(prefix: prefix))
        func add(_ id: String, _ options: JobOptions = JobOptions()) async throws -> Job {
            var options = options
            options.jobID = id
            return try await live.add("work", options)
        }
        _ = try await add("done")
        try await worker.nextJob()?.complete(1)
        _ = try await add("broken")
        try await worker.nextJob()?.fail(JobOutcome.unrecoverable("no"))
        let parent = try await add("parent")
        let child = JobOptions(delay: .hours(1), parent: live.queue.reference(to: parent))
        _ = try await add("child", child)
        try await worker.nextJob()?.waitForChildren()
        _ = try await add("running")
        _ = try await worker.nextJob()
        _ = try await add("urgent", JobOptions(priority: 1))
        try await add("next").log("row")
        try await live.add("dedup", JobOptions(jobID: "single", deduplication: .simple(id: "failed")))
        for (key, field) in [("metrics:failed", "count"), ("dn:failed", "name"), ("repeat:s", "name")] {
            try await live.send("HSET", live.key(key), field, "1")
        }
        try await live.send("RPUSH", live.key("paused"), "held")
        try await live.send("HSET", live.key("held"), "name", "work", "timestamp", "1")
        // Written by an application, which had better chosen another prefix.
        try await live.send("SET", live.key("counter"), "7")
        try await live.send("HSET", live.key("settings"), "colour", "red")
        try await live.send("HSET", live.key("priority"), "name", "an old key")
        await worker.close()
        return live
    }

    private func keys(_ live: LiveQueue) async throws -> Set<String> {
        Set((try await live.send("KEYS", live.key("").escapedGlob + "*").array ?? []).compactMap(\.string))
    }

    @Test("orphans removes nothing from a queue in order", arguments: ["bull", "pre[x]*?"])
    func inOrder(prefix: String) async throws {
        let live = try await populated(prefix: prefix)
        let before = try await keys(live)
        #expect(before.count > 20)
        #expect(try await live.queue.removeOrphanedJobs() == OrphanRemoval())
        #expect(try await live.queue.removeOrphanedJobs(includingLost: true, batch: 1) == OrphanRemoval())
        #expect(try await keys(live) == before)
    }

    @Test("orphans takes finished jobs and remains that no state knows, and nothing else")
    func orphans() async throws {
        let live = try await populated()
        let before = try await keys(live)
        try await live.send("HSET", live.key("forgotten"), "name", "x", "timestamp", "1", "finishedOn", "2")
        try await live.send("RPUSH", live.key("forgotten:logs"), "row")
        try await live.send("RPUSH", live.key("gone:logs"), "row")
        try await live.send("SET", live.key("1:lock"), "token")
        try await live.send("HSET", live.key("0"), "ats", "1")
        #expect(try await live.queue.removeOrphanedJobs() == OrphanRemoval(removed: 4, lostJobs: []))
        #expect(try await keys(live) == before)
    }

    @Test(
        "orphans keeps jobs whose id was lost, and names them, unless it is told otherwise", arguments: [false, true])
    func lost(includingLost: Bool) async throws {
        let live = try await populated()
        try await live.send("LREM", live.key("wait"), "1", "next")
        let result = try await live.queue.removeOrphanedJobs(includingLost: includingLost)
        #expect(result == OrphanRemoval(removed: includingLost ? 1 : 0, lostJobs: includingLost ? [] : ["next"]))
        #expect(try await (live.queue.job("next") == nil) == includingLost)
        #expect(try await live.queue.logs(of: "next").count == (includingLost ? 0 : 1))
    }

    @Test("orphans stops at about a limit, and reads long lines in pieces")
    func bounds() async throws {
        let live = try await LiveQueue.make()
        try await live.queue.addBulk((0..<200).map { _ in BulkJob(name: "work") })
        // More than one piece of a list: ids that have no job.
        var push = ["RPUSH", live.key("wait")]
        for id in 1000..<11_500 { push.append("\(id)") }
        _ = try await live.redis.send(RedisCommand(push))
        for id in 300..<340 { try await live.send("RPUSH", live.key("\(id):logs"), "row") }
        let some = try await live.queue.removeOrphanedJobs(batch: 10, limit: 5)
        #expect(some.removed >= 5 && some.removed < 40)
        let rest = try await live.queue.removeOrphanedJobs()
        #expect(some.removed + rest.removed == 40)
        #expect(rest.lostJobs.isEmpty && some.lostJobs.isEmpty)
        #expect(try await live.queue.jobs(in: [.waiting], range: 0..<200, order: .newestFirst).count == 200)
    }

    @Test("the priorities of old versions happens once")
    func priorityKey() async throws {
        let live = try await LiveQueue.make()
        try await live.send("ZADD", live.key("priority"), "1", "a")
        #expect(try await live.queue.removeDeprecatedPriorityKey())
        #expect(try await !live.queue.removeDeprecatedPriorityKey())
    }

    @Test(
        "takes a key for that of a job only if it can be nothing else",
        arguments: [
            ("bull:q:7", "7"), ("bull:q:7:logs", "7"), ("bull:q:my-job:lock", "my-job"), ("bull:q:", nil),
            ("bull:q:meta", nil), ("bull:q:metrics:failed", nil), ("bull:q:dn:failed", nil), ("bull:q:de:x", nil),
            ("bull:q:repeat:s:17", nil), ("bull:q:a:b:c", nil), ("bull:q:7:colour", nil), ("bull:q:priority", nil),
            ("bull:q:delay", nil), ("bull:r:7", nil), ("bull:q:repeat:logs", nil),
        ] as [(String, String?)])
    func keyNames(key: String, id: String?) {
        #expect(QueueKeys(prefix: "bull", name: "q").jobID(ofKey: key)?.id == id)
    }
}
