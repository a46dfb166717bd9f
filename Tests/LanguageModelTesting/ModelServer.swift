// A server on the loopback interface that speaks the OpenAI dialect as a test tells it.

import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// A stand-in for a model server: real HTTP, scripted answers.
public final class ModelServer: Sendable {
    /// One question, as it arrived.
    public struct Question: Sendable {
        /// The request's path.
        public let path: String
        /// The value of Authorization, if any.
        public let authorization: String?
        /// The request's body.
        public let body: String
    }

    /// One answer.
    public struct Answer: Sendable {
        /// HTTP status.
        public var status: Int
        /// Further headers.
        public var headers: [(String, String)]
        /// The body.
        public var body: String
        /// Whether no answer comes at all.
        public var hangs = false

        /// An answer of any kind.
        public init(status: Int = 200, headers: [(String, String)] = [], body: String) {
            self.status = status
            self.headers = headers
            self.body = body
        }

        /// A completion with these words.
        public static func words(_ text: String, finish: String = "stop", refusal: String? = nil) -> Answer {
            func quoted(_ text: String?) -> String {
                guard let text, let data = try? JSONEncoder().encode(text) else { return "null" }
                return String(decoding: data, as: UTF8.self)
            }
            return Answer(
                body: """
                    {"id":"chatcmpl-1","object":"chat.completion","created":1767225600,"model":"test-vision",
                     "choices":[{"index":0,"finish_reason":\(quoted(finish)),"message":{"role":"assistant",
                      "content":\(quoted(text)),"refusal":\(quoted(refusal))}}],
                     "usage":{"prompt_tokens":812,"completion_tokens":96,"total_tokens":908}}
                    """)
        }

        /// An error as hosted servers describe it.
        public static func error(
            _ status: Int, code: String = "x", message: String = "no", headers: [(String, String)] = []
        ) -> Answer {
            Answer(
                status: status, headers: headers,
                body: #"{"error":{"message":"\#(message)","type":"t","param":null,"code":"\#(code)"}}"#)
        }

        /// Silence.
        public static var silence: Answer {
            var answer = Answer(body: "")
            answer.hangs = true
            return answer
        }
    }

    /// The port it listens on.
    public let port: Int
    private let channel: any Channel
    private let log: Log

    /// Starts a server; `answer` gets each question and its number, from 1.
    public init(_ answer: @escaping @Sendable (Int, Question) -> Answer) async throws {
        let log = Log()
        self.log = log
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Exchange(answer: answer, log: log))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress?.port ?? 0
    }

    /// Starts a server that gives these answers in turn, the last one for ever.
    public convenience init(_ answers: [Answer]) async throws {
        try await self.init { number, _ in answers[min(number, answers.count) - 1] }
    }

    /// The address for `LLM_BASE_URL`.
    public var baseURL: String { "http://127.0.0.1:\(port)/v1" }

    /// All questions so far.
    public var questions: [Question] { log.questions.withLock { $0 } }

    /// Stops it.
    public func stop() async { try? await channel.close() }

    private final class Log: Sendable {
        let questions = Mutex<[Question]>([])
    }

    private final class Exchange: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart
        private let answer: @Sendable (Int, Question) -> Answer
        private let log: Log
        private var head: HTTPRequestHead?
        private var body = ByteBuffer()

        init(answer: @escaping @Sendable (Int, Question) -> Answer, log: Log) {
            self.answer = answer
            self.log = log
        }

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
            guard let request = head else { return }
            let question = Question(
                path: request.uri, authorization: request.headers.first(name: "Authorization"),
                body: String(buffer: body))
            let number = log.questions.withLock { questions in
                questions.append(question)
                return questions.count
            }
            let answer = answer(number, question)
            guard !answer.hangs else { return }
            var head = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: answer.status))
            head.headers.add(name: "Content-Type", value: "application/json")
            head.headers.add(name: "Content-Length", value: String(answer.body.utf8.count))
            for (name, value) in answer.headers { head.headers.add(name: name, value: value) }
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: answer.body)))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }
}
