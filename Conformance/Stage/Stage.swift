// Owns what a conformance test plays on: one queue of its own, the library on it, and the witnesses around it.

public import BullMQ
public import BullMQTesting
public import Peers
public import Witness

/// A queue nobody else uses, seen by the library, by peers and by the witnesses.
public struct Stage: Sendable {
    /// The server.
    public let server: RedisServer
    /// The library's client.
    public let redis: Redis
    /// The first part of every key.
    public let prefix: String
    /// The queue.
    public let queue: Queue

    /// A stage on a server.
    ///
    /// - Parameters:
    ///   - server: Default: the server shared by the tests of this process.
    ///   - redis: Where the library's connections go. Default: straight to the server.
    ///   - maximumEvents: About how many events the queue keeps. Default: what queues keep by default.
    public init(
        on server: RedisServer? = nil, redis: RedisConfiguration? = nil, maximumEvents: Int? = nil
    ) async throws {
        let server = if let server { server } else { try await RedisServer.shared }
        self.server = server
        self.redis = Redis(configuration: try redis ?? RedisConfiguration(url: server.unixURL))
        prefix = RedisServer.uniqueName("stage")
        queue = try Queue(
            "scene", redis: self.redis, options: QueueOptions(prefix: prefix, maximumEvents: maximumEvents))
    }

    /// The first bytes of the queue's keys.
    public var base: Bytes { "\(prefix):\(queue.name):" }

    /// A connection through hiredis.
    public func witness() throws -> RedisWitness { try RedisWitness(.unix(path: server.socketPath)) }

    /// Everything the queue has in Redis.
    public func picture() async throws -> KeySpace { try await witness().dump(prefix: base) }

    /// A job's hash as the witness reads it; empty when there is none.
    public func hash(_ id: String) async throws -> [String: String] {
        let content = try await witness().content(of: base + Bytes(id))
        guard case .hash(let fields)? = content else { return [:] }
        return Dictionary(fields.map { ($0.key.text, $0.value.text) }) { _, last in last }
    }

    /// Waits until each of these jobs had one of these events, as the witness sees it; see
    /// ``RedisWitness/follow(stream:until:of:times:within:)``.
    @discardableResult
    public func follow(
        until names: Set<Bytes>, of jobs: some Sequence<String> & Sendable, times: Int = 1,
        within limit: Duration = .seconds(30)
    ) async throws -> [KeySpace.StreamEntry] {
        try await witness().follow(
            stream: base + "events", until: names, of: Set(jobs.map { Bytes($0) }), times: times, within: limit)
    }

    /// Waits until each of these jobs has finished for good.
    @discardableResult
    public func followToEnd(
        of jobs: some Sequence<String> & Sendable, within limit: Duration = .seconds(30)
    ) async throws -> [KeySpace.StreamEntry] {
        try await follow(until: ["completed", "failed"], of: jobs, within: limit)
    }

    /// Starts a peer on this queue's server and prefix.
    public func peer(_ program: PeerProgram, on runtime: PeerRuntime) async throws -> Peer {
        try await Peer.start(program, on: runtime, redis: server.unixURL, prefix: prefix)
    }

    /// Runs `body` while a worker of the library works this queue; its running jobs may end before this returns.
    ///
    /// - Parameters:
    ///   - options: The prefix is that of the stage, whatever the options say.
    ///   - queueName: Another queue of the stage's prefix to work. Default: the stage's own.
    @discardableResult
    public func withWorker<Value: Sendable>(
        _ options: WorkerOptions = WorkerOptions(), on queueName: String? = nil,
        @HandlerBuilder handlers: () -> [Handler],
        _ body: (Worker) async throws -> Value
    ) async throws -> Value {
        var options = options
        options.prefix = prefix
        let worker = try Worker(queueName ?? queue.name, redis: redis, options: options, handlers: handlers)
        let run = Task { try await worker.run() }
        do {
            let value = try await body(worker)
            await worker.close(gracePeriod: .seconds(10))
            try await run.value
            return value
        } catch {
            await worker.close(gracePeriod: .zero)
            run.cancel()
            throw error
        }
    }
}

/// Runs `body` on a stage and closes the library's client afterwards.
@discardableResult
public func withStage<Value: Sendable>(
    on server: RedisServer? = nil, redis: RedisConfiguration? = nil, maximumEvents: Int? = nil,
    _ body: (Stage) async throws -> Value
) async throws -> Value {
    let stage = try await Stage(on: server, redis: redis, maximumEvents: maximumEvents)
    do {
        let value = try await body(stage)
        await stage.redis.close()
        return value
    } catch {
        await stage.redis.close()
        throw error
    }
}
