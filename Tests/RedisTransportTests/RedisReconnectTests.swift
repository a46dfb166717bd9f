// Owns: what becomes of commands when the server, the network or the protocol fails.

import BullMQTesting
import LiveTesting
import NIOCore
import Synchronization
import Testing

@testable import RedisTransport

private func error(_ operation: () async throws -> Void) async -> RedisError? {
    await #expect(throws: RedisError.self) { try await operation() }
}

@Suite("A lost connection", .live, .timeLimit(.minutes(3)))
struct RedisReconnectTests {
    /// Runs with a proxy before the shared server and a client behind it.
    private func withProxy(
        _ change: (inout RedisConfiguration) -> Void = { _ in }, _ body: (FaultProxy, Redis) async throws -> Void
    ) async throws {
        let proxy = try await FaultProxy.start(before: .shared)
        var configuration = try RedisConfiguration(url: proxy.url)
        change(&configuration)
        let redis = Redis(configuration: configuration)
        try await body(proxy, redis)
        await redis.close()
        try await proxy.stop()
    }

    @Test("is made again after a restart of the server, and what waited is sent then")
    func restart() async throws {
        try await withRedisServer { server async throws in
            let redis = try Redis(url: server.url)
            _ = try await redis.send(RedisCommand("PING"))
            await server.kill()
            try await redis.until { if case .ready = $0.phase { false } else { true } }
            let waiting = Task { try await redis.send(RedisCommand("ECHO", "late")) }
            try await redis.untilUnsent(1)
            try await server.start()
            #expect(try await waiting.value.string == "late")
            await redis.close()
        }
    }

    @Test("fails commands whose reply is lost, and sends those that were not written")
    func lostReply() async throws {
        try await withProxy { proxy, redis async throws in
            _ = try await redis.send(RedisCommand("PING"))
            try await proxy.apply(.blackHole)
            let lost = Task { try await redis.send(RedisCommand("ECHO", "lost")) }
            try await redis.until { !$0.queue.isEmpty && $0.queue.unsentCount == 0 }
            let gate = await redis.holdEventLoop()
            defer { gate.release() }
            let unsent = Task { try await redis.send(RedisCommand("ECHO", "sent later")) }
            try await redis.untilUnsent(1)
            redis.commands.drop()
            gate.release()
            let failure = await error { _ = try await lost.value }
            #expect(failure?.code == .replyLost)
            #expect(failure?.isConnectionError == true && failure?.mayHaveExecuted == true)
            try await proxy.heal()
            #expect(try await unsent.value.string == "sent later")
        }
    }

    @Test("by CLIENT KILL costs nothing but the commands in flight")
    func clientKill() async throws {
        let server = try await RedisServer.shared
        let redis = try Redis(url: server.unixURL)
        let other = try Redis(url: server.unixURL)
        let id = try #require(try await redis.send(RedisCommand("CLIENT", "ID")).integer)
        _ = try await other.send(RedisCommand("CLIENT", "KILL", "ID", "\(id)"))
        #expect(try await redis.nextClientID(after: id) > id)
        await redis.close()
        await other.close()
    }

    @Test("leaves commands waiting no longer than the offline limit, wherever they were overtaken by it")
    func offlineTimeout() async throws {
        var configuration = RedisConfiguration(endpoint: .tcp(host: "127.0.0.1", port: 1))
        configuration.offlineTimeout = .milliseconds(30)
        let redis = Redis(configuration: configuration)
        let failure = await error { _ = try await redis.send(RedisCommand("PING")) }
        #expect(failure?.code == .notConnected)
        #expect(failure?.mayHaveExecuted == false)
        #expect(failure?.message == "No connection to Redis at 127.0.0.1:1 within 0.03 seconds")
        #expect(failure?.description == "\(failure?.message ?? "") (Connection refused)")
        #expect(redis.commands.state.withLock { $0.queue.queuedBytes } == 0)
        await redis.close()
        try await withProxy {
            $0.offlineTimeout = .seconds(2)
        } _: { proxy, redis async throws in
            _ = try await redis.send(RedisCommand("PING"))
            // Submitted while connected, but the connection is gone before it is written.
            try await proxy.apply(.refusing)
            let gate = await redis.holdEventLoop()
            defer { gate.release() }
            let overtaken = Task { try await redis.send(RedisCommand("PING")) }
            try await redis.untilUnsent(1)
            redis.commands.drop()
            gate.release()
            #expect(await error { _ = try await overtaken.value }?.code == .notConnected)
        }
    }

    @Test("is noticed by a blocking call at its deadline, after which the next call works again")
    func blockingDeadline() async throws {
        try await withProxy { proxy, redis async throws in
            let blocking = redis.blockingConnection(clientName: "blocking")
            let key = RedisServer.uniqueName("list")
            let pop = RedisCommand("BLPOP", key, "0.05")
            #expect(try await blocking.sendBlocking(pop, deadline: .seconds(5)).isNull)
            try await proxy.apply(.blackHole)
            let failure = await error { _ = try await blocking.sendBlocking(pop, deadline: .milliseconds(100)) }
            #expect(failure?.code == .timeout)
            #expect(failure?.message.hasSuffix("did not answer within 0.1 seconds") == true)
            #expect(failure?.isConnectionError == true)
            try await proxy.heal()
            #expect(try await blocking.sendBlocking(pop, deadline: .seconds(5)).isNull)
            await blocking.close(immediately: true)
        }
    }

    @Test("to a server that is away lets a blocking call end at its deadline")
    func blockingOffline() async throws {
        let redis = try Redis(url: "redis://127.0.0.1:1")
        let blocking = redis.blockingConnection(clientName: "blocking")
        let failure = await error {
            _ = try await blocking.sendBlocking(RedisCommand("PING"), deadline: .milliseconds(50))
        }
        #expect(failure?.code == .notConnected)
        await blocking.close(immediately: true)
    }

    @Test("is noticed by the keep-alive although nothing was asked")
    func keepAlive() async throws {
        try await withProxy {
            $0.keepAlive = .milliseconds(300)
        } _: { proxy, redis async throws in
            let before = try #require(try await redis.send(RedisCommand("CLIENT", "ID")).integer)
            try await proxy.apply(.blackHole)
            try await redis.until { $0.failures > 0 }
            try await proxy.heal()
            #expect(try await redis.nextClientID(after: before) > before)
        }
    }

    @Test("is not suspected by the keep-alive while the server answers")
    func keepAliveOfTheLiving() async throws {
        try await withProxy {
            $0.keepAlive = .seconds(1)
        } _: { _, redis async throws in
            let id = try await redis.send(RedisCommand("CLIENT", "ID")).integer
            // Longer than a peer may be silent.
            try await Task.sleep(for: .milliseconds(2500))
            #expect(try await redis.send(RedisCommand("CLIENT", "ID")).integer == id)
        }
    }

    @Test("that was let go of while it was being made does not stay open")
    func abandonedWhileConnecting() async throws {
        try await withProxy { proxy, redis async throws in
            _ = try await redis.send(RedisCommand("PING"))
            try await proxy.apply(.paused)
            var blocking: RedisConnection? = redis.blockingConnection(clientName: "short-lived")
            let call = Task { [connection = blocking] in
                try await connection?.sendBlocking(RedisCommand("PING"), deadline: .seconds(60))
            }
            try await proxy.waitUntilAccepted(2)
            call.cancel()
            _ = await call.result
            blocking = nil
            try await proxy.heal()
            try await withDeadline(.seconds(5), waitingFor: "the connection to be closed") {
                while try await proxy.connectionCount > 1 { try await Task.sleep(for: .milliseconds(2)) }
            }
            #expect(blocking == nil)
        }
    }

    @Test(
        "is the answer to what is not the Redis protocol, and says so",
        arguments: [
            ("HTTP/1.1 400 Bad Request\r\n", "a reply begins with byte 0x48, which is no RESP type"),
            (":x\r\n", "\"x\" is not a 64-bit integer"),
        ])
    func malformed(answer: String, reason: String) async throws {
        let server = try await FakeServer.start(answers: ["+PONG\r\n", answer])
        var configuration = try RedisConfiguration(url: server.url)
        configuration.offlineTimeout = .milliseconds(200)
        let redis = Redis(configuration: configuration)
        let failure = await error { _ = try await redis.send(RedisCommand("GET", "x")) }
        #expect(failure?.code == .replyLost)
        #expect(
            failure?.description.contains(
                "127.0.0.1:\(server.port) sent something that is not the Redis protocol: \(reason)") == true,
            "\(failure?.description ?? "")")
        await redis.close()
        try await server.stop()
    }

    @Test("is the answer to a reply that nobody asked for")
    func unexpected() async throws {
        let connections = Mutex(0)
        let server = try await FakeServer.start { number in
            if number == 0 { connections.withLock { $0 += 1 } }
            return number == 0 ? "+PONG\r\n" : "+one\r\n+two\r\n"
        }
        let redis = try Redis(url: server.url)
        #expect(try await redis.send(RedisCommand("GET", "x")).string == "one")
        try await withDeadline(.seconds(20), waitingFor: "another connection") {
            while connections.withLock({ $0 }) < 2 { try await Task.sleep(for: .milliseconds(1)) }
        }
        await redis.close()
        try await server.stop()
    }

    @Test("to a server that is loading is tried again until it is ready")
    func loading() async throws {
        let answers = Mutex(0)
        let server = try await FakeServer.start { _ in
            answers.withLock { count in
                count += 1
                return count <= 2 ? "-LOADING Redis is loading the dataset in memory\r\n" : "+PONG\r\n"
            }
        }
        let redis = try Redis(url: server.url)
        #expect(try await redis.send(RedisCommand("PING")).string == "PONG")
        #expect(answers.withLock { $0 } == 4)
        await redis.close()
        try await server.stop()
    }

    @Test("to a server that does not introduce itself is given up after the time for connecting")
    func silentServer() async throws {
        let server = try await FakeServer.start { _ in nil }
        var configuration = try RedisConfiguration(url: server.url)
        configuration.connectTimeout = .milliseconds(50)
        configuration.offlineTimeout = .milliseconds(300)
        let redis = Redis(configuration: configuration)
        let failure = await error { _ = try await redis.send(RedisCommand("PING")) }
        #expect(failure?.code == .notConnected)
        #expect(failure?.description.contains("did not introduce itself within 0.05 seconds") == true)
        await redis.close()
        try await server.stop()
    }

    @Test("does not bring back messages out of band as replies")
    func push() async throws {
        let server = try await FakeServer.start(answers: ["+PONG\r\n", ">2\r\n+message\r\n+x\r\n:7\r\n"])
        let redis = try Redis(url: server.url)
        #expect(try await redis.send(RedisCommand("GET", "x")).integer == 7)
        await redis.close()
        try await server.stop()
    }
}

extension Redis {
    /// The connection's id at the server, once it is another one.
    func nextClientID(after old: Int64) async throws -> Int64 {
        try await withDeadline(.seconds(20), waitingFor: "another connection") {
            while true {
                do {
                    if let id = try await self.send(RedisCommand("CLIENT", "ID")).integer, id != old { return id }
                } catch let error as RedisError where error.code == .replyLost {
                    continue
                }
            }
        }
    }
}
