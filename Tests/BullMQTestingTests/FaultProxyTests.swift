import BullMQTesting
import NIOCore
import NIOPosix
import Testing

@Suite("A fault proxy", .timeLimit(.minutes(1)))
struct FaultProxyTests {
    /// A plain connection that sends text and receives text.
    private struct Client {
        let channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>

        static func connect(_ proxy: FaultProxy) async throws -> Client {
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(host: "127.0.0.1", port: proxy.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                    }
                }
            return Client(channel: channel)
        }

        /// Sends pings and collects replies until `count` bytes have come or the connection ends.
        func ping(times: Int = 1, upTo count: Int) async throws -> String {
            try await channel.executeThenClose { inbound, outbound in
                for _ in 0..<times { try await outbound.write(ByteBuffer(string: "PING\r\n")) }
                var text = ""
                for try await chunk in inbound {
                    text += String(buffer: chunk)
                    if text.utf8.count >= count { break }
                }
                return text
            }
        }
    }

    private func withProxy(_ body: (FaultProxy) async throws -> Void) async throws {
        let proxy = try await FaultProxy.start(before: .shared)
        do {
            try await body(proxy)
        } catch {
            try await proxy.stop()
            throw error
        }
        try await proxy.stop()
    }

    @Test("lets everything pass while no fault is set, and counts connections")
    func transparent() async throws {
        try await withProxy { proxy in
            let client = try await Client.connect(proxy)
            try await proxy.waitUntilAccepted(1)
            #expect(try await client.ping(times: 3, upTo: 21) == "+PONG\r\n+PONG\r\n+PONG\r\n")
            #expect(try await proxy.acceptedCount == 1)
        }
    }

    @Test("pauses without losing a byte")
    func pause() async throws {
        try await withProxy { proxy in
            try await proxy.apply(.paused)
            let client = try await Client.connect(proxy)
            try await proxy.waitUntilAccepted(1)
            async let reply = client.ping(times: 2, upTo: 14)
            try await proxy.heal()
            #expect(try await reply == "+PONG\r\n+PONG\r\n")
        }
    }

    @Test("delays both ways and keeps the order")
    func delay() async throws {
        try await withProxy { proxy in
            try await proxy.apply(.delayed(.milliseconds(60)))
            let client = try await Client.connect(proxy)
            let clock = ContinuousClock()
            let start = clock.now
            #expect(try await client.ping(times: 3, upTo: 21) == "+PONG\r\n+PONG\r\n+PONG\r\n")
            #expect(clock.now - start >= .milliseconds(120))
        }
    }

    @Test("cuts after a number of bytes")
    func cut() async throws {
        try await withProxy { proxy in
            try await proxy.apply(.cut(after: 9, of: .replies))
            let client = try await Client.connect(proxy)
            do {
                let text = try await client.ping(times: 3, upTo: 21)
                #expect("+PONG\r\n+P".hasPrefix(text))
            } catch {
                #expect(error is IOError, "a reset, as asked: \(error)")
            }
            try await proxy.heal()
            #expect(try await Client.connect(proxy).ping(upTo: 7) == "+PONG\r\n")
        }
    }

    @Test("swallows bytes in a black hole, and resets what lost bytes when healed")
    func blackHole() async throws {
        try await withProxy { proxy in
            let client = try await Client.connect(proxy)
            try await proxy.waitUntilAccepted(1)
            try await proxy.apply(.blackHole)
            async let reply = client.ping(upTo: 7)
            // A second connection's ping is swallowed too: only the reset ends the waits.
            let other = try await Client.connect(proxy)
            try await proxy.waitUntilAccepted(2)
            async let second = other.ping(upTo: 7)
            let healing = Task {
                try await Task.sleep(for: .milliseconds(100))
                try await proxy.heal()
            }
            #expect((try? await reply) ?? "" == "")
            #expect((try? await second) ?? "" == "")
            try await healing.value
            #expect(try await proxy.connectionCount == 0)
        }
    }

    @Test("resets connections on demand and refuses new ones")
    func reset() async throws {
        try await withProxy { proxy in
            try await proxy.apply(.refusing)
            let refused = try? await Client.connect(proxy).ping(upTo: 7)
            #expect(refused ?? "" == "")
            try await proxy.heal()
            let client = try await Client.connect(proxy)
            try await proxy.waitUntilAccepted(2)
            try await proxy.resetConnections()
            #expect((try? await client.ping(upTo: 7)) ?? "" == "")
            #expect(try await Client.connect(proxy).ping(upTo: 7) == "+PONG\r\n")
        }
    }
}
