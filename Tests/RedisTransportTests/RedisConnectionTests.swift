// Owns: connections to a real server over every kind of socket, with every kind of credentials.

import BullMQTesting
import Dispatch
import LiveTesting
import NIOCore
import NIOSSL
import Synchronization
import Testing

@testable import RedisTransport

private func error(_ operation: () async throws -> Void) async -> RedisError? {
    await #expect(throws: RedisError.self) { try await operation() }
}

@Suite("A client", .live, .timeLimit(.minutes(3)))
struct RedisClientTests {
    /// Runs with a client of its own, which is closed afterwards.
    private func withClient(
        _ change: (inout RedisConfiguration) -> Void = { _ in }, _ body: (Redis) async throws -> Void
    ) async throws {
        var configuration = try RedisConfiguration(url: try await RedisServer.shared.unixURL)
        change(&configuration)
        let redis = Redis(configuration: configuration)
        try await body(redis)
        await redis.close()
    }

    @Test("sends a command and returns its reply, or throws the error reply")
    func send() async throws {
        try await withClient { redis async throws in
            #expect(try await redis.send(RedisCommand("ECHO", "größe")).string == "größe")
            let failure = await error { _ = try await redis.send(RedisCommand("HGET", "x")) }
            #expect(failure?.code == .errorReply)
            #expect(failure?.message == "ERR wrong number of arguments for 'hget' command")
            #expect(failure?.isConnectionError == false && failure?.mayHaveExecuted == false)
        }
    }

    @Test("returns the replies of a pipeline in order, errors among them")
    func pipeline() async throws {
        let key = RedisServer.uniqueName("pipeline")
        try await withClient { redis async throws in
            let replies = try await redis.pipeline([
                RedisCommand("SET", key, "1"), RedisCommand("LPUSH", key, "x"), RedisCommand("INCR", key),
            ])
            #expect(replies.map(\.integer) == [nil, nil, 2])
            if case .error(let error) = replies[1] {
                #expect(error.code == "WRONGTYPE")
            } else {
                Issue.record("\(replies[1])")
            }
            #expect(try await redis.pipeline([]).isEmpty)
        }
    }

    @Test("runs a transaction as a whole, or not at all if it is malformed")
    func transaction() async throws {
        let key = RedisServer.uniqueName("transaction")
        try await withClient { redis async throws in
            let replies = try await redis.transaction([
                RedisCommand("SET", key, "1"), RedisCommand("LPUSH", key, "x"), RedisCommand("INCR", key),
            ])
            #expect(replies.map(\.integer) == [nil, nil, 2])
            let failure = await error {
                _ = try await redis.transaction([RedisCommand("INCR", key), RedisCommand("NOSUCHCOMMAND")])
            }
            #expect(failure?.code == .errorReply)
            #expect(failure?.message.hasPrefix("ERR unknown command 'NOSUCHCOMMAND'") == true)
            #expect(try await redis.send(RedisCommand("GET", key)).integer == 2)
            #expect(try await redis.transaction([]).isEmpty)
        }
    }

    @Test("uses the database and the name it is given, again after each reconnection")
    func databaseAndName() async throws {
        let name = RedisServer.uniqueName("client")
        let key = RedisServer.uniqueName("key")
        try await withClient {
            $0.database = 9
            $0.clientName = name
        } _: { redis async throws in
            _ = try await redis.send(RedisCommand("SET", key, "here"))
            for _ in 0..<2 {
                #expect(try await redis.send(RedisCommand("CLIENT", "GETNAME")).string == name)
                #expect(try await redis.send(RedisCommand("GET", key)).string == "here")
                redis.commands.drop()
            }
            try await withClient { other async throws in
                #expect(try await other.send(RedisCommand("GET", key)).isNull)
            }
        }
    }

    @Test("works over TCP and over a Unix socket alike")
    func sockets() async throws {
        let server = try await RedisServer.shared
        for url in [server.url, server.url.replacing("127.0.0.1", with: "localhost"), server.unixURL] {
            let redis = try Redis(url: url)
            #expect(try await redis.send(RedisCommand("PING")).string == "PONG", "\(url)")
            await redis.close()
        }
    }

    @Test("with a password or as a user of an access list is let in, and without is told why not")
    func credentials() async throws {
        let options = RedisServerOptions(
            password: "pass word", users: [.init(name: "alice", rules: ["on", ">wonder", "~*", "+@all"])])
        try await withRedisServer(options) { server async throws in
            for (user, password, code) in [
                (nil, "pass word", nil), ("alice", "wonder", nil), (nil, "wrong", "WRONGPASS"),
                ("alice", "wrong", "WRONGPASS"),
                (nil, nil, "NOAUTH"),
            ] as [(String?, String?, String?)] {
                var configuration = try RedisConfiguration(url: server.unixURL)
                configuration.username = user
                configuration.password = password
                let redis = Redis(configuration: configuration)
                if let code {
                    for _ in 0..<2 {
                        let refusal = await error { _ = try await redis.send(RedisCommand("PING")) }
                        #expect(refusal?.code == .handshakeRefused)
                        #expect((refusal?.underlying as? RESPErrorReply)?.code == code[...])
                        #expect(refusal?.description.contains("wrong") == false)
                        #expect(refusal?.description == refusal?.message, "not told twice")
                    }
                } else {
                    #expect(try await redis.send(RedisCommand("ACL", "WHOAMI")).string == user ?? "default")
                }
                await redis.close()
            }
        }
    }

    @Test("verifies the server's certificate and name over TLS")
    func tls() async throws {
        try await withRedisServer(RedisServerOptions(tls: true)) { server async throws in
            let (port, material) = try #require(server.tls)
            func reply(_ host: String, trusting authority: String?) async throws -> String? {
                var tls = TLSConfiguration.makeClientConfiguration()
                if let authority { tls.trustRoots = .file(authority) }
                var configuration = RedisConfiguration(endpoint: .tcp(host: host, port: port))
                configuration.tls = .enabled(tls)
                // Only what is to fail needs an end.
                if authority != material.authority || host.hasSuffix("localdomain") {
                    configuration.offlineTimeout = .seconds(2)
                }
                let redis = Redis(configuration: configuration)
                defer { Task { await redis.close() } }
                return try await redis.send(RedisCommand("PING")).string
            }
            #expect(try await reply("localhost", trusting: material.authority) == "PONG")
            #expect(try await reply("127.0.0.1", trusting: material.authority) == "PONG")
            let untrusted = await error { _ = try await reply("localhost", trusting: nil) }
            #expect(untrusted?.code == .notConnected)
            #expect(
                untrusted?.description.contains("CERTIFICATE_VERIFY_FAILED") == true, "\(untrusted?.description ?? "")")
            // The certificate is made out to other names than this one.
            let misnamed = await error { _ = try await reply("localhost.localdomain", trusting: material.authority) }
            #expect(misnamed?.code == .notConnected)
            let url = try #require(server.tlsURL)
            #expect(try { if case .enabled = try RedisConfiguration(url: url).tls { true } else { false } }())
        }
    }

    @Test("closed completes what was submitted, and refuses what comes later")
    func close() async throws {
        let redis = try Redis(url: try await RedisServer.shared.unixURL)
        _ = try await redis.send(RedisCommand("PING"))
        let gate = await redis.holdEventLoop()
        defer { gate.release() }
        async let first = redis.send(RedisCommand("ECHO", "a"))
        async let second = redis.pipeline([RedisCommand("ECHO", "b"), RedisCommand("ECHO", "c")])
        try await redis.untilUnsent(2)
        async let closing: Void = redis.close()
        gate.release()
        #expect(try await first.string == "a")
        #expect(try await second.map(\.string) == ["b", "c"])
        await closing
        #expect(await error { _ = try await redis.send(RedisCommand("PING")) }?.code == .closed)
        await redis.close()
    }

    @Test("closed although the only command left was given up ends at once")
    func closeAfterCancellation() async throws {
        let redis = try Redis(url: try await RedisServer.shared.unixURL)
        _ = try await redis.send(RedisCommand("PING"))
        let gate = await redis.holdEventLoop()
        defer { gate.release() }
        let abandoned = Task { try await redis.send(RedisCommand("PING")) }
        try await redis.untilUnsent(1)
        let closing = Task { await redis.close() }
        try await redis.until { if case .closing = $0.phase { true } else { false } }
        abandoned.cancel()
        await #expect(throws: CancellationError.self) { try await abandoned.value }
        gate.release()
        try await withDeadline(.seconds(5), waitingFor: "the client to close") { await closing.value }
    }

    @Test("closed before it was ever used, or without a server, ends at once and fails who waits")
    func closeUnconnected() async throws {
        let redis = try Redis(url: "redis://127.0.0.1:1")
        let waiting = Task { try await redis.send(RedisCommand("PING")) }
        try await redis.untilUnsent(1)
        await redis.close()
        #expect(await error { _ = try await waiting.value }?.code == .closed)
        await (try Redis(url: "redis://127.0.0.1:1")).close()
    }

    @Test("lets a waiting task be cancelled without harm to itself or to others")
    func cancellation() async throws {
        try await withClient { redis async throws in
            _ = try await redis.send(RedisCommand("PING"))
            let id = try await redis.send(RedisCommand("CLIENT", "ID")).integer
            for isWritten in [true, false] {
                let gate = await redis.holdEventLoop()
                defer { gate.release() }
                let key = RedisServer.uniqueName("cancelled")
                let cancelled = Task { try await redis.send(RedisCommand("SET", key, "1")) }
                try await redis.untilUnsent(1)
                if isWritten { gate.release() } else { cancelled.cancel() }
                if isWritten {
                    // Whether the reply was already there or not, the connection stays in step.
                    cancelled.cancel()
                    _ = await cancelled.result
                } else {
                    await #expect(throws: CancellationError.self) { try await cancelled.value }
                    gate.release()
                    #expect(try await redis.send(RedisCommand("GET", key)).isNull)
                }
                #expect(try await redis.send(RedisCommand("ECHO", "next")).string == "next")
            }
            let early = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await redis.send(RedisCommand("PING"))
            }
            await #expect(throws: CancellationError.self) { try await early.value }
            #expect(try await redis.send(RedisCommand("CLIENT", "ID")).integer == id)
        }
    }

    @Test("refuses commands beyond its bound of bytes that wait")
    func queueFull() async throws {
        try await withClient {
            $0.maximumQueuedBytes = 1000
        } _: { redis async throws in
            _ = try await redis.send(RedisCommand("PING"))
            let gate = await redis.holdEventLoop()
            defer { gate.release() }
            async let large = redis.send(RedisCommand("ECHO", String(repeating: "x", count: 5000)))
            try await redis.untilUnsent(1)
            let refusal = await error { _ = try await redis.send(RedisCommand("PING")) }
            gate.release()
            #expect(refusal?.code == .queueFull)
            #expect(refusal?.isConnectionError == false)
            #expect(try await large.string?.count == 5000)
            #expect(try await redis.send(RedisCommand("PING")).string == "PONG")
        }
    }
}

@Suite("A client under load", .heavy, .timeLimit(.minutes(3)))
struct RedisClientLoadTests {
    @Test("pipelines a hundred thousand concurrent commands and gives each its own reply")
    func concurrency() async throws {
        try await withSharedClient { redis async throws in
            let sum: Int = try await withThrowingTaskGroup(of: Int.self) { group in
                for index in 0..<100_000 {
                    group.addTask {
                        let reply = try await redis.send(RedisCommand("ECHO", String(index)))
                        return reply.string == String(index) ? 1 : 0
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(sum == 100_000)
        }
    }

    @Test("carries a value of a hundred megabytes there and back")
    func largeValue() async throws {
        let key = RedisServer.uniqueName("large")
        let value = ByteBuffer(repeating: 0x7A, count: 100 << 20)
        try await withSharedClient { redis async throws in
            var command = RedisCommand(argumentCount: 3, capacity: value.readableBytes + 100)
            command.append("SET")
            command.append(key)
            command.append(value)
            _ = try await redis.send(command)
            #expect(try await redis.send(RedisCommand("GET", key)).bytes == value)
            _ = try await redis.send(RedisCommand("DEL", key))
        }
    }

    private func withSharedClient(_ body: (Redis) async throws -> Void) async throws {
        let redis = try Redis(url: try await RedisServer.shared.unixURL)
        try await body(redis)
        await redis.close()
    }
}

/// Keeps an event loop from doing anything until it is released.
final class EventLoopHold: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)
    private let entered = Flag()
    private let released = Flag()

    private final class Flag: Sendable {
        private let value = Mutex(false)

        func withLock<Result>(_ body: (inout Bool) -> Result) -> Result {
            value.withLock { flag in body(&flag) }
        }
    }

    init(_ eventLoop: any EventLoop) {
        let semaphore = semaphore
        let entered = entered
        eventLoop.execute {
            entered.withLock { $0 = true }
            semaphore.wait()
        }
    }

    func untilHeld() async {
        while !entered.withLock({ $0 }) { await Task.yield() }
    }

    /// May be called again, so that a test that fails halfway does not leave the loop held.
    func release() {
        let isFirst = released.withLock { isReleased in
            defer { isReleased = true }
            return !isReleased
        }
        if isFirst { semaphore.signal() }
    }
}

extension Redis {
    /// Returns when the loop is held, so that nothing submitted from here on is written before it is released.
    func holdEventLoop() async -> EventLoopHold {
        let hold = EventLoopHold(commands.eventLoop)
        await hold.untilHeld()
        return hold
    }

    /// Waits until so many commands wait to be written.
    func untilUnsent(_ count: Int) async throws {
        try await until { $0.queue.unsentCount == count }
    }

    func until(_ condition: @escaping @Sendable (ConnectionState) -> Bool) async throws {
        let commands = commands
        try await withDeadline(.seconds(10), waitingFor: "a state of the connection") {
            while !commands.state.withLock({ condition($0) }) {
                try Task.checkCancellation()
                await Task.yield()
            }
        }
    }
}
