// Owns: locks, their renewal and loss, stalled jobs and failures decided elsewhere, against a real Redis.

import BullMQTesting
import LiveTesting
import Testing

@testable import BullMQ

@Suite("The lock of a job", .live, .timeLimit(.minutes(3)))
struct WorkerLockTests {
    @Test("is held by the worker's token while the job runs")
    func token() async throws {
        let live = try await LiveQueue.make()
        let tokens = Log<String?>()
        try await live.add()
        try await live.add()
        try await live.withWorker(WorkerOptions(lockDuration: .seconds(7))) {
            Handler { job in
                await tokens.append(try await live.send("GET", live.key("\(job.id):lock")).string)
                let ttl = try await live.send("PTTL", live.key("\(job.id):lock")).integer ?? 0
                #expect((6000...7000).contains(ttl))
                return .null
            }
        } _: { running async throws in
            // The successor of a job is locked with the same token.
            let expected = "\(running.worker.id):0"
            #expect(try await tokens.first(2) == [expected, expected])
        }
    }

    @Test("is renewed while the job runs, so that it never stalls")
    func renewal() async throws {
        let live = try await LiveQueue.make()
        let gate = Gate()
        let job = try await live.add()
        let options = WorkerOptions(stalledInterval: .milliseconds(300), lockDuration: .seconds(2))
        try await live.withWorker(options) {
            Handler { _ in
                try await gate.wait()
                return .null
            }
        } _: { running async throws in
            // Five renewals, each after a quarter of it, take longer than the lock would last by itself.
            try await running.log.count(5, "a renewal") { event in
                if case .locksRenewed(let ids) = event { ids == [job.id] } else { false }
            }
            await gate.open()
            _ = try await live.ending(of: job)
        }
        let stored = try await live.stored(job.id)
        #expect(stored.stalledCount == 0)
        #expect(stored.attemptsStarted == 1)
    }

    @Test("is left to the handler if the worker does not renew it")
    func byHandler() async throws {
        let live = try await LiveQueue.make()
        let job = try await live.add()
        let options = WorkerOptions(lockDuration: .milliseconds(100), skipsLockRenewal: true)
        let lock = live.key("\(job.id):lock")
        try await live.withWorker(options) {
            Handler { job in
                #expect(try await job.extendLock(by: .seconds(100)))
                let left = try #require(try await live.send("PTTL", lock).integer)
                // Longer than a renewal by the worker would be away.
                try await Task.sleep(for: .milliseconds(200))
                return JSONText(.integer(left))
            }
        } _: { running async throws in
            let left = try #require(Int(try await live.ending(of: job).text))
            #expect(left > 90_000)
            #expect(await !running.log.entries.contains { if case .locksRenewed = $0 { true } else { false } })
        }
    }

    @Test("lost cancels the job, whose result is then refused without harm")
    func loss() async throws {
        let live = try await LiveQueue.make()
        let started = Log<String>()
        let reasons = Log<CancellationReason?>()
        try await live.add()
        try await live.withWorker(WorkerOptions(lockDuration: .milliseconds(200))) {
            Handler { job in
                await started.append(job.id)
                do { try await Gate().wait() } catch { await reasons.append(job.cancellationReason) }
                return .null
            }
        } _: { running async throws in
            try await started.first(1)
            try await live.send("SET", live.key("1:lock"), "somebody else")
            #expect(try await reasons.first(1) == [.lockLost])
            try await running.log.first("the lost lock") { event -> Bool? in
                if case .locksLost(let ids) = event, ids == ["1"] { true } else { nil }
            }
            let refusal = try await running.log.first("the refusal") { event -> BullMQError? in
                if case .error(let error) = event { error as? BullMQError } else { nil }
            }
            #expect(refusal.code == .lockMismatch)
            #expect(refusal.message == "Lock mismatch for job 1. Cmd moveToFinished from active")
        }
        #expect(try await live.queue.state(of: "1") == .active)
        #expect(try await live.send("GET", live.key("1:lock")).string == "somebody else")
    }

    @Test("of a vanished worker runs out, and the job is recovered once by another worker")
    func stalled() async throws {
        let live = try await LiveQueue.make()
        let job = try await live.add()
        try await live.takeAndVanish()
        try await live.withWorker(WorkerOptions(stalledInterval: .milliseconds(30), drainDelay: .milliseconds(20))) {
            Handler { job in JSONText(.integer(Int64(job.stalledCount))) }
        } _: { running async throws in
            #expect(try await live.ending(of: job).text == "1")
            try await running.log.first("the recovery") { event -> Bool? in
                if case .stalled(let id) = event, id == job.id { true } else { nil }
            }
        }
        let stored = try await live.stored(job.id)
        #expect(stored.attemptsStarted == 2)
        #expect(stored.attemptsMade == 1)
        #expect(try await live.history().contains("stalled:\(job.id)"))
    }

    @Test("running out more often than allowed fails the job without running it")
    func stalledTooOften() async throws {
        let live = try await LiveQueue.make()
        let job = try await live.add("work", JobOptions(attempts: 5))
        try await live.takeAndVanish()
        let ran = Log<String>()
        let options = WorkerOptions(
            maximumStalledCount: 0, stalledInterval: .milliseconds(30), drainDelay: .milliseconds(20))
        try await live.withWorker(options) {
            Handler { job in
                await ran.append(job.id)
                return .null
            }
        } _: { _ async throws in
            #expect(try await live.failure(of: job) == "job stalled more than allowable limit")
        }
        #expect(await ran.entries.isEmpty)
        #expect(try await live.stored(job.id).deferredFailure == nil)
    }

    @Test("does not matter for a failure that was decided elsewhere, nor for a job started too often")
    func preChecks() async throws {
        let live = try await LiveQueue.make()
        try await live.queue.pause()
        let deferred = try await live.add("work", JobOptions(attempts: 5))
        try await live.send("HSET", live.key(deferred.id), "defa", "child x failed")
        let started = try await live.add("work", JobOptions(attempts: 5))
        try await live.send("HSET", live.key(started.id), "ats", "2")
        let allowed = try await live.add()
        try await live.send("HSET", live.key(allowed.id), "ats", "1")
        try await live.queue.resume()
        try await live.withWorker(WorkerOptions(maximumStartedAttempts: 2)) {
            Handler { _ in .null }
        } _: { _ async throws in
            #expect(try await live.failure(of: deferred) == "child x failed")
            #expect(try await live.failure(of: started) == "job started more than allowable limit")
            _ = try await live.ending(of: allowed)
        }
    }
}

extension LiveQueue {
    /// Takes the next job as a worker that is gone before it renews its lock.
    func takeAndVanish() async throws {
        let terms = FetchTerms(lockDuration: 1, limiter: nil, workerName: nil, maximumMetricsPoints: 0)
        guard case .job(let record) = try await queue.store.moveToActive(token: "vanished:0", terms: terms) else {
            throw TestKitError(.invalidState, "there was no job to take")
        }
        try await withDeadline(.seconds(5), waitingFor: "the lock to run out") {
            while try await send("EXISTS", key("\(record.id):lock")).integer == 1 { await Task.yield() }
        }
    }
}
