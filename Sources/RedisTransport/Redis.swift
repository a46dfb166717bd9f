public import NIOCore
import NIOPosix
public import ServiceLifecycle

/// Access to one Redis server, shared by every queue and worker of a process.
///
/// Nothing is connected before the first command. Commands of all users are pipelined on one connection; a worker and an
/// event reader add one connection each for their blocking calls. A lost connection is made again by itself:
///
/// - a command that was not yet written waits for the new connection (see ``RedisConfiguration/offlineTimeout``);
/// - a command whose reply was lost fails with ``RedisError/Code-swift.struct/replyLost``, because it may have been executed.
///
/// ```swift
/// let redis = try Redis(url: "redis://localhost:6379/0")
/// let pong = try await redis.send(RedisCommand("PING"))
/// ```
///
/// As a `Service` it does nothing until shutdown and then closes its connections: put it *before* its users in a
/// `ServiceGroup`, so that it is stopped after them.
public final class Redis: Service {
    /// How the server is reached.
    public let configuration: RedisConfiguration

    /// Runs tasks on the event loop that serves this client, for `Task(executorPreference:)` and its like: the least effort for tasks
    /// that do little but talk to Redis, such as many small producers. A task that computes for long holds up every command.
    public let executor: any TaskExecutor

    package let commands: RedisConnection
    private let group: any EventLoopGroup

    /// Creates a client.
    ///
    /// - Parameters:
    ///   - configuration: where the server is and how to behave.
    ///   - eventLoopGroup: where sockets are served; the process-wide NIO group by default.
    public init(configuration: RedisConfiguration, eventLoopGroup: (any EventLoopGroup)? = nil) {
        self.configuration = configuration
        group = eventLoopGroup ?? MultiThreadedEventLoopGroup.singleton
        commands = RedisConnection(configuration: configuration, eventLoop: group.next())
        executor = EventLoopTaskExecutor(commands.eventLoop)
    }

    /// Creates a client from a URL; see ``RedisConfiguration/init(url:)`` for the forms.
    ///
    /// - Throws: `RedisError` with code `invalidConfiguration`.
    public convenience init(url: String) throws(RedisError) {
        self.init(configuration: try RedisConfiguration(url: url))
    }

    /// Sends one command and returns its reply.
    ///
    /// - Throws: `RedisError`: `errorReply` if the server answered with an error, or what befell the connection;
    ///   `CancellationError` if the task was cancelled.
    public func send(_ command: RedisCommand) async throws -> RESPValue {
        try await commands.execute(command)
    }

    /// Sends commands back to back, nothing of this client between them, and returns their replies in order. Error replies are
    /// returned as values. Other clients may interleave; see ``transaction(_:)``.
    public func pipeline(_ batch: [RedisCommand]) async throws -> [RESPValue] {
        guard !batch.isEmpty else { return [] }
        return try await commands.sendUnit { unit in
            for command in batch { unit.append(command) }
        }
    }

    /// Sends commands inside `MULTI`…`EXEC` and returns their replies in order. Error replies are returned as values: Redis
    /// runs the other commands all the same.
    ///
    /// - Throws: `RedisError` with code `errorReply` if the transaction as a whole was refused; then nothing was executed.
    public func transaction(_ batch: [RedisCommand]) async throws -> [RESPValue] {
        guard !batch.isEmpty else { return [] }
        return try await commands.transaction { unit in
            for command in batch { unit.append(command) }
        }
    }

    /// Closes all connections. Commands already submitted are completed first, within ten seconds.
    public func close() async {
        await commands.close()
    }

    /// Waits for graceful shutdown (or cancellation), then closes.
    public func run() async throws {
        try? await gracefulShutdown()
        await close()
    }

    /// A connection of its own for commands that keep the server waiting.
    package func blockingConnection(clientName: String) -> RedisConnection {
        var configuration = configuration
        configuration.clientName = clientName
        configuration.offlineTimeout = nil
        return RedisConnection(configuration: configuration, eventLoop: group.next(), isForBlockingCommands: true)
    }

    /// Another connection for commands, served by another event loop than the shared one; nil if there is only one loop.
    package func separateConnection() -> RedisConnection? {
        for eventLoop in group.makeIterator() where eventLoop !== commands.eventLoop {
            return RedisConnection(configuration: configuration, eventLoop: eventLoop)
        }
        return nil
    }
}
