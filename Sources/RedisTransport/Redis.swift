public import NIOCore
import NIOPosix
public import ServiceLifecycle
import Synchronization

/// Access to one Redis server, or to a cluster or a set of servers under Sentinel, shared by every queue and worker of a process.
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

    /// For commands without keys; leads to any node of a cluster.
    package let commands: RedisConnection
    private let group: any EventLoopGroup
    private let cluster: ClusterDirectory?
    /// One connection for each slot of a cluster that is in use.
    private let slots = Mutex<[HashSlot: RedisConnection]>([:])

    /// Creates a client.
    ///
    /// - Parameters:
    ///   - configuration: where the server is and how to behave.
    ///   - eventLoopGroup: where sockets are served; the process-wide NIO group by default.
    public init(configuration: RedisConfiguration, eventLoopGroup: (any EventLoopGroup)? = nil) {
        self.configuration = configuration
        group = eventLoopGroup ?? MultiThreadedEventLoopGroup.singleton
        let eventLoop = group.next()
        cluster =
            configuration.topology == .cluster
            ? ClusterDirectory(configuration: configuration, eventLoop: eventLoop) : nil
        let locator = Self.locator(configuration, cluster, slot: nil, eventLoop)
        commands = RedisConnection(configuration: configuration, locator: locator, eventLoop: eventLoop)
        executor = EventLoopTaskExecutor(commands.eventLoop)
    }

    /// Creates a client from a URL; see ``RedisConfiguration/init(url:)`` for the forms.
    ///
    /// - Throws: `RedisError` with code `invalidConfiguration`.
    public convenience init(url: String) throws(RedisError) {
        self.init(configuration: try RedisConfiguration(url: url))
    }

    private static func locator(
        _ configuration: RedisConfiguration, _ cluster: ClusterDirectory?, slot: HashSlot?, _ eventLoop: any EventLoop
    ) -> ServerLocator {
        switch configuration.topology {
        case .single: .fixed(configuration.endpoint)
        case .cluster: cluster.map { .cluster($0, slot) } ?? .fixed(configuration.endpoint)
        case .sentinel(let masterName):
            .sentinel(
                SentinelDirectory(masterName: masterName, configuration: configuration, eventLoop: eventLoop))
        }
    }

    /// Sends one command and returns its reply. In a cluster it reaches the node that has its key.
    ///
    /// - Throws: `RedisError`: `errorReply` if the server answered with an error, or what befell the connection;
    ///   `CancellationError` if the task was cancelled.
    public func send(_ command: RedisCommand) async throws -> RESPValue {
        let reply = try await commands.send(command)
        guard case .error(let error) = reply else { return reply }
        guard cluster != nil, case .moved(let slot, _, _) = Redirection(error) else {
            throw RedisError.errorReply(error)
        }
        return try await connection(for: slot).execute(command)
    }

    /// Sends commands back to back, nothing of this client between them, and returns their replies in order. Error replies are
    /// returned as values. Other clients may interleave; see ``transaction(_:forKey:)``.
    ///
    /// - Parameter key: in a cluster, one of the keys concerned; all must lie in the same slot.
    public func pipeline(_ batch: [RedisCommand], forKey key: String? = nil) async throws -> [RESPValue] {
        guard !batch.isEmpty else { return [] }
        return try await connection(forKey: key).sendUnit { unit in
            for command in batch { unit.append(command) }
        }
    }

    /// Sends commands inside `MULTI`…`EXEC` and returns their replies in order. Error replies are returned as values: Redis
    /// runs the other commands all the same.
    ///
    /// - Parameter key: in a cluster, one of the keys concerned; all must lie in the same slot.
    /// - Throws: `RedisError` with code `errorReply` if the transaction as a whole was refused; then nothing was executed.
    public func transaction(_ batch: [RedisCommand], forKey key: String? = nil) async throws -> [RESPValue] {
        guard !batch.isEmpty else { return [] }
        return try await connection(forKey: key).transaction { unit in
            for command in batch { unit.append(command) }
        }
    }

    /// Closes all connections. Commands already submitted are completed first, within ten seconds.
    public func close() async {
        let others = slots.withLock { Array($0.values) }
        await withTaskGroup(of: Void.self) { group in
            for connection in others + [commands] {
                group.addTask { await connection.close() }
            }
        }
    }

    /// Waits for graceful shutdown (or cancellation), then closes.
    public func run() async throws {
        try? await gracefulShutdown()
        await close()
    }

    // MARK: Connections

    /// Whether this is a cluster, where keys used together must share a slot.
    package var isCluster: Bool { cluster != nil }

    /// The shared connection for commands that concern a key.
    package func connection(forKey key: String?) -> RedisConnection {
        guard cluster != nil, let key else { return commands }
        return connection(for: HashSlot(key: key))
    }

    private func connection(for slot: HashSlot) -> RedisConnection {
        slots.withLock { slots in
            if let known = slots[slot] { return known }
            let connection = RedisConnection(
                configuration: configuration,
                locator: Self.locator(configuration, cluster, slot: slot, commands.eventLoop),
                eventLoop: commands.eventLoop)
            slots[slot] = connection
            return connection
        }
    }

    /// Sends a command without keys to every node; returns the replies of those that can be reached.
    ///
    /// - Throws: what went wrong if no node answers.
    package func sendToEveryNode(_ command: RedisCommand) async throws -> [RESPValue] {
        guard let cluster else { return [try await commands.send(command)] }
        let query = DirectoryQuery(configuration: configuration, eventLoop: commands.eventLoop)
        var replies: [RESPValue] = []
        var failure: (any Error)?
        for node in try await cluster.nodes() {
            do {
                replies.append(try await query.ask(node, command))
            } catch {
                failure = error
            }
        }
        if replies.isEmpty, let failure { throw failure }
        return replies
    }

    /// Lets `body` look at the keys of the server, or of each master of a cluster in turn.
    package func withEachMaster(_ body: (RedisConnection) async throws -> Void) async throws {
        guard let cluster else { return try await body(commands) }
        for master in try await cluster.masters() {
            var configuration = configuration
            configuration.endpoint = master
            configuration.topology = .single
            let connection = RedisConnection(configuration: configuration, eventLoop: commands.eventLoop)
            do {
                try await body(connection)
                await connection.close()
            } catch {
                await connection.close()
                throw error
            }
        }
    }

    /// A connection of its own for commands that keep the server waiting and concern a key.
    package func blockingConnection(clientName: String, forKey key: String? = nil) -> RedisConnection {
        var configuration = configuration
        configuration.clientName = clientName
        configuration.offlineTimeout = nil
        return separateConnection(configuration, forKey: key, group.next(), isForBlockingCommands: true)
    }

    /// Another connection for commands that concern a key, served by another event loop than the shared one; nil if there is only
    /// one loop.
    package func separateConnection(forKey key: String) -> RedisConnection? {
        for eventLoop in group.makeIterator() where eventLoop !== commands.eventLoop {
            return separateConnection(configuration, forKey: key, eventLoop, isForBlockingCommands: false)
        }
        return nil
    }

    private func separateConnection(
        _ configuration: RedisConfiguration, forKey key: String?, _ eventLoop: any EventLoop,
        isForBlockingCommands: Bool
    ) -> RedisConnection {
        let slot = cluster == nil ? nil : key.map { HashSlot(key: $0) }
        return RedisConnection(
            configuration: configuration, locator: Self.locator(configuration, cluster, slot: slot, eventLoop),
            eventLoop: eventLoop, isForBlockingCommands: isForBlockingCommands)
    }
}
