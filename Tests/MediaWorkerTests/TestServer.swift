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
        /// Whether not even a head is sent.
        var isSilent = false
    }

    /// A request, as far as tests ask.
    struct Request: Sendable {
        let path: String
        let host: String
        let range: String?
        let ifRange: String?
    }

    let port: Int
    private let channel: any Channel

    /// Starts a server; `answer` gets each request's path.
    convenience init(_ answer: @escaping @Sendable (String) -> Answer) async throws {
        try await self.init(host: "127.0.0.1") { answer($0.path) }
    }

    /// Starts a server; `answer` gets each request.
    init(host: String, answer: @escaping @Sendable (Request) -> Answer) async throws {
        let seen = SharedLog()
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Exchange(answer: answer, log: seen))
                }
            }
            .bind(host: host, port: 0).get()
        port = channel.localAddress?.port ?? 0
        log = seen
    }

    private let log: SharedLog
    /// All requests so far.
    var requests: [Request] { log.entries.withLock { $0 } }

    func stop() async { try? await channel.close() }

    private final class SharedLog: Sendable {
        let entries = Mutex<[Request]>([])
    }

    private final class Exchange: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart
        private let answer: @Sendable (Request) -> Answer
        private let log: SharedLog

        init(answer: @escaping @Sendable (Request) -> Answer, log: SharedLog) {
            self.answer = answer
            self.log = log
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard case .head(let request) = unwrapInboundIn(data) else { return }
            let question = Request(
                path: request.uri, host: request.headers.first(name: "Host") ?? "",
                range: request.headers.first(name: "Range"), ifRange: request.headers.first(name: "If-Range"))
            log.entries.withLock { $0.append(question) }
            let answer = answer(question)
            guard !answer.isSilent else { return }
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
