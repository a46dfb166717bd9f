// Owns: handlers that run on the thread that reads from Redis, against a real Redis.

import BullMQTesting
import LiveTesting
import NIOCore
import NIOPosix
import Testing

@testable import BullMQ

@Suite("A handler that runs inline", .live, .timeLimit(.minutes(3)))
struct WorkerInlineTests {
    private func withRedis(threads: Int, _ body: (LiveQueue) async throws -> Void) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
        let configuration = try RedisConfiguration(url: try await RedisServer.shared.unixURL)
        let redis = Redis(configuration: configuration, eventLoopGroup: group)
        try await body(try await LiveQueue.make(redis: redis))
        await redis.close()
        try await group.shutdownGracefully()
    }

    @Test("stays on one thread, and waits together with others")
    func thread() async throws {
        try await withRedis(threads: 2) { live in
            let (gate, threads) = (Gate(), Log<Bool>())
            for _ in 0..<6 { try await live.add() }
            let loop = Log<any EventLoop>()
            try await live.withWorker(WorkerOptions(concurrency: 3, execution: .inline)) {
                Handler { job in
                    let own = try await loop.first(1)[0]
                    await threads.append(own.inEventLoop)
                    try await gate.wait()
                    return JSONText(.bool(own.inEventLoop))
                }
            } _: { running async throws in
                let own = try #require(running.worker.separate?.eventLoop)
                #expect(own !== live.redis.commands.eventLoop)
                await loop.append(own)
                #expect(try await threads.first(3) == [true, true, true])
                #expect(try await live.queue.counts().active == 3)
                await gate.open()
                for id in 1...6 { #expect(try await live.ending(of: live.stored("\(id)")).text == "true") }
            }
            #expect(await threads.entries == Array(repeating: true, count: 6))
        }
    }

    @Test("keeps its lock although it holds up its thread for longer than the lock lasts")
    func lock() async throws {
        try await withRedis(threads: 2) { live in
            let options = WorkerOptions(
                stalledInterval: .milliseconds(50), lockDuration: .milliseconds(300), execution: .inline)
            let job = try await live.add()
            try await live.withWorker(options) {
                Handler { _ in
                    let end = ContinuousClock.now + .milliseconds(1200)
                    while ContinuousClock.now < end {}
                    return .null
                }
            } _: { running async throws in
                // The job's own worker cannot check for stalled jobs meanwhile; another one can.
                let other = try ManualWorker(live.name, redis: live.redis, options: options)
                let checks = Task {
                    while !Task.isCancelled {
                        try await other.checkStalledJobs()
                        try await Task.sleep(for: .milliseconds(20))
                    }
                }
                _ = try await live.ending(of: job)
                checks.cancel()
                await other.close()
                #expect(try await live.stored(job.id).stalledCount == 0)
                #expect(await running.log.entries.contains { if case .locksRenewed = $0 { true } else { false } })
            }
        }
    }

    @Test("is retried, cancelled and put back like any other")
    func endings() async throws {
        try await withRedis(threads: 2) { live in
            let started = Log<String>()
            let retried = try await live.add("retried", JobOptions(attempts: 2))
            let stuck = try await live.add("stuck")
            let running = RunningWorker(
                try Worker(live.name, redis: live.redis, options: WorkerOptions(concurrency: 2, execution: .inline)) {
                    Handler(named: "retried") { job in
                        if job.attemptsStarted == 1 { throw BullMQError(.invalidData, "not yet") }
                        return .null
                    }
                    Handler(named: "stuck") { job in
                        await started.append(job.id)
                        try await Gate().wait()
                        return .null
                    }
                })
            _ = try await live.ending(of: retried)
            try await started.first(1)
            await running.worker.close(gracePeriod: .milliseconds(10))
            try await running.run.value
            #expect(try await live.stored(retried.id).attemptsMade == 2)
            #expect(try await stuck.state() == .waiting)
        }
    }

    @Test("runs on the pool if there is only one thread for sockets")
    func fallback() async throws {
        try await withRedis(threads: 1) { live in
            let job = try await live.add()
            try await live.withWorker(WorkerOptions(execution: .inline)) {
                Handler { _ in .null }
            } _: { running async throws in
                #expect(running.worker.separate == nil)
                _ = try await live.ending(of: job)
            }
        }
    }
}
