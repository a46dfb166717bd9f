// A small HTTP server on the loopback interface that answers as a test tells it.

import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

final class TestServer: Sendable {
    struct Answer: Sendable {
        var status = HTTPResponseStatus.ok
        var headers: [(String, String)] = []
        var body: [UInt8] = []
        /// What Content-Length says, if not the truth; nil with `isChunked` sends none.
        var announced: Int?
        var isChunked = false
        /// Whether the connection stays open without an end after the body.
        var hangs = false
    }

    let port: Int
    private let channel: any Channel

    /// Starts a server; `answer` gets each request's path.
    init(_ answer: @escaping @Sendable (String) -> Answer) async throws {
        let seen = SharedLog()
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Exchange(answer: answer, log: seen))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress?.port ?? 0
        log = seen
    }

    private let log: SharedLog
    /// Paths and Host headers of all requests.
    var requests: [(path: String, host: String)] { log.entries.withLock { $0 } }

    func stop() async { try? await channel.close() }

    private final class SharedLog: Sendable {
        let entries = Mutex<[(path: String, host: String)]>([])
    }

    private final class Exchange: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart
        private let answer: @Sendable (String) -> Answer
        private let log: SharedLog

        init(answer: @escaping @Sendable (String) -> Answer, log: SharedLog) {
            self.answer = answer
            self.log = log
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard case .head(let request) = unwrapInboundIn(data) else { return }
            log.entries.withLock { $0.append((request.uri, request.headers.first(name: "Host") ?? "")) }
            let answer = answer(request.uri)
            var head = HTTPResponseHead(version: .http1_1, status: answer.status)
            for (name, value) in answer.headers { head.headers.add(name: name, value: value) }
            if !answer.isChunked {
                head.headers.add(name: "Content-Length", value: String(answer.announced ?? answer.body.count))
            }
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: answer.body)))), promise: nil)
            if answer.hangs {
                context.flush()
            } else if answer.announced != nil {
                context.flush()
                context.close(promise: nil)
            } else {
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }
    }
}
