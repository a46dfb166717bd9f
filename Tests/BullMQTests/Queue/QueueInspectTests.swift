// Owns: counts, lists and pages of jobs, against a real Redis.

import BullMQTesting
import LiveTesting
import Testing

@testable import BullMQ

@Suite("Looking into a queue", .live, .timeLimit(.minutes(3)))
struct QueueInspectTests {
    /// A queue with jobs in all states but active: waiting 1 2, delayed 3 4, prioritized 5 6 7, waiting-children 8 (with
    /// child 9 delayed), failed 10, completed 12 and then 11.
    private func populated() async throws -> LiveQueue {
        let live = try await LiveQueue.make()
        try await live.queue.pause()
        try await live.queue.addBulk([
            BulkJob(name: "w"), BulkJob(name: "w"), BulkJob(name: "d", options: JobOptions(delay: .hours(2))),
            BulkJob(name: "d", options: JobOptions(delay: .hours(1))),
            BulkJob(name: "p", options: JobOptions(priority: 2)), BulkJob(name: "p", options: JobOptions(priority: 1)),
            BulkJob(name: "p", options: JobOptions(priority: 2)),
            BulkJob(name: "parent", options: JobOptions(lifo: true)),
        ])
        try await live.add(
            "child", JobOptions(delay: .hours(3), parent: ParentReference(id: "8", queue: live.queue.qualifiedName)))
        for name in ["fail", "finish", "finish"] { try await live.add(name, JobOptions(lifo: true)) }
        try await live.queue.resume()
        let done = Log<String>()
        let worker = try Worker(live.name, redis: live.redis) {
            Handler(named: "parent") { _ in throw JobOutcome.waitForChildren }
            Handler(named: "fail") { _ in throw JobOutcome.unrecoverable("no") }
            Handler(named: "finish") { _ in .null }
            Handler { job in
                await done.append(job.id)
                // The first ordinary job ends the preparation: the shutdown puts it back to where it was.
                try await Gate().wait()
                return .null
            }
        }
        let running = RunningWorker(worker)
        try await done.first(1)
        await worker.close(gracePeriod: .zero)
        try await running.run.value
        // They may have finished in the same millisecond.
        try await live.send("ZADD", live.key("completed"), "1000", "12", "2000", "11")
        return live
    }

    @Test("counts the jobs of each state, together and by priority")
    func counts() async throws {
        let live = try await populated()
        let counts = try await live.queue.counts()
        #expect(
            counts
                == JobCounts(
                    active: 0, completed: 2, delayed: 3, failed: 1, prioritized: 3, waiting: 2, waitingChildren: 1))
        #expect(counts.pending == 9)
        for state in JobState.allCases {
            #expect(try await live.queue.count(of: [state]) == counts[state], "\(state)")
        }
        #expect(try await live.queue.count(of: [.completed, .failed]) == 3)
        #expect(try await live.queue.count(of: []) == 0)
        #expect(try await live.queue.counts(perPriority: [0, 1, 2, 3]) == [0: 2, 1: 1, 2: 2, 3: 0])
    }

    @Test(
        "lists the jobs of each state in the order in which one expects them",
        arguments: [
            ([.waiting], nil, ["1", "2"]), ([.waiting], .newestFirst, ["2", "1"]),
            ([.delayed], nil, ["4", "3", "9"]), ([.delayed], .newestFirst, ["9", "3", "4"]),
            ([.prioritized], nil, ["6", "5", "7"]), ([.waitingChildren], nil, ["8"]),
            ([.completed], nil, ["11", "12"]), ([.completed], .oldestFirst, ["12", "11"]), ([.failed], nil, ["10"]),
            ([.active], nil, []), ([.failed, .waiting], .oldestFirst, ["10", "1", "2"]), ([], nil, []),
        ] as [([JobState], JobOrder?, [String])])
    func order(states: [JobState], order: JobOrder?, ids: [String]) async throws {
        let live = try await Self.shared.value
        #expect(try await live.queue.jobs(in: states, range: 0..<100, order: order).map(\.id) == ids)
        var walked: [String] = []
        for try await job in live.queue.jobs(in: states, order: order, pageSize: 2) { walked.append(job.id) }
        #expect(walked == ids)
    }

    private static let shared = Task { try await QueueInspectTests().populated() }

    @Test(
        "knows the state of each job",
        arguments: [
            ("1", .waiting), ("3", .delayed), ("5", .prioritized), ("8", .waitingChildren), ("10", .failed),
            ("11", .completed), ("77", nil),
        ] as [(String, JobState?)])
    func states(id: String, state: JobState?) async throws {
        let live = try await Self.shared.value
        #expect(try await live.queue.state(of: id) == state)
        #expect(try await (live.queue.job(id) == nil) == (state == nil))
    }

    @Test(
        "cuts pages anywhere",
        arguments: [(0..<2, ["1", "2"]), (1..<3, ["2", "3"]), (3..<9, ["4"]), (7..<9, []), (2..<2, [])])
    func pages(range: Range<Int>, ids: [String]) async throws {
        let live = try await LiveQueue.make()
        for _ in 0..<4 { try await live.add() }
        #expect(try await live.queue.jobs(in: [.waiting], range: range).map(\.id) == ids)
    }

    @Test("passes over jobs whose data vanished")
    func vanished() async throws {
        let live = try await LiveQueue.make()
        for _ in 0..<4 { try await live.add() }
        try await live.send("DEL", live.key("2"))
        #expect(try await live.queue.jobs(in: [.waiting], range: 0..<3).map(\.id) == ["1", "3", "4"])
    }

    @Test(
        "reads any part of a job's log",
        arguments: [
            (nil, .oldestFirst, ["a", "b", "c", "d"]), (nil, .newestFirst, ["d", "c", "b", "a"]),
            (1..<3, .oldestFirst, ["b", "c"]), (0..<2, .newestFirst, ["d", "c"]), (3..<9, .newestFirst, ["a"]),
            (1..<1, .oldestFirst, []),
        ] as [(Range<Int>?, JobOrder, [String])])
    func logs(range: Range<Int>?, order: JobOrder, rows: [String]) async throws {
        let live = try await LiveQueue.make()
        let job = try await live.add()
        for row in ["a", "b", "c", "d"] { try await job.log(row) }
        let log = try await live.queue.logs(of: job.id, range: range, order: order)
        #expect(log.rows == rows)
        #expect(log.count == 4)
    }
}
