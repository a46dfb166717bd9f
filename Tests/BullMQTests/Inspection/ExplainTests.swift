// Owns: why a job is not running.

import BullMQTesting
import FoundationEssentials
import LiveTesting
import Testing

@testable import BullMQ

@Suite("The explanation of a job", .live, .timeLimit(.minutes(3)))
struct ExplainTests {
    @Test("says that nobody works, and how many are ahead")
    func waiting() async throws {
        let live = try await LiveQueue.make()
        try await live.add(id: "a")
        try await live.add(id: "b")
        try await live.add(id: "urgent", JobOptions(priority: 1))
        try await live.add(id: "casual", JobOptions(priority: 9))
        #expect(try await live.queue.explain("a").reasons == [.noWorkers])
        let second = try await live.queue.explain("b")
        #expect(second == JobExplanation(jobID: "b", state: .waiting, reasons: [.behind(1), .noWorkers]))
        #expect(second.description == "job b is waiting: 1 job is ahead; no worker is connected")
        #expect(try await live.queue.explain("urgent").reasons == [.behind(2), .noWorkers])
        #expect(try await live.queue.explain("casual").reasons == [.behind(3), .noWorkers])
        let gate = Gate()
        try await live.withWorker(WorkerOptions(name: "worker-1")) {
            Handler { _ in
                try await gate.wait()
                return .null
            }
        } _: { running async throws in
            try await withDeadline(.seconds(10), waitingFor: "the worker to be busy") {
                while try await live.queue.state(of: "a") != .active { try await Task.sleep(for: .milliseconds(2)) }
            }
            let active = try await live.queue.explain("a")
            guard case .processing(let time?) = active.reasons.first else {
                Issue.record("\(active)")
                return
            }
            #expect(active.state == .active && time > .seconds(10) && time <= .seconds(30))
            #expect(try await live.queue.explain("b").reasons.contains(.noWorkers) == false)
            await gate.open()
        }
    }

    @Test("names everything that holds the queue back")
    func heldBack() async throws {
        let live = try await LiveQueue.make()
        try await live.add(id: "first")
        try await live.add(id: "a")
        #expect(try await live.take() == "first")
        try await live.queue.setGlobalConcurrency(1)
        try await live.queue.rateLimit(for: .seconds(100))
        try await live.v5.pause()
        let reasons = try await live.queue.explain("a").reasons
        #expect(reasons.count == 4)
        #expect(reasons.starts(with: [.paused, .inPausedList, .maxed(active: 1, limit: 1)]))
        guard case .rateLimited(let time) = reasons[3] else {
            Issue.record("\(reasons)")
            return
        }
        #expect(time > .seconds(90))
        // Somebody holds the lock of the active job.
        #expect(!reasons.contains(.noWorkers))
    }

    @Test("says until when a job is delayed, for whom it waits, and how it ended")
    func states() async throws {
        let live = try await LiveQueue.make()
        let delayed = try await live.add("work", JobOptions(jobID: "later", delay: .hours(1)))
        #expect(
            try await live.queue.explain("later").reasons
                == [.delayed(until: Date(milliseconds: delayed.timestamp.milliseconds + 3_600_000)), .noWorkers])
        try await live.add(id: "parent")
        let parent = ParentReference(id: "parent", queue: live.queue.qualifiedName)
        try await live.add("work", JobOptions(jobID: "child", parent: parent))
        #expect(try await live.take() == "parent")
        _ = try await live.queue.store.moveToWaitingChildren(id: "parent", token: "taker", child: nil)
        let waiting = try await live.queue.explain("parent")
        #expect(waiting.reasons == [.waitingForChildren(pending: 1, keys: [live.key("child")])])
        #expect(waiting.description.contains("it waits for 1 children: \(live.key("child"))"))
        try await live.send("HSET", live.key("child"), "defa", "too often stalled")
        #expect(try await live.queue.explain("child").reasons.last == .failsWhenTaken("too often stalled"))
        try await live.send("LREM", live.key("wait"), "1", "child")
        #expect(try await live.queue.explain("child").reasons.first == .lost)
        try await live.send("ZADD", live.key("failed"), "1000", "child")
        try await live.send("HSET", live.key("child"), "finishedOn", "1000")
        #expect(try await live.queue.explain("child").reasons == [.finished(Date(milliseconds: 1000))])
        #expect(try await live.queue.explain("nobody").reasons == [.missing])
        #expect(try await live.queue.explain("nobody").description == "job nobody is nowhere: there is no such job")
    }

    @Test("tells a job whose worker is gone, an iteration and a parked job")
    func special() async throws {
        let live = try await LiveQueue.make()
        try await live.add(id: "a", JobOptions(deduplication: .keepLast(id: "once")))
        #expect(try await live.queue.explain("a").reasons.last == .ownsDeduplication(id: "once", hasNext: false))
        try await live.takeAndVanish()
        #expect(try await live.queue.explain("a").reasons.first == .stalled)
        try await live.add(id: "b", JobOptions(deduplication: .keepLast(id: "once")))
        #expect(try await live.queue.explain("b").reasons == [.parked(deduplicationID: "once")])
        #expect(try await live.queue.explain("a").reasons.last == .ownsDeduplication(id: "once", hasNext: true))
        try await live.add(id: "repeat:s:1000")
        try await live.send("HSET", live.key("repeat:s:1000"), "rjk", "s")
        try await live.send("ZADD", live.key("repeat"), "1000", "s")
        #expect(try await live.queue.explain("repeat:s:1000").reasons.last == .scheduledIteration(schedulerID: "s"))
    }
}
