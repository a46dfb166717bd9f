// Owns: the life of a worker: start, pause, shutdown, and what becomes of its jobs, against a real Redis.

import BullMQTesting
import LiveTesting
import Logging
import RedisTransport
import ServiceLifecycle
import Synchronization
import Testing

@testable import BullMQ

@Suite("A worker's life", .live, .timeLimit(.minutes(3)))
struct WorkerLifecycleTests {
    /// A handler that tells when it starts and waits for a gate.
    private func waiting(at gate: Gate, _ started: Log<String>) -> Handler {
        Handler { job in
            await started.append(job.id)
            try await gate.wait()
            return .null
        }
    }

    private func within<Value: Sendable>(
        _ limit: Duration, _ what: String, _ operation: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withDeadline(limit, waitingFor: what, operation: operation)
    }

    @Test("begins once: a second run, and one after its end, are refused")
    func once() async throws {
        let live = try await LiveQueue.make()
        let worker = try Worker(live.name, redis: live.redis) { Handler { _ in .null } }
        let running = RunningWorker(worker)
        try await running.drained()
        await #expect(throws: BullMQError.self, "Worker is already running.") { try await worker.run() }
        await worker.close()
        try await running.run.value
        #expect(!worker.isRunning)
        await #expect(throws: BullMQError.self) { try await worker.run() }
        await worker.close()
    }

    @Test("is seen by other clients under BullMQ's name", arguments: [("wk", ":w:wk"), (nil, "")])
    func clientName(name: String?, suffix: String) async throws {
        let live = try await LiveQueue.make()
        try await live.withWorker(WorkerOptions(name: name)) {
            Handler { _ in .null }
        } _: { running async throws in
            try await running.drained()
            try await live.add()
            try await running.log.first("a job") { if case .completed = $0 { true } else { nil } as Bool? }
            let expected = ClientName.worker(prefix: "bull", queue: live.name, name: nil) + suffix
            #expect(expected.hasPrefix("bull:") && expected.dropFirst(5).prefix { $0 != ":" }.count > 20)
            // The blocking connection introduces itself before its first wait; ask until it did.
            try await within(.seconds(10), "the worker's connection") {
                while try await !live.clientNames().contains(expected) { try await Task.sleep(for: .milliseconds(5)) }
            }
        }
    }

    @Test("paused takes no jobs until it is resumed, and lets running ones end")
    func pause() async throws {
        let live = try await LiveQueue.make()
        let (gate, started) = (Gate(), Log<String>())
        let first = try await live.add()
        try await live.withWorker {
            waiting(at: gate, started)
        } _: { running async throws in
            try await started.first(1)
            await running.worker.pause(waitsForActive: false)
            #expect(running.worker.isPaused)
            let quiet = Task { await running.worker.pause() }
            let second = try await live.add()
            await gate.open()
            _ = try await live.ending(of: first)
            await quiet.value
            #expect(try await live.queue.state(of: second.id) == .waiting)
            running.worker.resume()
            _ = try await live.ending(of: second)
            #expect(!running.worker.isPaused)
        }
    }

    @Test("paused while it asks for a job waits for the one it gets")
    func pauseDuringFetch() async throws {
        let proxy = try await FaultProxy.start(before: .shared)
        let redis = try Redis(url: proxy.url)
        let live = try await LiveQueue.make()
        let (gate, started) = (Gate(), Log<String>())
        try await live.withWorker(WorkerOptions(drainDelay: .milliseconds(500)), redis: redis) {
            waiting(at: gate, started)
        } _: { running async throws in
            try await running.drained()
            try await proxy.apply(.paused)
            let job = try await live.add()
            // The wait on the marker ends without the worker hearing of it, so it is about to ask for a job.
            let asks = try await live.asksForJob(withholding: proxy, running)
            #expect(asks)
            let quiet = Task { await running.worker.pause() }
            try await proxy.heal()
            try await started.first(1)
            #expect(try await live.queue.state(of: job.id) == .active)
            await gate.open()
            await quiet.value
            #expect(try await live.queue.state(of: job.id) == .completed)
        }
        await redis.close()
        try await proxy.stop()
    }

    @Test("idle ends at once, even if it would wait for work for long")
    func promptClose() async throws {
        let live = try await LiveQueue.make()
        let running = RunningWorker(
            try Worker(live.name, redis: live.redis, options: WorkerOptions(drainDelay: .seconds(50))) {
                Handler { _ in .null }
            })
        try await running.drained()
        try await within(.seconds(5), "an idle worker to end") {
            await running.worker.close()
            try await running.run.value
        }
    }

    @Test("ends at once although the connection for its waits is still being made")
    func closeWhileConnecting() async throws {
        let proxy = try await FaultProxy.start(before: .shared)
        let redis = try Redis(url: proxy.url)
        _ = try await redis.send(RedisCommand("PING"))
        // The command connection goes on, but no other one can be made.
        try await proxy.apply(.refusing)
        let live = try await LiveQueue.make()
        let running = RunningWorker(
            try Worker(live.name, redis: redis, options: WorkerOptions(drainDelay: .seconds(50))) {
                Handler { _ in .null }
            })
        try await running.drained()
        try await within(.seconds(5), "the worker to end") {
            await running.worker.close()
            try await running.run.value
        }
        await redis.close()
        try await proxy.stop()
    }

    @Test("without a server ends at once when idle", arguments: [true, false])
    func closeWithoutServer(hasStarted: Bool) async throws {
        try await withRedisServer { server in
            let redis = try Redis(url: server.url)
            if !hasStarted { await server.kill() }
            let running = RunningWorker(
                try Worker("q", redis: redis, options: WorkerOptions(drainDelay: .seconds(50))) {
                    Handler { _ in .null }
                })
            if hasStarted {
                try await running.drained()
                await server.kill()
                try await within(.seconds(5), "the loss to be noticed") {
                    while redis.commands.isConnected { try await Task.sleep(for: .milliseconds(2)) }
                }
            }
            try await within(.seconds(5), "the worker to end") {
                await running.worker.close()
                try await running.run.value
            }
            await redis.close()
        }
    }

    @Test("without a server gives up storing an outcome after the grace period and a little")
    func outcomeWithoutServer() async throws {
        try await withRedisServer { server in
            let live = try await LiveQueue.make(redis: Redis(url: server.unixURL))
            let started = Log<String>()
            try await live.add()
            let running = RunningWorker(
                try Worker(live.name, redis: live.redis) { waiting(at: Gate(), started) })
            try await started.first(1)
            await server.kill()
            try await within(.seconds(12), "the worker to end") {
                await running.worker.close(gracePeriod: .milliseconds(1))
                try await running.run.value
            }
            await live.redis.close()
        }
    }

    @Test("without a server ends although the renewal of a lock waits for it")
    func renewalWithoutServer() async throws {
        try await withRedisServer { server in
            let live = try await LiveQueue.make(redis: Redis(url: server.unixURL))
            let started = Log<String>()
            try await live.add()
            let running = RunningWorker(
                try Worker(live.name, redis: live.redis, options: WorkerOptions(lockDuration: .milliseconds(200))) {
                    waiting(at: Gate(), started)
                })
            try await started.first(1)
            await server.kill()
            // A renewal in flight fails with its reply; the next one waits for a connection.
            try await within(.seconds(10), "a renewal to wait for the server") {
                while live.redis.commands.isConnected { try await Task.sleep(for: .milliseconds(2)) }
                try await Task.sleep(for: .milliseconds(300))
            }
            await running.worker.close(gracePeriod: .milliseconds(1))
            try await running.run.value
            await live.redis.close()
        }
    }

    @Test("behind a network that swallows everything ends within the grace period and a little")
    func closeInBlackHole() async throws {
        let proxy = try await FaultProxy.start(before: .shared)
        let redis = try Redis(url: proxy.url)
        let live = try await LiveQueue.make()
        let running = RunningWorker(
            try Worker(live.name, redis: redis, options: WorkerOptions(drainDelay: .milliseconds(500))) {
                Handler { _ in .null }
            })
        try await running.drained()
        try await proxy.apply(.blackHole)
        #expect(try await live.asksForJob(withholding: proxy, running))
        try await within(.seconds(12), "the worker to end") {
            await running.worker.close(gracePeriod: .zero)
            try await running.run.value
        }
        try await proxy.stop()
    }

    @Test("in a service group stores what ends within the grace period and puts the rest back in line")
    func serviceGroup() async throws {
        let live = try await LiveQueue.make()
        let (first, second) = (Gate(), Gate())
        let started = Log<String>()
        let jobs = [try await live.add("quick"), try await live.add("stuck"), try await live.add("later")]
        let worker = try Worker(
            live.name, redis: live.redis, options: WorkerOptions(concurrency: 2, gracePeriod: .milliseconds(400))
        ) {
            Handler(named: "quick") { job in
                await started.append(job.id)
                try await first.wait()
                return .null
            }
            Handler(named: "stuck") { job in
                await started.append(job.id)
                try await second.wait()
                return .null
            }
        }
        let events = worker.events()
        let group = ServiceGroup(services: [worker], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let run = Task { try await group.run() }
        try await started.first(2)
        await group.triggerGracefulShutdown()
        for await event in events { if case .closing = event { break } }
        await first.open()
        _ = try await live.ending(of: jobs[0])
        try await run.value
        #expect(try await live.queue.state(of: jobs[1].id) == .waiting)
        #expect(try await live.queue.state(of: jobs[2].id) == .waiting)
        let stuck = try await live.stored(jobs[1].id)
        #expect(stuck.attemptsMade == 0)
        #expect(stuck.failedReason == nil)
        #expect(try await live.send("EXISTS", live.key("\(stuck.id):lock")).integer == 0)
        // At the front, so that it is the next one to run.
        #expect(try await live.send("LINDEX", live.key("wait"), "-1").string == stuck.id)
    }

    @Test("ended by cancellation allows no grace period")
    func cancellation() async throws {
        let live = try await LiveQueue.make()
        let started = Log<String>()
        let job = try await live.add()
        let worker = try Worker(live.name, redis: live.redis) { waiting(at: Gate(), started) }
        let run = Task { try await worker.run() }
        try await started.first(1)
        run.cancel()
        _ = await run.result
        #expect(try await live.queue.state(of: job.id) == .waiting)
    }

    @Test("cancels also the job that arrives after the grace period")
    func lateJob() async throws {
        let proxy = try await FaultProxy.start(before: .shared)
        let redis = try Redis(url: proxy.url)
        let live = try await LiveQueue.make()
        let started = Log<String>()
        let running = RunningWorker(
            try Worker(live.name, redis: redis, options: WorkerOptions(drainDelay: .milliseconds(500))) {
                waiting(at: Gate(), started)
            })
        try await running.drained()
        try await proxy.apply(.paused)
        let job = try await live.add()
        #expect(try await live.asksForJob(withholding: proxy, running))
        let close = Task { await running.worker.close(gracePeriod: .zero) }
        try await running.log.first("closing") { if case .closing = $0 { true } else { nil } as Bool? }
        try await proxy.heal()
        try await within(.seconds(4), "the worker to end") { await close.value }
        #expect(try await live.queue.state(of: job.id) == .waiting)
        await redis.close()
        try await proxy.stop()
    }

    @Test("ended lets a handler that ignores its cancellation store what it made")
    func slowHandler() async throws {
        let live = try await LiveQueue.make()
        let started = Log<String>()
        let gate = Gate()
        let job = try await live.add()
        let running = RunningWorker(
            try Worker(live.name, redis: live.redis) {
                Handler { job in
                    await started.append(job.id)
                    try await Task { try await gate.wait() }.value
                    return .null
                }
            })
        try await started.first(1)
        let close = Task { await running.worker.close(gracePeriod: .zero) }
        // Longer than outcomes may take to be stored once all handlers have ended.
        try await Task.sleep(for: .milliseconds(5500))
        await gate.open()
        await close.value
        #expect(try await live.queue.state(of: job.id) == .completed)
    }

    @Test("ends with an error, and cancels its handlers, when its client is closed under it")
    func clientClosed() async throws {
        let redis = try Redis(url: try await RedisServer.shared.url)
        let live = try await LiveQueue.make()
        let started = Log<String>()
        try await live.add()
        let running = RunningWorker(
            try Worker(live.name, redis: redis, options: WorkerOptions(concurrency: 2, drainDelay: .milliseconds(50))) {
                waiting(at: Gate(), started)
            })
        try await started.first(1)
        await redis.close()
        let error = try await within(.seconds(5), "the worker to end") { await running.run.result }
        #expect(throws: RedisError.self) { try error.get() }
    }

    @Test("refused by the server fails at its start")
    func refused() async throws {
        let configuration = try RedisConfiguration(url: try await RedisServer.shared.url + "/9999")
        let worker = try Worker("q", redis: Redis(configuration: configuration)) { Handler { _ in .null } }
        await #expect {
            try await worker.run()
        } throws: { error in
            (error as? RedisError)?.code == .handshakeRefused
        }
    }

    @Test("tells its listeners what happens, and ends their sequences, also those that come too late")
    func events() async throws {
        let live = try await LiveQueue.make()
        let worker = try Worker(live.name, redis: live.redis) { Handler { _ in .null } }
        let running = RunningWorker(worker)
        try await running.drained()
        await worker.pause()
        worker.resume()
        await worker.close()
        try await running.run.value
        try await running.log.first("closed") { if case .closed = $0 { true } else { nil } as Bool? }
        let names = await running.log.entries.compactMap { event -> String? in
            switch event {
            case .paused: "paused"
            case .resumed: "resumed"
            case .closing: "closing"
            case .closed: "closed"
            default: nil
            }
        }
        #expect(names == ["paused", "resumed", "closing", "closed"])
        try await within(.seconds(2), "an empty sequence") {
            for await _ in worker.events() {}
        }
    }

    @Test(
        "rejects options that make no sense, with BullMQ's words where it has them",
        arguments: [
            (WorkerOptions(concurrency: 0), "concurrency must be a finite number greater than 0"),
            (WorkerOptions(maximumStartedAttempts: -1), "maxStartedAttempts must be greater or equal than 0"),
            (WorkerOptions(maximumStalledCount: -1), "maxStalledCount must be greater or equal than 0"),
            (WorkerOptions(stalledInterval: .zero), "stalledInterval must be greater than 0"),
            (WorkerOptions(drainDelay: .zero), "drainDelay must be greater than 0"),
            (WorkerOptions(lockDuration: .microseconds(400)), "lockDuration must be greater than 0"),
            (WorkerOptions(lockRenewTime: .zero), "lockRenewTime must be greater than 0"),
            (WorkerOptions(maximumRateLimitDelay: .zero), "maximumRateLimitDelay must be greater than 0"),
            (WorkerOptions(jobTimeout: .zero), "jobTimeout must be greater than 0"),
            (WorkerOptions(gracePeriod: .seconds(-1)), "gracePeriod must be greater or equal than 0"),
            (WorkerOptions(metricsMinutes: -1), "metricsMinutes must be greater or equal than 0"),
            (WorkerOptions(limiter: RateLimit(max: 0, per: .seconds(1))), "limiter.max must be greater than 0"),
            (WorkerOptions(limiter: RateLimit(max: 1, per: .zero)), "limiter.duration must be greater than 0"),
            (WorkerOptions(prefix: ""), "The option prefix must not be empty"),
            (WorkerOptions(name: "a b"), "name must consist of printable ASCII characters without spaces"),
        ])
    func options(options: WorkerOptions, message: String) throws {
        let redis = try Redis(url: "redis://127.0.0.1:1")
        let error = #expect(throws: BullMQError.self) {
            try Worker("q", redis: redis, options: options) { Handler { _ in .null } }
        }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message == message)
    }

    @Test("rejects queue names and handlers that make no sense")
    func construction() throws {
        let redis = try Redis(url: "redis://127.0.0.1:1")
        func message(_ name: String, _ handlers: [Handler]) -> String? {
            #expect(throws: BullMQError.self) { try Worker(name, redis: redis) { handlers } }?.message
        }
        let any = Handler { _ in .null }
        #expect(message("", [any]) == "Queue name must be provided")
        #expect(message("a:b", [any]) == "Queue name cannot contain :")
        #expect(message("q", []) == "No process function is defined.")
        #expect(message("q", [any, any]) == "Two handlers are defined for jobs of any name")
        let named = Handler(named: "n") { _ in .null }
        #expect(message("q", [named, named]) == "Two handlers are defined for jobs named \"n\"")
    }
}

extension LiveQueue {
    func clientNames() async throws -> [String] {
        let list = try await send("CLIENT", "LIST").string ?? ""
        return list.split(separator: "\n").compactMap { line in
            line.split(separator: " ").first { $0.hasPrefix("name=") }.map { String($0.dropFirst(5)) }
        }
    }

    /// Waits until the worker behind the proxy has asked for a job and only the network holds the question back.
    func asksForJob(withholding proxy: FaultProxy, _ running: RunningWorker) async throws -> Bool {
        try await withDeadline(.seconds(10), waitingFor: "the worker to ask for a job") {
            while !running.worker.state.withLock({ $0.isFetching }) { try await Task.sleep(for: .milliseconds(2)) }
        }
        return true
    }
}
