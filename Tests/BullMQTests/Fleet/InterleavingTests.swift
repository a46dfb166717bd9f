// Owns: every interleaving of BullMQ 5 and this library that the protocol lists (versions, section 2.5), in both pause modes.

import BullMQTesting
import LiveTesting
import Testing

@testable import BullMQ

/// A row of the table: what is done, and which jobs that costs in plain mode. In v5-safe mode none may be lost.
struct Interleaving: Sendable, CustomTestStringConvertible {
    let row: Int
    let jobs: [String]
    let lostInPlainMode: Set<String>
    let run: @Sendable (LiveQueue) async throws -> Void

    init(
        _ row: Int, _ jobs: [String], loses lost: Set<String> = [],
        _ run: @escaping @Sendable (LiveQueue) async throws -> Void
    ) {
        self.row = row
        self.jobs = jobs
        lostInPlainMode = lost
        self.run = run
    }

    var testDescription: String { "row \(row)" }

    /// Lets our idle worker look for due jobs until it has moved them.
    private static func promote(_ live: LiveQueue) async throws {
        try await withDeadline(.seconds(10), waitingFor: "the delayed job to be due") {
            while try await !live.members("delayed").isEmpty { try await live.take() }
        }
    }

    private static let soon = JobOptions(delay: .milliseconds(1))

    static let all: [Interleaving] = [
        Interleaving(1, ["a", "b", "c"], loses: ["a", "b"]) { live in
            try await live.add(id: "a")
            try await live.add(id: "b")
            try await live.queue.pause()
            try await live.v5.add("c")
            try await live.v5.resume()
        },
        Interleaving(2, ["a", "c"], loses: ["c"]) { live in
            try await live.add(id: "a")
            try await live.v5.pause()
            try await live.add(id: "c")
            try await live.v5.resume()
        },
        Interleaving(3, ["a", "c"], loses: ["a"]) { live in
            try await live.add(id: "a")
            try await live.v5.pause()
            try await live.add(id: "c")
            try await live.v5.pause()
        },
        Interleaving(4, ["a", "c"], loses: ["c"]) { live in
            try await live.add(id: "a")
            try await live.queue.pause()
            try await live.v5.add("c")
            try await live.v5.pause()
        },
        Interleaving(5, ["a", "d"], loses: ["d"]) { live in
            try await live.add(id: "a")
            try await live.add(id: "d", soon)
            try await live.v5.pause()
            try await promote(live)
            try await live.v5.resume()
        },
        Interleaving(6, ["a", "b", "d"], loses: ["a", "b"]) { live in
            try await live.add(id: "a")
            try await live.add(id: "b")
            try await live.add(id: "d", JobOptions(delay: .hours(1)))
            try await live.queue.pause()
            try await live.v5.promoteDelayed()
            try await live.v5.resume()
        },
        Interleaving(7, ["a", "r"], loses: ["r"]) { live in
            try await live.add(id: "r")
            #expect(try await live.take() == "r")
            try await live.add(id: "a")
            try await live.v5.pause()
            try await live.queue.store.retryJob(id: "r", token: "taker", lifo: false, failure: ("no", "[]"))
            try await live.v5.resume()
        },
        Interleaving(7, ["a", "s"], loses: ["s"]) { live in
            try await live.add(id: "s")
            try await live.takeAndVanish()
            try await live.add(id: "a")
            try await live.checkStalled()
            try await live.v5.pause()
            try await live.send("DEL", live.key("stalled-check"))
            try await live.checkStalled()
            try await live.v5.resume()
        },
        Interleaving(7, ["a", "parent", "child"], loses: ["parent"]) { live in
            try await live.add(id: "parent")
            let parent = ParentReference(id: "parent", queue: live.queue.qualifiedName)
            try await live.add("work", JobOptions(jobID: "child", parent: parent))
            #expect(try await live.take() == "parent")
            #expect(try await live.queue.store.moveToWaitingChildren(id: "parent", token: "taker", child: nil))
            #expect(try await live.take() == "child")
            try await live.add(id: "a")
            try await live.v5.pause()
            _ = try await live.queue.store.moveToFinished(
                QueueStore.Finish(
                    id: "child", token: "taker", target: .completed(result: "1"), policy: nil, attempts: 0,
                    fetchesNext: false, timestamp: Milliseconds.now),
                terms: FetchTerms(lockDuration: 1000, limiter: nil, workerName: nil, maximumMetricsPoints: 0))
            try await live.v5.resume()
        },
        // One call of ours resumes everything, so nothing stays behind for row 9, and nothing can come between for row 10.
        Interleaving(8, ["w", "q1", "q7005"]) { live in
            try await live.leaveLongPausedList()
            try await live.queue.resume()
            #expect(try await live.ids("paused") == [])
            #expect(try await live.ids("wait").count == 7006)
            #expect(try await live.take() == "q7005")
        },
        Interleaving(9, ["w", "q1", "q7005"]) { live in
            try await live.leaveLongPausedList()
            try await live.queue.resume()
            try await live.v5.pause()
            try await live.v5.resume()
            #expect(try await live.ids("wait").count == 7006)
        },
        Interleaving(10, ["w", "q1", "q7005"]) { live in
            try await live.leaveLongPausedList()
            try await live.queue.resume()
            try await live.v5.pause()
            try await live.queue.resume()
            try await live.v5.resume()
            #expect(try await live.ids("wait").count == 7006)
        },
        Interleaving(11, ["a"]) { live in
            try await live.add(id: "a")
            try await live.queue.pause()
            try await live.v5.resume()
            // Late in plain mode: idle workers are not told.
            let isTold = live.queue.options.pauseMode == .v5Safe
            #expect(try await live.members("marker").contains("0") == isTold)
        },
        Interleaving(12, ["a", "b", "c"]) { live in
            try await live.add(id: "a")
            try await live.add(id: "b")
            try await live.v5.pause()
            try await live.add(id: "c")
            try await live.queue.resume()
            #expect(try await live.ids("wait") == ["c", "b", "a"])
        },
        Interleaving(13, ["a", "b"]) { live in
            try await live.add(id: "a")
            try await live.queue.pause()
            try await live.v5.add("b")
            try await live.queue.resume()
            // The younger job runs first in plain mode.
            #expect(try await live.ids("wait") == (live.queue.options.pauseMode == .plain ? ["a", "b"] : ["b", "a"]))
        },
        Interleaving(14, ["a"]) { live in
            try await live.add(id: "a")
            try await live.v5.pause()
            try await live.stored("a").changePriority(to: 3)
            #expect(try await live.field("priority", of: "a") == "3")
            #expect(try await live.members("prioritized") == (live.queue.options.pauseMode == .plain ? [] : ["a"]))
        },
        Interleaving(16, ["a", "b"], loses: ["b"]) { live in
            try await live.add(id: "a")
            try await live.queue.pause()
            try await live.v5.add("b")
            try await live.v5.obliterate()
        },
        Interleaving(17, ["a", "b"]) { live in
            try await live.add(id: "a")
            try await live.v5.pause()
            try await live.add(id: "b")
            try await live.queue.resume()
        },
        Interleaving(18, ["a", "b"]) { live in
            try await live.add(id: "a")
            try await live.v5.pause()
            try await live.send("DEL", live.key("meta"))
            try await live.add(id: "b")
            // Found by the next check for stalled jobs, although it is not due.
            try await live.send("SET", live.key("stalled-check"), "1")
            try await live.send("DEL", live.key("marker"))
            try await live.checkStalled()
            #expect(try await live.ids("wait") == ["b", "a"])
            #expect(try await live.ids("paused") == [])
            #expect(try await live.members("marker") == ["0"])
            #expect(try await !live.history().contains("resumed"))
        },
    ]
}

extension LiveQueue {
    /// Paused, with 7005 jobs in `paused` and one in `wait`; the hashes of three exist.
    fileprivate func leaveLongPausedList() async throws {
        for id in ["w", "q1", "q7005"] {
            try await add(id: id)
        }
        try await send("DEL", key("wait"))
        try await send("HSET", key("meta"), "paused", "1")
        try await send("LPUSH", key("wait"), "w")
        _ = try await redis.send(RedisCommand(["RPUSH", key("paused")] + (1...7005).map { "q\($0)" }))
    }
}

@Suite("Beside clients of BullMQ 5", .live, .timeLimit(.minutes(3)))
struct InterleavingTests {
    @Test("jobs are lost as the protocol says in plain mode, and can be recovered", arguments: Interleaving.all)
    func plain(interleaving: Interleaving) async throws {
        let live = try await LiveQueue.make()
        try await interleaving.run(live)
        let found = try await live.queue.recoverLostJobs()
        #expect(Set(found) == interleaving.lostInPlainMode)
        #expect(try await live.everywhere().filter(interleaving.lostInPlainMode.contains) == [])
        #expect(try await Set(live.queue.recoverLostJobs(dryRun: false)) == interleaving.lostInPlainMode)
        for id in found { #expect(try await live.queue.state(of: id) == .waiting) }
        #expect(try await live.queue.recoverLostJobs() == [])
    }

    @Test("no job is lost in v5-safe mode", arguments: Interleaving.all)
    func safe(interleaving: Interleaving) async throws {
        let live = try await LiveQueue.make(pauseMode: .v5Safe)
        try await interleaving.run(live)
        #expect(try await live.queue.recoverLostJobs() == [])
        guard interleaving.row != 16 else {
            // Obliterated, completely.
            #expect(try await live.send("EXISTS", live.key("a"), live.key("b")).integer == 0)
            return
        }
        let ids = try await live.everywhere()
        for id in interleaving.jobs { #expect(ids.count { $0 == id } == 1, "\(id)") }
    }

    /// Row 15.
    @Test(
        "redefining a scheduler of a paused queue leaves its waiting iteration in plain mode, as BullMQ does",
        arguments: PauseMode.allCases)
    func scheduler(mode: PauseMode) async throws {
        let live = try await LiveQueue.make(pauseMode: mode)
        try await live.add(id: "repeat:s:1000")
        try await live.send("ZADD", live.key("repeat"), "1000", "s")
        try await live.send("HSET", live.key("repeat:s"), "name", "work", "every", "1000", "ic", "1")
        try await live.queue.pause()
        let store = live.queue.store
        var (definition, options) = (MessagePackWriter(), MessagePackWriter())
        definition.appendMapHeader(2)
        definition.append("name")
        definition.append("work")
        definition.append("every")
        definition.append(3_600_000)
        options.appendMapHeader(0)
        let reply = try await store.scripts.run(Script("addJobScheduler", keys: 11), arguments: 9) { call in
            call.keys(
                store.keys.scheduled, store.keys.delayed, store.keys.wait, store.keys.paused, store.keys.meta,
                store.keys.prioritized, store.keys.marker, store.keys.id, store.keys.events,
                store.keys.priorityCounter, store.keys.active)
            call.argument("")
            call.argument(definition.bytes)
            call.argument("s")
            call.argument("{}")
            call.argument(options.bytes)
            call.argument(options.bytes)
            call.argument(Milliseconds.now)
            call.argument(live.key(""))
            call.argument("")
        }
        #expect(reply.array?.count == 2)
        #expect(try await live.everywhere().contains("repeat:s:1000") == (mode == .plain))
    }

    @Test("a paused queue holds back in v5-safe mode and counts, lists, promotes, drains and obliterates what it holds")
    func safeAdministration() async throws {
        let live = try await LiveQueue.make(pauseMode: .v5Safe)
        try await live.add(id: "a")
        try await live.queue.pause()
        try await live.add(id: "b")
        try await live.add(id: "lifo", JobOptions(lifo: true))
        try await live.add(id: "d", JobOptions(delay: .hours(1)))
        try await live.stored("d").promote()
        #expect(try await live.ids("wait") == [])
        #expect(try await live.ids("paused") == ["d", "b", "a", "lifo"])
        #expect(try await !live.members("marker").contains("0"))
        #expect(try await live.queue.counts().waiting == 4)
        #expect(try await live.queue.jobs(in: [.waiting], range: 0..<10).map(\.id) == ["lifo", "a", "b", "d"])
        #expect(try await live.queue.clean(.waiting, olderThan: .zero, limit: 1) == ["lifo"])
        #expect(try await live.queue.remove("a"))
        #expect(try await live.take() == nil)
        try await live.queue.resume()
        #expect(try await live.ids("wait") == ["d", "b"])
        #expect(try await live.members("marker").contains("0"))
        try await live.queue.pause()
        try await live.queue.drain()
        #expect(try await live.everywhere() == [])
        try await live.add(id: "z")
        try await live.queue.obliterate()
        #expect(try await live.send("EXISTS", live.key("z"), live.key("paused"), live.key("wait")).integer == 0)
    }

    @Test("flows, transactions and schedulers put nothing into the line of a queue that is paused in v5-safe mode")
    func safeAdditions() async throws {
        let live = try await LiveQueue.make(pauseMode: .v5Safe)
        try await live.queue.pause()
        let flows = try FlowProducer(redis: live.redis, options: FlowProducerOptions(pauseMode: .v5Safe))
        try await flows.add(
            FlowNode(name: "parent", in: live.name) {
                FlowNode(name: "child", in: live.name, options: JobOptions(jobID: "child"))
            })
        try await live.queue.addBulk([BulkJob(name: "bulk", options: JobOptions(jobID: "bulk"))])
        for replaced in [nil, "old"] {
            try await live.queue.schedulers.upsert("s", .every(.hours(1)), replacing: replaced)
        }
        #expect(try await live.ids("wait") == [])
        #expect(try await live.ids("paused").suffix(2) == ["bulk", "child"])
        #expect(try await live.ids("paused").count == 3)
    }

    @Test("what a client of BullMQ 6 adds to a paused queue is swept up by the next fetch")
    func sweep() async throws {
        let live = try await LiveQueue.make(pauseMode: .v5Safe)
        let other = try Queue(live.name, redis: live.redis)
        try await live.queue.pause()
        try await live.add(id: "a")
        try await other.add(name: "work", options: JobOptions(jobID: "b"))
        #expect(try await live.ids("wait") == ["b"])
        #expect(try await live.take() == nil)
        #expect(try await live.ids("wait") == [])
        #expect(try await live.ids("paused") == ["b", "a"])
    }

    @Test("a worker in v5-safe mode processes all jobs of a queue that a client of BullMQ 5 pauses and resumes")
    func worker() async throws {
        let live = try await LiveQueue.make(pauseMode: .v5Safe)
        let done = Log<String>()
        try await live.v5.pause()
        for index in 0..<5 { try await live.add(id: "ours\(index)") }
        for index in 0..<5 { try await live.v5.add("theirs\(index)") }
        try await live.withWorker(WorkerOptions(pauseMode: .v5Safe)) {
            Handler { job in
                await done.append(job.id)
                return .null
            }
        } _: { running async throws in
            try await running.drained()
            #expect(await done.entries == [])
            try await live.v5.resume()
            try await done.first(10)
        }
        #expect(Set(await done.entries).count == 10)
    }
}
