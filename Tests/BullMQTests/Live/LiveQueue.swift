// Owns: one queue of its own on the Redis shared by the tests of this process.

import BullMQTesting
import NIOCore
import ServiceLifecycle
import Testing

@testable import BullMQ

/// A queue nobody else uses, and what a test does to it and asks about it.
struct LiveQueue: Sendable {
    let queue: Queue
    let events: QueueEvents
    let redis: Redis

    private static let sharedRedis = Task { try Redis(url: try await RedisServer.shared.unixURL) }

    static func make(
        prefix: String = "bull", defaults: JobOptions = JobOptions(), redis: Redis? = nil
    ) async throws -> LiveQueue {
        let client = if let redis { redis } else { try await sharedRedis.value }
        let name = RedisServer.uniqueName("live")
        return LiveQueue(
            queue: try Queue(name, redis: client, options: QueueOptions(prefix: prefix, defaultJobOptions: defaults)),
            events: try QueueEvents(name, redis: client, from: .beginning, prefix: prefix), redis: client)
    }

    var name: String { queue.name }

    /// The full key with this suffix.
    func key(_ suffix: String) -> String { queue.store.keys.base + suffix }

    /// A raw command, around everything under test but the transport.
    @discardableResult
    func send(_ words: String...) async throws -> RESPValue { try await redis.send(RedisCommand(words)) }

    func field(_ field: String, of id: String) async throws -> String? {
        try await send("HGET", key(id), field).string
    }

    /// The stored options of a job.
    func storedOptions(of id: String) async throws -> JSONValue {
        try JSONValue(parsing: try #require(try await field("opts", of: id)))
    }

    /// The events of the stream, oldest first, as `event` or `event:jobId`.
    func history() async throws -> [String] {
        let reply = try await send("XRANGE", key("events"), "-", "+")
        return (reply.array ?? []).compactMap { entry -> String? in
            guard let fields = entry.array?.last?.array, fields.count >= 2, let name = fields[1].string else {
                return nil
            }
            guard fields.count >= 4, fields[2].string == "jobId" else { return name }
            return "\(name):\(fields[3].string ?? "")"
        }
    }

    /// Adds a job without data.
    @discardableResult
    func add(_ name: String = "work", _ options: JobOptions = JobOptions()) async throws -> Job {
        try await queue.add(name: name, options: options)
    }

    /// The job as it is stored now.
    func stored(_ id: String) async throws -> Job { try #require(try await queue.job(id)) }

    /// Waits for the end of a job: its result, or a thrown `jobFailed`.
    func ending(of job: some JobHandle) async throws -> JSONText {
        try await job.finished(within: .seconds(20), events: events)
    }

    /// Waits for the failure of a job and returns its reason.
    func failure(of job: some JobHandle) async throws -> String {
        do {
            let result = try await ending(of: job)
            throw TestKitError(.unexpectedReply, "the job completed with \(result)")
        } catch let error as BullMQError where error.code == .jobFailed {
            return error.message
        }
    }

    /// Runs `body` beside a worker, which is closed without grace afterwards and must have ended well.
    func withWorker<Value>(
        _ options: WorkerOptions = WorkerOptions(), redis: Redis? = nil, @HandlerBuilder handlers: () -> [Handler],
        _ body: (RunningWorker) async throws -> Value
    ) async throws -> Value {
        var options = options
        options.prefix = queue.options.prefix
        let running = RunningWorker(
            try Worker(name, redis: redis ?? self.redis, options: options, handlers: handlers))
        do {
            let value = try await body(running)
            await running.worker.close(gracePeriod: .zero)
            try await running.run.value
            return value
        } catch {
            await running.worker.close(gracePeriod: .zero)
            throw error
        }
    }
}

/// A worker that runs in a task of its own, and all events it sent.
struct RunningWorker: Sendable {
    let worker: Worker
    let log = Log<WorkerEvent>()
    let run: Task<Void, any Error>

    init(_ worker: Worker) {
        self.worker = worker
        let events = worker.events(bufferingNewest: 100_000)
        let log = log
        Task { for await event in events { await log.append(event) } }
        run = Task { try await worker.run() }
    }

    /// Waits for the first failed attempt and returns its error.
    func firstFailure() async throws -> any Error {
        try await log.first("a failed attempt") { event -> (any Error)? in
            if case .failed(_, let error) = event { error } else { nil }
        }
    }

    /// Waits until the worker found nothing to do.
    func drained() async throws {
        try await log.first("the worker to be drained") { event -> Bool? in
            if case .drained = event { true } else { nil }
        }
    }
}
