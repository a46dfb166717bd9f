// Owns a small web site on the loopback interface that answers as a test tells it.

import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A site with pages made by code.
final class TestSite: Sendable {
    /// A request as it came.
    struct Request: Sendable {
        let method: String
        let path: String
        let headers: HTTPHeaders
        let body: String
    }

    /// What a request gets.
    struct Response: Sendable {
        var status = 200
        var headers: [(String, String)] = []
        var body = ""
        /// Whether the answer never comes.
        var hangs = false

        static func html(_ body: String, status: Int = 200, headers: [(String, String)] = []) -> Response {
            Response(
                status: status, headers: [("Content-Type", "text/html; charset=utf-8")] + headers,
                body: "<!doctype html><meta charset=utf-8><link rel=icon href=\"data:,\">" + body)
        }
        static func redirect(to path: String) -> Response { Response(status: 302, headers: [("Location", path)]) }
        static let silence = Response(hangs: true)
    }

    typealias Answer = @Sendable (Request) -> Response

    let port: Int
    private let channel: any Channel
    private let log = Mutex<[Request]>([])
    private let answer: Answer

    var url: String { "http://127.0.0.1:\(port)" }
    var requests: [Request] { log.withLock { $0 } }

    /// A site whose every page is the same.
    convenience init(_ html: String) async throws {
        try await self.init { _ in .html(html) }
    }

    init(_ answer: @escaping Answer) async throws {
        self.answer = answer
        let site = Mutex<TestSite?>(nil)
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(
                        Exchange { request in
                            site.withLock { $0 }?.respond(to: request) ?? .silence
                        })
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress?.port ?? 0
        site.withLock { $0 = self }
    }

    func stop() async { try? await channel.close() }

    private func respond(to request: Request) -> Response {
        log.withLock { $0.append(request) }
        return answer(request)
    }

    private final class Exchange: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart
        private let answer: Answer
        private var head: HTTPRequestHead?
        private var body = ByteBuffer()

        init(_ answer: @escaping Answer) { self.answer = answer }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let request):
                head = request
                body.clear()
            case .body(var part): body.writeBuffer(&part)
            case .end: respond(context)
            }
        }

        private func respond(_ context: ChannelHandlerContext) {
            guard let head else { return }
            let request = Request(
                method: head.method.rawValue, path: head.uri, headers: head.headers, body: String(buffer: body))
            let response = answer(request)
            guard !response.hangs else { return }
            var headers = HTTPHeaders(response.headers)
            headers.add(name: "Content-Length", value: String(response.body.utf8.count))
            context.write(
                wrapOutboundOut(
                    .head(
                        HTTPResponseHead(
                            version: .http1_1, status: .init(statusCode: response.status), headers: headers))
                ), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: response.body)))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
