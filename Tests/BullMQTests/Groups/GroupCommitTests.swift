// Owns: group commit as users see it: additions and workers with company, alone, and in trouble.

import BullMQTesting
import FoundationEssentials
import LiveTesting
import NIOCore
import Synchronization
import Testing

@testable import BullMQ

@Suite("Group commit", .live, .timeLimit(.minutes(3)))
struct GroupCommitTests {
    /// Whether a server knows a script, that is, has been asked to run it.
    private func knows(_ script: Script, _ redis: Redis) async throws -> Bool {
        // The digest is told by another server, so that the one under test does not learn the script here.
        let digest = try await LiveQueue.make().send("SCRIPT", "LOAD", script.source).string
        let reply = try await redis.send(RedisCommand("SCRIPT", "EXISTS", try #require(digest)))
        return reply.array?.first?.integer == 1
    }

    /// Adds jobs so many at a time.
    private func add(_ count: Int, inFlight: Int, to queue: Queue) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for first in 0..<inFlight {
                group.addTask {
                    for number in stride(from: first, to: count, by: inFlight) {
                        try await queue.add(name: "\(number)")
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Processes every waiting job, and returns which ran how often.
    private func process(
        _ count: Int, _ live: LiveQueue, _ options: WorkerOptions, redis: Redis? = nil,
        _ body: @escaping @Sendable () async throws -> Void = {}
    ) async throws -> [String: Int] {
        let runs = Mutex<[String: Int]>([:])
        try await live.withWorker(options, redis: redis) {
            Handler { job in
                runs.withLock { $0[job.name, default: 0] += 1 }
                return .null
            }
        } _: { running in
            try await body()
            try await running.log.count(count, "a completed job") { event in
                if case .completed = event { true } else { false }
            }
        }
        return runs.withLock { $0 }
    }

    @Test(
        "shares calls among many at a time, and only then",
        arguments: [(GroupCommit.automatic, 1, false), (.automatic, 40, true), (.off, 40, false)])
    func sharing(groupCommit: GroupCommit, atATime: Int, isExpected: Bool) async throws {
        try await withRedisServer { server async throws in
            let redis = try Redis(url: server.unixURL)
            let live = try await LiveQueue.make(redis: redis)
            let queue = try Queue(live.name, redis: redis, options: QueueOptions(groupCommit: groupCommit))
            try await add(400, inFlight: atATime, to: queue)
            #expect(try await knows(.addJobs, redis) == isExpected)
            let names = Set((0..<400).map { "\($0)" })
            #expect(try await queue.jobs(in: [.waiting], range: 0..<500).count == 400)
            let runs = try await process(
                400, live, WorkerOptions(concurrency: atATime, groupCommit: groupCommit))
            #expect(try await knows(.finishJobs, redis) == isExpected)
            #expect(Set(runs.keys) == names && runs.values.allSatisfy { $0 == 1 })
            #expect(try await queue.counts() == JobCounts(completed: 400))
            let history = try await live.history()
            for event in ["added", "waiting", "active", "completed"] {
                #expect(history.count { $0.hasPrefix("\(event):") } == 400, "\(event)")
            }
            #expect(history.last == "drained" && history.count { $0 == "drained" } == 1)
            await redis.close()
        }
    }

    @Test("gives each job of a crowd its own outcome, whatever its kind")
    func mixed() async throws {
        let live = try await LiveQueue.make()
        let parent = try await live.add("parent", JobOptions(delay: .hours(1)))
        let kinds: [JobOptions] = [
            JobOptions(), JobOptions(removeOnComplete: .remove), JobOptions(parent: live.queue.reference(to: parent)),
            JobOptions(deduplication: .simple(id: "d")), JobOptions(jobID: "own"), JobOptions(priority: 4),
            JobOptions(lifo: true), JobOptions(delay: .milliseconds(5)), JobOptions(attempts: 2),
        ]
        let lost = JobOptions(parent: ParentReference(id: "nobody", queue: live.queue.qualifiedName))
        let added = try await withThrowingTaskGroup(of: (Int, String?).self) { group in
            for number in 0..<270 {
                group.addTask {
                    if number % 10 == 9 {
                        let error = await #expect(throws: BullMQError.self) { try await live.add("lost", lost) }
                        #expect(error?.code == .missingParent)
                        return (number, nil)
                    }
                    return (number, try await live.add("\(number)", kinds[number % 10]).id)
                }
            }
            return try await group.reduce(into: [Int: String]()) { $0[$1.0] = $1.1 }
        }
        // One job each for the deduplication id and for the id of its own.
        #expect(Set(added.filter { $0.key % 10 == 4 }.values) == ["own"])
        #expect(Set(added.filter { $0.key % 10 == 3 }.values).count == 1)
        let distinct = Set(added.values)
        #expect(distinct.count == 7 * 27 + 2)
        let attempts = Mutex<[String: Int]>([:])
        try await live.withWorker(WorkerOptions(concurrency: 30)) {
            Handler { job in
                let attempt = attempts.withLock { attempts in
                    attempts[job.id, default: 0] += 1
                    return attempts[job.id] ?? 0
                }
                if job.options.attempts == 2, attempt == 1 { throw TestKitError(.unexpectedReply, "once more") }
                return .null
            }
        } _: { running in
            try await running.log.count(distinct.count, "a completed job") { event in
                if case .completed = event { true } else { false }
            }
        }
        #expect(Set(attempts.withLock { $0.keys }) == distinct)
        #expect(try await live.queue.counts() == JobCounts(completed: distinct.count - 27, delayed: 1))
        #expect(
            try await live.send("HLEN", live.key("\(parent.id):processed")).integer == 27)
        for id in distinct { #expect(try await live.send("EXISTS", live.key("\(id):lock")).integer == 0) }
    }

    @Test("keeps to a queue's concurrency, and to a pause")
    func unusualQueue() async throws {
        let live = try await LiveQueue.make()
        try await live.queue.addBulk((0..<60).map { BulkJob(name: "\($0)") })
        try await live.send("HSET", live.key("meta"), "concurrency", "3")
        let running = Mutex((now: 0, most: 0))
        try await live.withWorker(WorkerOptions(concurrency: 30)) {
            Handler { _ in
                running.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
                await Task.yield()
                running.withLock { $0.now -= 1 }
                return .null
            }
        } _: { worker in
            try await worker.log.count(60, "a completed job") { event in
                if case .completed = event { true } else { false }
            }
        }
        #expect(running.withLock { $0.most } <= 3)
    }

    // MARK: Trouble

    @Test("withdraws an addition whose task is cancelled, and only that")
    func cancellation() async throws {
        let server = try await RedisServer.start()
        let proxy = try await FaultProxy.start(before: server)
        let redis = try Redis(url: proxy.url)
        let live = try await LiveQueue.make(redis: redis)
        try await live.add("first")
        // Nothing is answered, so the first four stay under way and the others wait.
        try await proxy.apply(.paused)
        let tasks = (0..<20).map { number in Task { try await live.add("\(number)").id } }
        // Those that were sent may have been added when the reply comes, but nobody waits any more.
        for task in tasks.suffix(10) { task.cancel() }
        for task in tasks.suffix(10) { await #expect(throws: CancellationError.self) { try await task.value } }
        try await proxy.heal()
        var ids: Set<String> = []
        for task in tasks.prefix(10) { ids.insert(try await task.value) }
        #expect(ids.count == 10)
        let names = Set(try await live.queue.jobs(in: [.waiting], range: 0..<100).map(\.name))
        #expect(names.isSuperset(of: (0..<10).map { "\($0)" }))
        await redis.close()
        try await proxy.stop()
        await server.stop()
    }

    @Test("completes each job once although connections break, replies included")
    func brokenConnections() async throws {
        let server = try await RedisServer.start()
        let proxy = try await FaultProxy.start(before: server)
        var configuration = try RedisConfiguration(url: proxy.url)
        configuration.reconnect = ReconnectPolicy(initial: .milliseconds(1), maximum: .milliseconds(20))
        let redis = Redis(configuration: configuration)
        let direct = try Redis(url: server.unixURL)
        let live = try await LiveQueue.make(redis: direct)
        let count = 3000
        try await live.queue.addBulk((0..<count).map { BulkJob(name: "\($0)") })
        let runs = try await process(
            count, live, WorkerOptions(concurrency: 40, retryDelay: .milliseconds(5)), redis: redis
        ) {
            // Every connection breaks again and again, in the middle of a reply, later in the middle of a command.
            try await proxy.apply(.cut(after: 40_000, of: .replies))
            while try await live.queue.counts().completed < count / 2 {}
            try await proxy.apply(.cut(after: 40_000, of: .commands))
        }
        #expect(runs.count == count)
        #expect(runs.values.allSatisfy { $0 == 1 })
        #expect(try await live.queue.counts() == JobCounts(completed: count))
        await redis.close()
        await direct.close()
        try await proxy.stop()
        await server.stop()
    }

    @Test("tells every addition whose reply was lost, and sends the others once")
    func lostReplies() async throws {
        let server = try await RedisServer.start()
        let proxy = try await FaultProxy.start(before: server)
        let redis = try Redis(url: proxy.url)
        let direct = try Redis(url: server.unixURL)
        let live = try await LiveQueue.make(redis: redis)
        try await live.add("first")
        try await proxy.apply(.paused)
        let tasks = (0..<40).map { number in Task { try await live.add("\(number)").id } }
        try await proxy.apply(.none)
        try await proxy.resetConnections()
        var (known, lost) = (0, 0)
        for task in tasks {
            switch await task.result {
            case .success: known += 1
            case .failure(let error):
                #expect((error as? RedisError)?.mayHaveExecuted == true)
                lost += 1
            }
        }
        let there = try await live.queue.jobs(in: [.waiting], range: 0..<100).map(\.name)
        #expect(Set(there).count == there.count, "an addition was made twice")
        #expect((known + 1...known + lost + 1).contains(there.count))
        await redis.close()
        await direct.close()
        try await proxy.stop()
        await server.stop()
    }

    @Test("goes on when the server forgets all scripts")
    func flushedScripts() async throws {
        try await withRedisServer { server async throws in
            let redis = try Redis(url: server.unixURL)
            let live = try await LiveQueue.make(redis: redis)
            let flusher = try Redis(url: server.unixURL)
            let flushing = Task {
                while !Task.isCancelled {
                    _ = try await flusher.send(RedisCommand("SCRIPT", "FLUSH"))
                    for _ in 0..<50 { _ = try await flusher.send(RedisCommand("PING")) }
                }
            }
            try await add(500, inFlight: 50, to: live.queue)
            let runs = try await process(500, live, WorkerOptions(concurrency: 50))
            flushing.cancel()
            _ = await flushing.result
            #expect(runs.count == 500 && runs.values.allSatisfy { $0 == 1 })
            await flusher.close()
            await redis.close()
        }
    }
}
