// A server on the loopback interface that answers, breaks or stays silent as a test tells it.

import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// Real HTTP, scripted answers.
final class ScriptedServer: Sendable {
    /// One request, as it arrived.
    struct Request: Sendable {
        var method: String
        var uri: String
        var headers: HTTPHeaders
        var bytes: ByteBuffer

        /// The body as text; made when asked for, since repairing megabytes that are none takes seconds.
        var body: String { String(buffer: bytes) }
        var path: String { String(uri.prefix { $0 != "?" }) }
        /// The decoded parameters of the query.
        var query: [String: String] {
            let items = URLComponents(string: uri)?.queryItems ?? []
            return Dictionary(items.map { ($0.name, $0.value ?? "") }) { _, last in last }
        }
        subscript(_ header: String) -> String? { headers.first(name: header) }
    }

    /// One answer.
    struct Answer: Sendable {
        var status = 200
        var headers: [(String, String)] = []
        var body = ByteBuffer()
        /// Sends only so many bytes of the body, then closes the connection.
        var breaksAfter: Int?
        /// Closes the connection without a word.
        var isRefused = false
        /// Does not answer at all.
        var isSilent = false

        static func json(_ text: String, status: Int = 200, headers: [(String, String)] = []) -> Answer {
            Answer(
                status: status, headers: [("Content-Type", "application/json")] + headers,
                body: ByteBuffer(string: text))
        }

        static func data(_ text: String) -> Answer { .json("{\"data\":\(text)}") }
        static let empty = Answer(status: 204)
        static let refused = Answer(isRefused: true)
        static let silent = Answer(isSilent: true)

        static func error(_ status: Int, _ code: String, headers: [(String, String)] = []) -> Answer {
            .json(
                #"{"errors":[{"message":"It did not work.","extensions":{"code":"\#(code)"}}]}"#, status: status,
                headers: headers)
        }
    }

    let port: Int
    private let channel: any Channel
    private let log = Log()

    final class Log: Sendable {
        let requests = Mutex<[Request]>([])
        /// Whoever waits for a request to arrive.
        let arrivals = AsyncStream.makeStream(of: Request.self)
    }

    /// Starts a server; `answer` gets each request and its number, from 1. If `answersAtHead` holds for a request, it is
    /// answered before its body has arrived.
    init(
        answersAtHead: @escaping @Sendable (HTTPRequestHead) -> Bool = { _ in false },
        _ answer: @escaping @Sendable (Int, Request) -> Answer
    ) async throws {
        let log = log
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: false)
                    try channel.pipeline.syncOperations.addHandler(
                        Exchange(answer: answer, answersAtHead: answersAtHead, log: log))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress?.port ?? 0
    }

    /// Starts a server that gives these answers in turn, the last one for ever.
    convenience init(_ answers: Answer...) async throws {
        try await self.init { number, _ in answers[min(number, answers.count) - 1] }
    }

    var url: String { "http://127.0.0.1:\(port)" }
    var requests: [Request] { log.requests.withLock { $0 } }
    var arrivals: AsyncStream<Request> { log.arrivals.stream }

    func stop() async { try? await channel.close() }

    private final class Exchange: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart
        private let answer: @Sendable (Int, Request) -> Answer
        private let answersAtHead: @Sendable (HTTPRequestHead) -> Bool
        private let log: Log
        private var head: HTTPRequestHead?
        private var body = ByteBuffer()

        init(
            answer: @escaping @Sendable (Int, Request) -> Answer,
            answersAtHead: @escaping @Sendable (HTTPRequestHead) -> Bool, log: Log
        ) {
            self.answer = answer
            self.answersAtHead = answersAtHead
            self.log = log
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let request):
                head = request
                body.clear()
                if answersAtHead(request) { respond(context) }
            case .body(var part): body.writeBuffer(&part)
            case .end: respond(context)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

        private func respond(_ context: ChannelHandlerContext) {
            guard let head else { return }
            self.head = nil
            let request = Request(
                method: head.method.rawValue, uri: head.uri, headers: head.headers, bytes: body)
            let number = log.requests.withLock { requests in
                requests.append(request)
                return requests.count
            }
            let answer = answer(number, request)
            log.arrivals.continuation.yield(request)
            if answer.isRefused {
                context.close(promise: nil)
                return
            }
            guard !answer.isSilent else { return }
            var response = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: answer.status))
            if answer.status != 204 {
                response.headers.add(name: "Content-Length", value: String(answer.body.readableBytes))
            }
            for (name, value) in answer.headers { response.headers.replaceOrAdd(name: name, value: value) }
            context.write(wrapOutboundOut(.head(response)), promise: nil)
            if let length = answer.breaksAfter {
                let part = answer.body.getSlice(at: answer.body.readerIndex, length: length) ?? ByteBuffer()
                let context = NIOLoopBound(context, eventLoop: context.eventLoop)
                context.value.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(part)))).whenComplete { _ in
                    context.value.close(promise: nil)
                }
                return
            }
            context.write(wrapOutboundOut(.body(.byteBuffer(answer.body))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
