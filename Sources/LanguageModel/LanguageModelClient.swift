// One question, one answer: sends, waits, tries again, and learns what the server does not understand (llm.md §8, §11).

import AsyncHTTPClient
import FoundationEssentials
public import Logging
import NIOCore
import NIOHTTP1

/// Asks a server that speaks the OpenAI dialect.
///
/// Safe to share. What a server does not understand (a parameter's name, strict schemas) is found out by its first
/// refusal and remembered.
public actor LanguageModelClient {
    /// The settings.
    public nonisolated let configuration: LanguageModelConfiguration
    private let logger: Logger
    private var dialect = Dialect()

    /// What this server understands, as far as is known.
    private struct Dialect {
        enum SchemaMode { case strict, jsonObject, none }
        var schemaMode = SchemaMode.strict
        var tokenParameter = "max_tokens"
        var hasSwitchedTokenParameter = false
        var takesTemperature = true
        var takesSeed = true

        /// Adapts to a refusal; false if there is nothing to adapt.
        mutating func adapt(to refusal: ServerRefusal, _ request: ChatRequest) -> Bool {
            if refusal.refusesTokenParameter, !hasSwitchedTokenParameter {
                hasSwitchedTokenParameter = true
                tokenParameter = "max_completion_tokens"
            } else if refusal.refusesTemperature, takesTemperature, request.temperature != nil {
                takesTemperature = false
            } else if refusal.refusesSeed, takesSeed, request.seed != nil {
                takesSeed = false
            } else if refusal.refusesSchema, schemaMode != .none, request.format != .text {
                schemaMode = schemaMode == .strict ? .jsonObject : .none
            } else {
                return false
            }
            return true
        }
    }

    /// Makes a client. Nothing is sent before the first question.
    ///
    /// - Parameters:
    ///   - configuration: Which server, which model.
    ///   - logger: Gets a line for each answer and each failed attempt: model, tokens, time. Never the words.
    public init(
        _ configuration: LanguageModelConfiguration,
        logger: Logger = Logger(label: "language-model") { _ in SwiftLogNoOpLogHandler() }
    ) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Asks a question.
    ///
    /// - Throws: ``LanguageModelError``; `CancellationError` if the task is cancelled.
    public func chat(_ request: ChatRequest) async throws -> ChatReply {
        var attempt = 1
        while true {
            try Task.checkCancellation()
            let model = request.hasImages ? configuration.visionModel : configuration.model
            let start = ContinuousClock.now
            let outcome = try await send(
                body(of: request, model: model), timeout: configuration.timeout ?? request.patience)
            let failure: LanguageModelError
            let decision: RetryPolicy.Decision
            switch outcome {
            case .answer(200, let data, _):
                let reply = try ChatReply(reading: data, asked: request, model: model)
                logger.debug(
                    "answered",
                    metadata: [
                        "model": "\(reply.model)", "attempt": "\(attempt)", "tokens": "\(reply.usage.completionTokens)",
                        "ms": "\((ContinuousClock.now - start) / .milliseconds(1))",
                    ])
                return reply
            case .answer(let status, let data, let hints):
                let refusal = ServerRefusal(status: status, body: data, hiding: configuration.key)
                if dialect.adapt(to: refusal, request) { continue }
                if request.hasImages, refusal.refusesImages {
                    throw LanguageModelError(
                        .noVision, "The model \(model) does not look at pictures; set LLM_VISION_MODEL to one that does"
                    )
                }
                decision = configuration.retries.decision(
                    after: attempt, status: status, isQuota: refusal.isQuota, hints: hints, chance: .random(in: 0...1))
                failure = refusal.error(retryAfter: hints.pause)
            case .nothing(let error):
                decision = configuration.retries.decision(after: attempt, status: nil, chance: .random(in: 0...1))
                failure = error
            }
            guard case .again(let pause) = decision else {
                var failure = failure
                if case .giveUp(let later?) = decision { failure.retryAfter = later }
                throw failure
            }
            logger.notice(
                "asking again",
                metadata: ["model": "\(model)", "attempt": "\(attempt)", "pause": "\(pause)", "error": "\(failure)"])
            try await Task.sleep(for: pause)
            attempt += 1
        }
    }

    /// The body of a request, in words that the server understands.
    private func body(of request: ChatRequest, model: String) -> String {
        var messages = request.messages
        var members: [JSONNode.Member] = [.init("model", .text(model))]
        var format: JSONNode?
        if case .schema(let schema, let name) = request.format {
            switch dialect.schemaMode {
            case .strict:
                format = [
                    "type": "json_schema",
                    "json_schema": ["name": .text(name), "strict": true, "schema": schema.document],
                ]
            case .jsonObject: format = ["type": "json_object"]
            case .none: break
            }
            // Servers that constrain the output do not show the schema to the model, and others do not constrain at all.
            let hint = "Answer with one JSON object of this JSON schema and nothing else: \(schema.document.serialized)"
            if let first = messages.first, first.role == .system {
                messages[0].parts.append(.text("\n" + hint))
                messages[0].parts = [.text(messages[0].parts.compactMap(\.words).joined())]
            } else {
                messages.insert(ChatMessage(.system, hint), at: 0)
            }
        }
        members.append(.init("messages", .list(messages.map(\.document))))
        if dialect.takesTemperature, let temperature = request.temperature {
            members.append(.init("temperature", .number(temperature)))
        }
        members.append(.init(dialect.tokenParameter, .integer(request.maximumTokens)))
        if dialect.takesSeed, let seed = request.seed { members.append(.init("seed", .integer(seed))) }
        members.append(.init("stream", false))
        if let format { members.append(.init("response_format", format)) }
        return JSONNode.object(members).serialized
    }

    private enum Outcome: Sendable {
        case answer(Int, Data, RetryHints)
        case nothing(LanguageModelError)
    }

    private static let largestAnswer = 8 << 20

    private nonisolated func send(_ body: String, timeout: Duration) async throws -> Outcome {
        var settings = HTTPClient.Configuration()
        settings.redirectConfiguration = .disallow
        settings.proxy = nil
        settings.httpVersion = .http1Only
        settings.timeout.connect = .seconds(5)
        let client = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: settings)
        let outcome: Outcome
        do {
            outcome = try await withThrowingTaskGroup(of: Outcome.self) { group in
                group.addTask { try await self.exchange(client, body) }
                group.addTask {
                    try await Task.sleep(for: timeout)
                    return .nothing(LanguageModelError(.timedOut, "The model did not answer within \(timeout)"))
                }
                defer { group.cancelAll() }
                return try await group.next() ?? .nothing(LanguageModelError(.unavailable, "No answer"))
            }
        } catch {
            try? await client.shutdown()
            try Task.checkCancellation()
            // Only the error's kind: its text may hold addresses.
            let kind = (error as? HTTPClientError)?.shortDescription ?? "\(type(of: error))"
            return .nothing(LanguageModelError(.unavailable, "The model server cannot be reached: \(kind)"))
        }
        try? await client.shutdown()
        return outcome
    }

    private nonisolated func exchange(_ client: HTTPClient, _ body: String) async throws -> Outcome {
        var request = HTTPClientRequest(url: configuration.endpoint("chat/completions"))
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "Accept", value: "application/json")
        if let key = configuration.key { request.headers.add(name: "Authorization", value: "Bearer \(key.revealed)") }
        if let name = configuration.organization { request.headers.add(name: "OpenAI-Organization", value: name) }
        if let name = configuration.project { request.headers.add(name: "OpenAI-Project", value: name) }
        request.body = .bytes(ByteBuffer(string: body))
        let response = try await client.execute(request, deadline: .distantFuture)
        let data = Data(try await response.body.collect(upTo: Self.largestAnswer).readableBytesView)
        let hints = RetryHints { response.headers.first(name: $0) }
        return .answer(Int(response.status.code), data, hints)
    }
}

extension ChatMessage.Part {
    fileprivate var words: String? {
        if case .text(let text) = self { text } else { nil }
    }
}
