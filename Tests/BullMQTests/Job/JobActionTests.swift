// Owns: what can be done to a single job from outside, and the errors of each, against a real Redis.

import BullMQTesting
import FoundationEssentials
import LiveTesting
import Testing

@testable import BullMQ

@Suite("A stored job", .live, .timeLimit(.minutes(3)))
struct JobActionTests {
    private struct Step: Codable, Hashable {
        var done: Int
        var note: String
    }

    private func error(_ operation: () async throws -> Void) async -> BullMQError? {
        await #expect(throws: BullMQError.self) { try await operation() }
    }

    @Test("takes progress of any form and tells everybody")
    func progress() async throws {
        let live = try await LiveQueue.make()
        let job = try await live.add()
        try await job.updateProgress(42)
        #expect(try await job.refreshed()?.progress.text == "42")
        try await job.updateProgress(Step(done: 1, note: "ü"))
        let stored = try #require(try await job.refreshed())
        #expect(try stored.progress.decode(Step.self) == Step(done: 1, note: "ü"))
        #expect(job.progress.text == "0")
        let iterator = live.events.makeAsyncIterator()
        var seen: [String] = []
        while seen.count < 2, let event = try await iterator.next() {
            if case .progress(job.id, let value) = event.kind { seen.append(value.text) }
        }
        #expect(seen == ["42", #"{"done":1,"note":"ü"}"#])
    }

    @Test("keeps as many log rows as it may, and forgets them when asked")
    func logs() async throws {
        let live = try await LiveQueue.make()
        let job = try await live.add("work", JobOptions(keepLogs: 3))
        var counts: [Int] = []
        for row in ["a", "b", "c", "d"] { counts.append(try await job.log(row)) }
        #expect(counts == [1, 2, 3, 3])
        #expect(try await job.logs() == ["b", "c", "d"])
        try await job.clearLogs(keeping: 1)
        #expect(try await job.logs() == ["d"])
        try await job.clearLogs()
        #expect(try await job.logs() == [])
    }

    @Test("takes new data, typed or to the byte")
    func data() async throws {
        let live = try await LiveQueue.make()
        let job = try await live.add()
        try await job.updateData(Step(done: 2, note: ""))
        #expect(try await job.refreshed()?.data.text == #"{"done":2,"note":""}"#)
        try await job.updateData(JSONText(validating: " [1.50] "))
        #expect(try await job.refreshed()?.data.text == " [1.50] ")
    }

    @Test("failed is retried with or without its attempts", arguments: [false, true])
    func retry(resets: Bool) async throws {
        let live = try await LiveQueue.make()
        let job = try await live.add("work", JobOptions(attempts: 2))
        try await live.withWorker {
            Handler { job in
                if job.name == "work" { throw BullMQError(.invalidData, "no") }
                return .null
            }
        } _: { _ async throws in
            _ = try await live.failure(of: job)
        }
        #expect(await error { try await job.retry(from: .completed) }?.code == .wrongState)
        try await job.retry(resetAttemptsMade: resets, resetAttemptsStarted: resets)
        let again = try #require(try await job.refreshed())
        #expect(try await job.state() == .waiting)
        #expect(again.attemptsMade == (resets ? 0 : 2))
        #expect(again.attemptsStarted == (resets ? 0 : 2))
        #expect(again.failedReason == nil && again.finishedOn == nil && again.processedOn == nil)
        #expect(again.stackTrace.count == 2)
        let twice = await error { try await job.retry() }
        #expect(twice?.code == .wrongState)
        #expect(twice?.message == "Job 1 is not in the failed state. reprocessJob")
        #expect(await error { try await job.retry(from: .active) }?.code == .invalidArgument)
    }

    @Test("delayed is promoted once")
    func promote() async throws {
        let live = try await LiveQueue.make()
        let job = try await live.add("work", JobOptions(delay: .hours(1)))
        let urgent = try await live.add("work", JobOptions(priority: 2, delay: .hours(1)))
        try await job.promote()
        try await urgent.promote()
        #expect(try await job.state() == .waiting)
        #expect(try await urgent.state() == .prioritized)
        #expect(try await job.refreshed()?.delay == .zero)
        let again = await error { try await job.promote() }
        #expect(again?.code == .wrongState)
        #expect(again?.message == "Job 1 is not in the delayed state. promote")
    }

    @Test("delayed gets another time, counted from now")
    func changeDelay() async throws {
        let live = try await LiveQueue.make()
        let job = try await live.add("work", JobOptions(delay: .hours(1)))
        let before = Date().timeIntervalSince1970
        try await job.changeDelay(to: .seconds(100))
        let score = try #require(try await live.send("ZSCORE", live.key("delayed"), "1").string.flatMap(Double.init))
        #expect(abs(score / 4_096_000 - before - 100) < 5)
        #expect(try await job.refreshed()?.delay == .seconds(100))
        let waiting = try await live.add()
        #expect(await error { try await waiting.changeDelay(to: .seconds(1)) }?.code == .wrongState)
        #expect(await error { try await waiting.changeDelay(to: .seconds(-1)) }?.code == .invalidArgument)
    }

    @Test("gets another priority and the place that goes with it")
    func changePriority() async throws {
        let live = try await LiveQueue.make()
        let job = try await live.add()
        let second = try await live.add("work", JobOptions(priority: 5))
        let third = try await live.add("work", JobOptions(priority: 5))
        try await job.changePriority(to: 9)
        #expect(try await job.state() == .prioritized)
        try await third.changePriority(to: 1)
        #expect(try await live.queue.jobs(in: [.prioritized], range: 0..<9).map(\.id) == ["3", "2", "1"])
        try await job.changePriority(to: 5, lifo: true)
        #expect(try await live.queue.jobs(in: [.prioritized], range: 0..<9).map(\.id) == ["3", "1", "2"])
        try await second.changePriority(to: 0)
        #expect(try await second.state() == .waiting)
        #expect(try await second.refreshed()?.priority == 0)
        let tooLarge = await error { try await job.changePriority(to: 2_097_152) }
        #expect(tooLarge?.message == "Priority should be between 0 and 2097151")
    }

    @Test("leaves its parent, which goes on without it")
    func removeChildDependency() async throws {
        let live = try await LiveQueue.make()
        let parent = try await live.add("parent")
        let child = try await live.add(
            "child", JobOptions(delay: .hours(1), parent: live.queue.reference(to: parent)))
        try await live.withWorker {
            Handler { job in
                if job.attemptsStarted == 1 { throw JobOutcome.waitForChildren }
                return .null
            }
        } _: { running async throws in
            try await running.drained()
            #expect(try await parent.state() == .waitingChildren)
            #expect(try await child.removeChildDependency())
            _ = try await live.ending(of: parent)
        }
        #expect(try await child.refreshed()?.parentKey == nil)
        #expect(try await !parent.removeChildDependency())
    }

    @Test("that exists no more is missed by every action")
    func missing() async throws {
        let live = try await LiveQueue.make()
        let job = try await live.add("work", JobOptions(delay: .hours(1)))
        try await job.remove()
        try await job.remove()
        #expect(try await job.refreshed() == nil)
        #expect(try await job.state() == nil)
        let actions: [(String, BullMQError.Code, @Sendable () async throws -> Void)] = [
            ("updateProgress", .missingJob, { try await job.updateProgress(1) }),
            ("updateData", .missingJob, { try await job.updateData([1]) }),
            ("addLog", .missingJob, { _ = try await job.log("row") }),
            ("reprocessJob", .missingJob, { try await job.retry() }),
            ("changeDelay", .missingJob, { try await job.changeDelay(to: .seconds(1)) }),
            ("changePriority", .missingJob, { try await job.changePriority(to: 1) }),
            ("promote", .wrongState, { try await job.promote() }),
        ]
        for (command, code, action) in actions {
            let error = await error(action)
            #expect(error?.code == code, "\(command)")
            #expect(error?.message.hasSuffix(command) == true, "\(error?.message ?? "")")
        }
        #expect(await error { try await job.updateProgress(1) }?.message == "Missing key for job 1. updateProgress")
    }

    @Test(
        "tells what a script refused with BullMQ's words and number",
        arguments: [
            (-1, "Missing key for job 7. move", .missingJob), (-2, "Missing lock for job 7. move", .missingLock),
            (-3, "Job 7 is not in the active state. move", .wrongState),
            (-4, "Job 7 has pending dependencies. move", .pendingChildren),
            (-5, "Missing key for parent job bull:p:1. move", .missingParent),
            (-6, "Lock mismatch for job 7. Cmd move from active", .lockMismatch),
            (-7, "The parent job bull:p:1 cannot be replaced. move", .parentCannotBeReplaced),
            (-8, "Job 7 belongs to a job scheduler and cannot be removed directly. move", .belongsToScheduler),
            (-9, "Cannot complete job 7 because it has at least one failed child. move", .failedChildren),
        ] as [(Int64, String, BullMQError.Code)])
    func codes(number: Int64, message: String, code: BullMQError.Code) {
        let error = BullMQError.script(number, command: "move", job: "7", parent: "bull:p:1", state: "active")
        #expect(error.code == code)
        #expect(error.code.number == Int(number))
        #expect(error.message == message)
    }
}
