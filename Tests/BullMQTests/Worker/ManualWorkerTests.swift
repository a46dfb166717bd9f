// Owns: jobs that are taken and ended by hand, against a real Redis.

import BullMQTesting
import FoundationEssentials
import LiveTesting
import Testing

@testable import BullMQ

@Suite("A job taken by hand", .live, .timeLimit(.minutes(3)))
struct ManualWorkerTests {
    private struct Mishap: Error, CustomStringConvertible {
        let description = "out of paper"
    }

    private func withWorker(
        _ options: WorkerOptions = WorkerOptions(), _ body: (LiveQueue, ManualWorker) async throws -> Void
    ) async throws {
        let live = try await LiveQueue.make()
        let worker = try ManualWorker(live.name, redis: live.redis, options: options)
        try await body(live, worker)
        await worker.close()
    }

    private func code(_ operation: () async throws -> Void) async -> BullMQError.Code? {
        await #expect(throws: BullMQError.self) { try await operation() }?.code
    }

    @Test("is active and locked by its token, and completes with a result")
    func complete() async throws {
        try await withWorker(WorkerOptions(name: "by-hand")) { live, worker in
            #expect(try await worker.nextJob() == nil)
            let job = try await live.add()
            let taken = try #require(try await worker.nextJob())
            #expect(taken.job.id == job.id && taken.job.processedBy == "by-hand" && taken.job.attemptsStarted == 1)
            #expect(taken.token.hasPrefix(worker.id + ":"))
            #expect(try await live.send("GET", live.key("\(job.id):lock")).string == taken.token)
            #expect(try await taken.complete(["pages": 3]) == nil)
            #expect(try await live.stored(job.id).returnValue?.text == #"{"pages":3}"#)
            #expect(try await live.history().last { $0.hasSuffix(":1") } == "completed:1")
            #expect(await code { try await taken.complete() } == .missingLock)
        }
    }

    @Test("brings the next one in the same round trip if that is asked for", arguments: [true, false])
    func next(completes: Bool) async throws {
        try await withWorker { live, worker in
            for _ in 0..<2 { try await live.add() }
            let first = try #require(try await worker.nextJob())
            let second = try #require(
                completes
                    ? try await first.complete(takingNext: true)
                    : try await first.fail(Mishap(), takingNext: true))
            #expect(second.job.id == "2" && second.token == first.token)
            #expect(try await second.complete(takingNext: true) == nil)
            #expect(try await live.queue.counts() == JobCounts(completed: completes ? 2 : 1, failed: completes ? 0 : 1))
        }
    }

    @Test("is tried again after a failure as its options say, and then fails")
    func fail() async throws {
        try await withWorker { live, worker in
            let options = JobOptions(attempts: 3, backoff: .fixed(.hours(1)), stackTraceLimit: 2)
            let job = try await live.add("work", options)
            try await worker.nextJob()?.fail(Mishap())
            #expect(try await job.state() == .delayed)
            try await job.promote()
            try await worker.nextJob()?.fail(Mishap())
            try await job.promote()
            try await worker.nextJob()?.fail(Mishap())
            let failed = try await live.stored(job.id)
            #expect(try await job.state() == .failed)
            #expect(failed.attemptsMade == 3 && failed.failedReason == "out of paper")
            #expect(failed.stackTrace == ["Mishap: out of paper", "Mishap: out of paper"])
            let hasty = try await live.add("work", JobOptions(attempts: 2))
            try await worker.nextJob()?.fail(Mishap())
            #expect(try await hasty.state() == .waiting)
            try await worker.nextJob()?.fail(JobOutcome.unrecoverable("no printer"))
            #expect(try await live.stored(hasty.id).failedReason == "no printer")
        }
    }

    @Test("goes where an outcome sends it, without counting an attempt")
    func outcomes() async throws {
        try await withWorker(WorkerOptions(limiter: RateLimit(max: 100, per: .seconds(1)))) { live, worker in
            let job = try await live.add()
            try await worker.nextJob()?.delay(until: Date(timeIntervalSinceNow: 3600))
            #expect(try await job.state() == .delayed)
            try await job.promote()
            try await worker.nextJob()?.fail(JobOutcome.delay(for: .hours(1)))
            #expect(try await job.state() == .delayed)
            try await job.promote()
            try await worker.nextJob()?.putBack()
            #expect(try await job.state() == .waiting)
            #expect(try await worker.nextJob()?.waitForChildren() == false)
            #expect(try await job.state() == .active)
            let taken = try #require(try await worker.takenJob(job.id, token: "\(worker.id):3"))
            try await taken.fail(JobOutcome.rateLimited(for: .milliseconds(60)))
            #expect(try await worker.nextJob() == nil)
            let again = try #require(try await worker.nextJob(waitingAtMost: .seconds(10)))
            #expect(again.job.attemptsMade == 0 && again.job.attemptsStarted == 5)
            try await again.complete()
        }
    }

    @Test("waits for its children, or for one of them")
    func children() async throws {
        try await withWorker { live, worker in
            let parent = try await live.add("parent", JobOptions(lifo: true))
            let reference = live.queue.reference(to: parent)
            let first = try await live.add("child", JobOptions(delay: .hours(1), parent: reference))
            let stranger = try await live.add("stranger", JobOptions(delay: .hours(1)))
            let taken = try #require(try await worker.nextJob())
            #expect(try await !taken.waitForChildren(stranger))
            #expect(try await taken.waitForChildren(first))
            #expect(try await parent.state() == .waitingChildren)
            #expect(try await worker.nextJob() == nil)
            try await first.promote()
            try await worker.nextJob()?.complete(5)
            let continued = try #require(try await worker.nextJob())
            #expect(continued.job.id == parent.id)
            #expect(try await continued.job.childrenValues().values.map(\.text) == ["5"])
        }
    }

    @Test("is never one whose failure was decided elsewhere, or that was started too often")
    func decidedFailures() async throws {
        try await withWorker(WorkerOptions(maximumStartedAttempts: 2)) { live, worker in
            let deferred = try await live.add("work", JobOptions(attempts: 5))
            try await live.send("HSET", live.key(deferred.id), "defa", "child x failed")
            let worn = try await live.add()
            try await live.send("HSET", live.key(worn.id), "ats", "2")
            let sound = try await live.add()
            let taken = try #require(try await worker.nextJob())
            #expect(taken.job.id == sound.id)
            #expect(try await live.stored(deferred.id).failedReason == "child x failed")
            #expect(try await live.stored(worn.id).failedReason == "job started more than allowable limit")
            let also = try await live.add()
            try await live.send("HSET", live.key(also.id), "defa", "child y failed")
            #expect(try await taken.complete(takingNext: true) == nil)
            #expect(try await also.state() == .failed)
        }
    }

    @Test("stays ours as long as its lock is extended")
    func locks() async throws {
        try await withWorker(WorkerOptions(lockDuration: .seconds(60))) { live, worker in
            for _ in 0..<2 { try await live.add() }
            let (first, second) = (
                try #require(try await worker.nextJob()), try #require(try await worker.nextJob())
            )
            #expect(try await first.extendLock(by: .hours(1)))
            #expect(try #require(try await live.send("PTTL", live.key("1:lock")).integer) > 3_000_000)
            #expect(try await worker.extendLocks(of: [first, second], by: .hours(2)) == [])
            #expect(try #require(try await live.send("PTTL", live.key("2:lock")).integer) > 7_000_000)
            try await live.send("SET", live.key("2:lock"), "somebody")
            #expect(try await !second.extendLock(by: .hours(1)))
            #expect(try await worker.extendLocks(of: [first, second], by: .hours(2)) == ["2"])
            #expect(try await worker.extendLocks(of: [], by: .hours(2)) == [])
            #expect(await code { try await second.complete() } == .lockMismatch)
            #expect(await code { try await live.stored("1").extendLock(by: .hours(1)) } == .missingLock)
        }
    }

    @Test("can be ended by another process that knows its id and token")
    func handedOn() async throws {
        try await withWorker { live, worker in
            try await live.add()
            let taken = try #require(try await worker.nextJob())
            let other = try ManualWorker(live.name, redis: live.redis)
            #expect(try await other.takenJob("nobody", token: taken.token) == nil)
            let found = try #require(try await other.takenJob(taken.job.id, token: taken.token))
            try await found.complete("done elsewhere")
            #expect(try await live.stored("1").returnValue?.text == #""done elsewhere""#)
            await other.close()
        }
    }

    @Test("is waited for, as long as the caller wants, by several callers at a time")
    func waiting() async throws {
        try await withWorker(WorkerOptions(drainDelay: .seconds(50))) { live, worker in
            let begin = ContinuousClock.now
            #expect(try await worker.nextJob(waitingAtMost: .milliseconds(80)) == nil)
            #expect(ContinuousClock.now - begin >= .milliseconds(80))
            try await live.add("work", JobOptions(delay: .milliseconds(60)))
            #expect(try await worker.nextJob(waitingAtMost: .seconds(20))?.job.id == "1")
            let ids = Log<String>()
            let waiters = (0..<3).map { _ in
                Task {
                    if let taken = try await worker.nextJob(waitingAtMost: .seconds(20)) {
                        await ids.append(taken.job.id)
                    }
                }
            }
            try await withDeadline(.seconds(10), waitingFor: "three waits") {
                while try await live.queue.workerCount() < 3 { try await Task.sleep(for: .milliseconds(5)) }
            }
            for _ in 0..<3 { try await live.add() }
            #expect(try await Set(ids.first(3)) == ["2", "3", "4"])
            for waiter in waiters { try await waiter.value }
        }
    }

    @Test("is no longer waited for when the worker is closed or the task cancelled", arguments: [true, false])
    func endOfWaiting(closes: Bool) async throws {
        try await withWorker(WorkerOptions(drainDelay: .seconds(50))) { live, worker in
            let waiting = Task { try await worker.nextJob(waitingAtMost: .seconds(60)) }
            try await withDeadline(.seconds(10), waitingFor: "the wait") {
                while try await live.queue.workerCount() < 1 { try await Task.sleep(for: .milliseconds(5)) }
            }
            if closes { await worker.close() } else { waiting.cancel() }
            let result = try await withDeadline(.seconds(5), waitingFor: "the end of the wait") { await waiting.result }
            if closes {
                #expect(try result.get() == nil)
                #expect(try await worker.nextJob() == nil)
            } else {
                #expect(throws: CancellationError.self) { try result.get() }
                try await live.add()
                #expect(try await worker.nextJob(waitingAtMost: .seconds(10)) != nil)
            }
        }
    }

    @Test("is recovered by a stalled check by hand")
    func stalled() async throws {
        try await withWorker(WorkerOptions(maximumStalledCount: 3, stalledInterval: .milliseconds(1))) { live, worker in
            try await live.add()
            try await live.takeAndVanish()
            let events = Log<String>()
            let listening = Task { [stream = worker.events()] in
                for await case .stalled(let id) in stream { await events.append(id) }
            }
            try await withDeadline(.seconds(10), waitingFor: "the recovery") {
                while try await worker.checkStalledJobs().isEmpty { try await Task.sleep(for: .milliseconds(2)) }
            }
            #expect(try await events.first(1) == ["1"])
            #expect(try await worker.nextJob()?.job.stalledCount == 1)
            listening.cancel()
        }
    }

    @Test("of a scheduler leaves the next one behind, which is made before it is handed out")
    func scheduled() async throws {
        try await withWorker { live, worker in
            let schedulers = live.queue.schedulers
            try await schedulers.upsert("s", .every(.hours(1)), data: JSONText(["v": 1]))
            let taken = try #require(try await worker.nextJob())
            let next = try #require(try await live.queue.jobs(in: [.delayed], range: 0..<1).first)
            let slot = try #require(try await schedulers.get("s")).next.milliseconds
            #expect(next.id == "repeat:s:\(slot)" && next.id != taken.job.id)
            #expect(next.data == JSONText(["v": 1]))
            try await next.promote()
            let second = try #require(try await taken.complete(takingNext: true))
            #expect(second.job.id == next.id)
            #expect(try await live.queue.counts() == JobCounts(active: 1, completed: 1, delayed: 1))
        }
    }

    @Test("of a scheduler is handed out even if no next one can be made, which is reported")
    func unschedulable() async throws {
        try await withWorker { live, worker in
            let first = try #require(try await live.queue.schedulers.upsert("s", .cron("0 0 3 * * *")))
            let key = live.key(first.id)
            let options = try #require(try await live.send("HGET", key, "opts").string)
            try await live.send("HSET", key, "opts", options.replacing("0 0 3 * * *", with: "0 0 99 * * *"))
            try await first.promote()
            let reports = Log<BullMQError>()
            let listening = Task { [stream = worker.events()] in
                for await case .error(let error) in stream {
                    if let error = error as? BullMQError { await reports.append(error) }
                }
            }
            let taken = try #require(try await worker.nextJob())
            #expect(taken.job.id == first.id)
            let report = try await reports.first(1)[0]
            #expect(report.message.contains("99"))
            try await taken.complete()
            #expect(try await live.queue.counts() == JobCounts(completed: 1))
            listening.cancel()
        }
    }

    @Test("is kept or removed after its end as it says, else as the worker says")
    func policies() async throws {
        try await withWorker(WorkerOptions(removeOnComplete: .remove, removeOnFail: .remove, metricsMinutes: 5)) {
            live, worker in
            for options in [JobOptions(), JobOptions(removeOnComplete: .keepAll)] {
                try await live.add("work", options)
                try await worker.nextJob()?.complete()
            }
            try await live.add()
            try await worker.nextJob()?.fail(Mishap())
            #expect(try await live.queue.counts() == JobCounts(completed: 1))
            #expect(try await live.queue.metrics(of: .completed).total == 2)
        }
    }
}
