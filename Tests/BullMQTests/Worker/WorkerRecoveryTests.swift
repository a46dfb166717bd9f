// Owns: jobs that were handed out by a reply that never arrived, against a real Redis behind a bad network.

import BullMQTesting
import LiveTesting
import Testing

@testable import BullMQ

@Suite("A job whose arrival was lost", .live, .timeLimit(.minutes(3)))
struct WorkerRecoveryTests {
    private func withProxy(_ body: (LiveQueue, FaultProxy, Redis) async throws -> Void) async throws {
        let proxy = try await FaultProxy.start(before: .shared)
        let redis = try Redis(url: proxy.url)
        try await body(try await LiveQueue.make(), proxy, redis)
        await redis.close()
        try await proxy.stop()
    }

    /// Waits until the server has made the job active: the reply that says so is lost on the way.
    private func active(_ job: Job) async throws {
        try await withDeadline(.seconds(20), waitingFor: "job \(job.id) to be active") {
            while try await job.state() != .active { try await Task.sleep(for: .milliseconds(2)) }
        }
    }

    @Test("with the reply to a fetch is found by its lock and runs at once, without counting as stalled")
    func fetch() async throws {
        try await withProxy { live, proxy, redis in
            // A stalled check would be the first to lose its reply, and the connection with it.
            let options = WorkerOptions(
                skipsStalledCheck: true, drainDelay: .milliseconds(20), retryDelay: .milliseconds(20))
            try await live.withWorker(options, redis: redis) {
                Handler { _ in .null }
            } _: { running async throws in
                try await running.drained()
                await running.worker.pause()
                try await proxy.apply(.cut(after: 1, of: .replies))
                let job = try await live.add()
                running.worker.resume()
                try await active(job)
                try await proxy.heal()
                _ = try await live.ending(of: job)
                let stored = try await live.stored(job.id)
                #expect(stored.attemptsStarted == 1 && stored.stalledCount == 0)
                try await running.log.first("the loss") { event -> Bool? in
                    if case .error(let error as RedisError) = event, error.mayHaveExecuted { true } else { nil }
                }
            }
        }
    }

    @Test("with the reply to a finish is found by its lock and runs at once; the finished job stays finished")
    func finish() async throws {
        try await withProxy { live, proxy, redis in
            let (gate, started) = (Gate(), Log<String>())
            let jobs = [try await live.add(), try await live.add()]
            let options = WorkerOptions(skipsStalledCheck: true, retryDelay: .milliseconds(20))
            try await live.withWorker(options, redis: redis) {
                Handler { job in
                    await started.append(job.id)
                    try await gate.wait()
                    return .null
                }
            } _: { _ async throws in
                try await started.first(1)
                try await proxy.apply(.cut(after: 1, of: .replies))
                await gate.open()
                try await active(jobs[1])
                #expect(try await jobs[0].state() == .completed)
                try await proxy.heal()
                _ = try await live.ending(of: jobs[1])
                #expect(try await started.first(2) == jobs.map(\.id))
                let stored = try await live.stored(jobs[1].id)
                #expect(stored.attemptsStarted == 1 && stored.stalledCount == 0)
                #expect(try await live.stored(jobs[0].id).attemptsMade == 1)
            }
        }
    }
}
