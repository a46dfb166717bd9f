// Owns: a server that answers whatever a test tells it to.

import NIOCore
import NIOPosix

/// Listens on a loopback port and answers each read with the next of its answers; the last one repeats.
struct FakeServer {
    let port: Int
    private let listener: any Channel

    static func start(answers: [String]) async throws -> FakeServer {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Answering(answers))
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

    private var answers: ArraySlice<String>

    init(_ answers: [String]) { self.answers = answers[...] }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let answer = answers.count > 1 ? answers.popFirst() : answers.first else { return }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
    }
}
