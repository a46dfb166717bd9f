// Owns: a server that answers whatever a test tells it to.

import NIOCore
import NIOPosix

/// Listens on a loopback port and answers each read.
struct FakeServer {
    let port: Int
    private let listener: any Channel

    /// Each connection gets the answers in order, the last one again and again.
    static func start(answers: [String]) async throws -> FakeServer {
        try await start { number in answers[min(number, answers.count - 1)] }
    }

    /// - Parameter answer: to the read of this number on its connection, from 0; nil for none.
    static func start(_ answer: @escaping @Sendable (Int) -> String?) async throws -> FakeServer {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Answering(answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return FakeServer(port: listener.localAddress?.port ?? 0, listener: listener)
    }

    var url: String { "redis://127.0.0.1:\(port)" }

    func stop() async throws { try await listener.close() }
}

private final class Answering: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let answer: (Int) -> String?
    private var reads = 0

    init(_ answer: @escaping (Int) -> String?) { self.answer = answer }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        defer { reads += 1 }
        guard let text = answer(reads) else { return }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }
}
