// The client against a server that speaks the protocol.

import Foundation
import LanguageModelTesting
import Testing

@testable import LanguageModel

@Suite struct ClientTests {
    func client(
        _ server: ModelServer, change: (inout LanguageModelConfiguration) -> Void = { _ in }
    ) throws
        -> LanguageModelClient
    {
        var configuration = LanguageModelConfiguration(
            baseURL: try #require(URL(string: server.baseURL)), model: "words", visionModel: "eyes",
            key: Secret("sk-very-secret"))
        configuration.retries.firstPause = .milliseconds(1)
        change(&configuration)
        return LanguageModelClient(configuration)
    }

    func failure(_ action: () async throws -> some Any) async throws -> LanguageModelError {
        do {
            _ = try await action()
        } catch let error as LanguageModelError {
            return error
        }
        throw UnexpectedSuccess()
    }
    struct UnexpectedSuccess: Error {}

    struct Colour: Decodable, Equatable, Sendable {
        var reason: String
        var colour: String
    }

    static let schema = JSONSchema.object([
        .init("reason", .text, "Why"), .init("colour", .choice(["red", "green"])),
    ])
    static let good = #"{"reason":"it is","colour":"red"}"#

    func colour(_ client: LanguageModelClient) async throws -> StructuredReply<Colour> {
        try await client.answer(
            to: [ChatMessage(.user, "Which colour?")], as: Colour.self, schema: Self.schema, name: "colour")
    }

    @Test("a question is sent as the dialect wants it, with the key, and its answer read") func chat() async throws {
        let server = try await ModelServer([.words("Hello.")])
        let reply = try await client(server).chat(ChatRequest([ChatMessage(.user, "Say \"hello\"\n")]))
        #expect(reply.text == "Hello." && reply.ending == .complete && reply.model == "test-vision")
        #expect(reply.usage == TokenUsage(promptTokens: 812, completionTokens: 96))
        let question = try #require(server.questions.first)
        #expect(question.path == "/v1/chat/completions" && question.authorization == "Bearer sk-very-secret")
        let body = try JSONNode(parsing: question.body)
        #expect(body["model"] == "words" && body["max_tokens"] == 1200 && body["stream"] == false)
        #expect(body["messages"] == [["content": "Say \"hello\"\n", "role": "user"]])
        await server.stop()
    }

    @Test("pictures go as data URLs to the vision model") func pictures() async throws {
        let server = try await ModelServer([.words("A dot.")])
        let picture = ChatMessage.Part.image(Data([0xFF, 0xD8, 0xFF]), mediaType: "image/jpeg")
        _ = try await client(server).chat(ChatRequest([ChatMessage(.user, [.text("What?"), picture])]))
        let body = try #require(server.questions.first).body
        #expect(body.contains(#""model":"eyes""#) && body.contains(#"{"url":"data:image/jpeg;base64,/9j/"}"#))
        await server.stop()
    }

    @Test("a busy server is asked again when it says so, a failing one after a pause") func retries() async throws {
        let server = try await ModelServer([
            .error(429, headers: [("retry-after-ms", "30")]), .error(503), .words("At last."),
        ])
        let start = ContinuousClock.now
        #expect(try await client(server).chat(ChatRequest([ChatMessage(.user, "?")])).text == "At last.")
        #expect(server.questions.count == 3 && ContinuousClock.now - start >= .milliseconds(30))
        await server.stop()
    }

    @Test("Retry-After in seconds is obeyed, and handed on when it is too long to sit out")
    func retryAfter() async throws {
        let server = try await ModelServer([.error(429, headers: [("Retry-After", "1")]), .words("Yes.")])
        let start = ContinuousClock.now
        #expect(try await client(server).chat(ChatRequest([ChatMessage(.user, "?")])).text == "Yes.")
        #expect(ContinuousClock.now - start >= .seconds(1))
        await server.stop()
        let busy = try await ModelServer([.error(429, headers: [("Retry-After", "45")])])
        let error = try await failure { try await client(busy).chat(ChatRequest([ChatMessage(.user, "?")])) }
        #expect(error.code == .overloaded && error.retryAfter == .seconds(45) && !error.isPermanent)
        #expect(busy.questions.count == 1)
        await busy.stop()
    }

    @Test(
        "what another attempt cannot mend is not tried again, and says what to change",
        arguments: [
            (ModelServer.Answer.error(401), LanguageModelError.Code.misconfigured, "LLM_API_KEY"),
            (.error(404, code: "model_not_found"), .misconfigured, "LLM_MODEL"),
            (.error(429, code: "insufficient_quota"), .quotaExhausted, "quota"),
            (.error(400, message: "too long"), .invalidRequest, "too long"),
            (.error(500, headers: [("x-should-retry", "false")]), .unavailable, "500"),
            (.init(status: 302, headers: [("Location", "/x")], body: ""), .misconfigured, "LLM_BASE_URL"),
        ])
    func permanent(answer: ModelServer.Answer, code: LanguageModelError.Code, words: String) async throws {
        let server = try await ModelServer([answer])
        let error = try await failure { try await client(server).chat(ChatRequest([ChatMessage(.user, "?")])) }
        #expect(error.code == code && error.message.contains(words), "\(error)")
        #expect(!"\(error)".contains("secret") && server.questions.count == 1)
        await server.stop()
    }

    @Test("errors of all three shapes, and of none, are understood") func shapes() async throws {
        for (body, words) in [
            (#"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#, "Loading model"),
            (#"{"error":"out of order"}"#, "out of order"), ("<html><body>Bad gateway</body></html>", "status 503"),
        ] {
            let server = try await ModelServer([.init(status: 503, body: body)])
            let error = try await failure { try await client(server).chat(ChatRequest([ChatMessage(.user, "?")])) }
            #expect(error.message.contains(words) && !error.isPermanent && server.questions.count == 3, "\(error)")
            #expect((error.retryAfter == .seconds(20)) == (words == "Loading model"))
            await server.stop()
        }
    }

    @Test("a server that quotes the key it refuses is repeated without it") func quotedKey() async throws {
        for status in [400, 404, 429, 500] {
            let message = "Bearer sk-very-secret is no key of ours"
            let server = try await ModelServer([.error(status, message: message)])
            let error = try await failure {
                try await client(server) { $0.retries.attempts = 1 }.chat(ChatRequest([ChatMessage(.user, "Hi")]))
            }
            #expect(error.message.contains("Bearer *** is no key"), "\(error)")
            await server.stop()
        }
    }

    @Test("silence ends at the time limit; a server that is not there is said to be so") func timeouts() async throws {
        let server = try await ModelServer([.silence])
        let late = try await failure {
            try await client(server) {
                $0.timeout = .milliseconds(100)
                $0.retries.attempts = 2
            }.chat(ChatRequest([ChatMessage(.user, "?")]))
        }
        #expect(late.code == .timedOut && !late.isPermanent && server.questions.count == 2)
        await server.stop()
        let gone = try await failure { try await client(server).chat(ChatRequest([ChatMessage(.user, "?")])) }
        #expect(gone.code == .unavailable && !gone.isPermanent, "\(gone)")
    }

    @Test("cancelling the task ends the wait at once") func cancellation() async throws {
        let server = try await ModelServer([.silence])
        let client = try client(server)
        let work = Task { try await client.chat(ChatRequest([ChatMessage(.user, "?")])) }
        while server.questions.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        work.cancel()
        await #expect(throws: CancellationError.self) { try await work.value }
        await server.stop()
    }

    @Test("a structured answer is asked for by schema, and fences and thoughts around it are ignored")
    func structured() async throws {
        for text in [
            Self.good, "```json\n\(Self.good)\n```", "<think>red? green?</think>\n\(Self.good)",
            #"Here: {"reason":"it is","colour":"red",} as you wished"#,
        ] {
            let server = try await ModelServer([.words(text)])
            let reply = try await colour(client(server))
            #expect(reply.value == Colour(reason: "it is", colour: "red") && server.questions.count == 1, "\(text)")
            let body = try #require(server.questions.first).body
            #expect(
                body.contains(
                    #""response_format":{"type":"json_schema","json_schema":{"name":"colour","strict":true,"schema":{"type":"object","properties":{"reason":"#
                ))
            await server.stop()
        }
    }

    @Test(
        "a wrong answer goes back once, with what is wrong",
        arguments: [
            (#"{"reason":"it is","colour":"blue"}"#, "$.colour must be one of red, green"),
            (#"{"reason":"it is"}"#, "$.colour is missing"), (#"{"reason": "it"#, "no complete JSON object"),
            (#"{"reason":"it is","colour":"red","extra":1}"#, "$.extra is not known"),
        ])
    func repair(answer: String, problem: String) async throws {
        let server = try await ModelServer([.words(answer), .words(Self.good)])
        let reply = try await colour(client(server))
        #expect(reply.value.colour == "red" && reply.usage.promptTokens == 1624)
        let second = try #require(server.questions.last).body
        #expect(server.questions.count == 2 && second.contains(problem) && second.contains(#""role":"assistant""#))
        await server.stop()
    }

    @Test("a second wrong answer is an error that later attempts may mend") func unrepaired() async throws {
        let server = try await ModelServer([.words("I do not know")])
        let error = try await failure { try await colour(client(server)) }
        #expect(error.code == .invalidAnswer && !error.isPermanent && server.questions.count == 2)
        await server.stop()
    }

    @Test("an answer that was cut off is asked for again with more room") func length() async throws {
        let server = try await ModelServer([.words(#"{"reason":"#, finish: "length"), .words(Self.good)])
        #expect(try await colour(client(server)).value.colour == "red")
        #expect(server.questions.map { $0.body.contains(#""max_tokens":2400"#) } == [false, true])
        await server.stop()
        let endless = try await ModelServer([.words("{", finish: "length")])
        let error = try await failure { try await colour(client(endless)) }
        #expect(error.code == .invalidAnswer && error.message.contains("4096") && endless.questions.count == 3)
        await endless.stop()
    }

    @Test("a refusal is final") func refusal() async throws {
        for answer in [ModelServer.Answer.words("", refusal: "I cannot"), .words("", finish: "content_filter")] {
            let server = try await ModelServer([answer])
            let error = try await failure { try await colour(client(server)) }
            #expect(error.code == .refused && error.isPermanent && server.questions.count == 1)
            await server.stop()
        }
    }

    @Test("what a server does not understand is left out, and remembered") func dialect() async throws {
        let server = try await ModelServer { _, question in
            if question.body.contains("\"max_tokens\"") {
                return .error(400, code: "unsupported_parameter", message: "Use max_completion_tokens instead")
            }
            if question.body.contains("\"temperature\"") { return .error(400, message: "temperature must be 1") }
            if question.body.contains("json_schema\"") { return .error(400, message: "json_schema is not supported") }
            return .words(Self.good)
        }
        let client = try client(server)
        #expect(try await colour(client).value.colour == "red")
        #expect(server.questions.count == 4)
        #expect(try await colour(client).value.colour == "red")
        #expect(server.questions.count == 5 && server.questions.last?.body.contains("json_object") == true)
        await server.stop()
    }

    @Test("a model without eyes is said to be one") func noVision() async throws {
        let server = try await ModelServer([.error(400, message: "this model does not support image input")])
        let picture = ChatMessage.Part.image(Data([1]), mediaType: "image/jpeg")
        let error = try await failure {
            try await client(server).chat(ChatRequest([ChatMessage(.user, [.text("?"), picture])]))
        }
        #expect(error.code == .noVision && error.message.contains("LLM_VISION_MODEL"))
        await server.stop()
    }
}
