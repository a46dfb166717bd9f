// Owns: telling a slow server from one that is gone while much is being sent to it.

import BullMQTesting
import LiveTesting
import NIOCore
import NIOPosix
import Testing

@testable import RedisTransport

@Suite("A long upload", .live, .timeLimit(.minutes(3)))
struct UploadTests {
    @Test(
        "shows a living peer only by bytes taken after some were held back",
        arguments: [
            ([(0, 0)], [false]), ([(100, 0), (200, 0)], [false, false]),
            ([(100, 40), (100, 40)], [false, false]), ([(100, 40), (100, 30)], [false, true]),
            ([(100, 40), (100, 0), (120, 0)], [false, true, false]),
            ([(100, 40), (300, 200), (300, 200)], [false, true, false]),
        ] as [([(Int, Int)], [Bool])])
    func progress(samples: [(Int, Int)], expected: [Bool]) {
        var progress = UploadProgress()
        #expect(samples.map { progress.advanced(byteCount: $0.0, heldBack: $0.1) } == expected)
    }

    @Test("is not taken for a dead connection although the server answers nothing meanwhile")
    func slowServer() async throws {
        let size = 48 << 20
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.socketOption(.so_rcvbuf), value: 64 << 10)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(SlowReader(expecting: size))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        var configuration = try RedisConfiguration(url: "redis://127.0.0.1:\(server.localAddress?.port ?? 0)")
        configuration.keepAlive = .milliseconds(700)
        let redis = Redis(configuration: configuration)
        let begin = ContinuousClock.now
        let reply = try await redis.send(RedisCommand("SET", "key", String(repeating: "x", count: size)))
        #expect(reply.string == "OK")
        // Otherwise nothing was shown: a silent connection is dropped after twice the time.
        #expect(ContinuousClock.now - begin > .milliseconds(2000))
        await redis.close()
        try await server.close()
    }
}

/// Answers the handshake at once, and a large command when it has read all of it, some of it every few milliseconds.
private final class SlowReader: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let size: Int
    private var received = 0
    private var hasGreeted = false

    init(expecting size: Int) { self.size = size }

    func channelActive(context: ChannelHandlerContext) { context.read() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let count = unwrapInboundIn(data).readableBytes
        guard hasGreeted else {
            hasGreeted = true
            return answer("+PONG\r\n", context)
        }
        let before = received
        received += count
        if before < size, received >= size { answer("+OK\r\n", context) }
    }

    private func answer(_ text: String, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: .milliseconds(6)) { bound.value.read() }
    }
}
