// Owns: data that older releases of BullMQ left in Redis (protocol: versions, section 7), as a worker of today meets it.

import BullMQTesting
import LiveTesting
import Testing

@testable import BullMQ

@Suite("Data of older releases", .live, .timeLimit(.minutes(3)))
struct OlderDataTests {
    private func work(off live: LiveQueue, _ count: Int) async throws -> [Job] {
        let done = Log<Job>()
        return try await live.withWorker(WorkerOptions(drainDelay: .milliseconds(20))) {
            Handler { job in
                await done.append(job)
                return .null
            }
        } _: { running async throws in
            let jobs = try await done.first(count)
            try await running.drained()
            return jobs
        }
    }

    @Test("in-list markers are dropped, never processed", arguments: ["0:0", "0:1700000000000"])
    func markers(marker: String) async throws {
        let live = try await LiveQueue.make()
        try await live.add(id: "a")
        try await live.send("RPUSH", live.key("wait"), marker)
        try await live.add(id: "b")
        #expect(try await work(off: live, 2).map(\.id) == ["a", "b"])
        #expect(try await live.everywhere().filter { $0 == marker } == [])
    }

    @Test("the score of a marker counts, not its member: a worker of today wakes when an old delay marker says so")
    func delayMarker() async throws {
        let live = try await LiveQueue.make()
        try await live.add(id: "a", JobOptions(delay: .milliseconds(200)))
        try await live.send("DEL", live.key("marker"))
        try await live.send("ZADD", live.key("marker"), String(Milliseconds.now + 200), "0")
        #expect(try await work(off: live, 1).map(\.id) == ["a"])
    }

    @Test("attempts made before 5.0 count together with those made since")
    func attempts() async throws {
        let live = try await LiveQueue.make()
        let job = try await live.add("work", JobOptions(attempts: 3))
        try await live.send("HSET", live.key(job.id), "attemptsMade", "1", "atm", "1")
        #expect(try await live.stored(job.id).attemptsMade == 2)
        let tries = Log<Int>()
        try await live.withWorker {
            Handler { job in
                await tries.append(job.attemptsMade)
                throw TestKitError(.invalidState, "no")
            }
        } _: { _ async throws in
            _ = try await live.failure(of: job)
        }
        #expect(await tries.entries == [2])
    }

    @Test("the old counter of stalls is ignored")
    func stalls() async throws {
        let live = try await LiveQueue.make()
        try await live.add(id: "a")
        try await live.send("HSET", live.key("a"), "stalledCounter", "9")
        #expect(try await work(off: live, 1).map(\.stalledCount) == [0])
        #expect(try await live.queue.state(of: "a") == .completed)
    }

    @Test("delayed scores with a counter in their low bits become due at their time")
    func delayedScores() async throws {
        let live = try await LiveQueue.make()
        let now = Milliseconds.now
        for (id, sequence) in [("c", 9), ("b", 7)] {
            try await live.add(id: id, JobOptions(delay: .hours(1)))
            try await live.send("ZADD", live.key("delayed"), String((now - 5) * 4096 + Int64(sequence)), id)
        }
        #expect(try await work(off: live, 2).map(\.id) == ["b", "c"])
    }

    @Test("a child whose policy is only among its options lets its parent go on when it fails")
    func policy() async throws {
        let live = try await LiveQueue.make()
        try await live.add(id: "parent")
        let parent = ParentReference(id: "parent", queue: live.queue.qualifiedName)
        try await live.add("work", JobOptions(jobID: "child", parent: parent))
        try await live.send("HSET", live.key("child"), "opts", #"{"idof":true}"#)
        #expect(try await live.take() == "parent")
        _ = try await live.queue.store.moveToWaitingChildren(id: "parent", token: "taker", child: nil)
        #expect(try await live.take() == "child")
        _ = try await live.queue.store.moveToFinished(
            QueueStore.Finish(
                id: "child", token: "taker", target: .failed(reason: "no", stackTrace: "[]"), policy: nil, attempts: 0,
                fetchesNext: false, timestamp: Milliseconds.now),
            terms: FetchTerms(lockDuration: 1000, limiter: nil, workerName: nil, maximumMetricsPoints: 0))
        #expect(try await live.queue.state(of: "parent") == .waiting)
        #expect(try await live.send("HGET", live.key("parent:failed"), live.key("child")).string == "no")
    }

    @Test("leftovers of older releases are no findings")
    func leftovers() async throws {
        let live = try await LiveQueue.make()
        try await live.add(id: "a")
        try await live.send("ZADD", live.key("priority"), "3", "a")
        try await live.send("SET", live.key("delay"), "1")
        try await live.send("ZADD", live.key("repeat"), "1000", "name:id::UTC:* * * * *")
        let report = try await live.queue.verify()
        #expect(report.isClean, "\(report)")
    }
}
