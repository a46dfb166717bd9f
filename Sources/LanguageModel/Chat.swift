// Questions and answers of the chat endpoint (llm.md §2, §3, §7).

public import FoundationEssentials

/// One message of a conversation.
public struct ChatMessage: Sendable, Equatable {
    /// Who speaks.
    public enum Role: String, Sendable {
        /// The instructions.
        case system
        /// The one who asks.
        case user
        /// The model.
        case assistant
    }

    /// A part of a message.
    public enum Part: Sendable, Equatable {
        /// Words.
        case text(String)
        /// A picture, sent within the message: servers must never fetch one for us.
        case image(Data, mediaType: String)
    }

    /// Who speaks.
    public var role: Role
    /// What is said and shown, in order.
    public var parts: [Part]

    /// Makes a message of several parts.
    public init(_ role: Role, _ parts: [Part]) {
        self.role = role
        self.parts = parts
    }

    /// Makes a message of words.
    public init(_ role: Role, _ text: String) { self.init(role, [.text(text)]) }

    var document: JSONNode {
        if parts.count == 1, case .text(let text) = parts[0] {
            return ["role": .text(role.rawValue), "content": .text(text)]
        }
        return ["role": .text(role.rawValue), "content": .list(parts.map(\.document))]
    }

    var hasImage: Bool {
        parts.contains { part in
            if case .image = part { true } else { false }
        }
    }
}

extension ChatMessage.Part {
    fileprivate var document: JSONNode {
        switch self {
        case .text(let text): return ["type": "text", "text": .text(text)]
        case .image(let data, let type):
            return [
                "type": "image_url", "image_url": ["url": .text("data:\(type);base64,\(data.base64EncodedString())")],
            ]
        }
    }

    /// Rough size in tokens.
    fileprivate var tokens: Int {
        switch self {
        case .text(let text): text.utf8.count / 4 + 1
        case .image: 1000
        }
    }
}

/// A question.
public struct ChatRequest: Sendable {
    /// What the answer must look like.
    public enum Format: Sendable, Equatable {
        /// Anything.
        case text
        /// JSON of a schema. The name is of letters, digits, `_` and `-`, at most 64.
        case schema(JSONSchema, name: String)
    }

    /// The conversation so far.
    public var messages: [ChatMessage]
    /// What the answer must look like. Default ``Format/text``.
    public var format: Format
    /// Longest answer in tokens. Default 1200.
    public var maximumTokens: Int
    /// 0 for the most probable words, the default; nil leaves it to the server.
    public var temperature: Double?
    /// Makes answers repeatable where the server can. Default 7.
    public var seed: Int?

    /// Makes a question.
    public init(
        _ messages: [ChatMessage], format: Format = .text, maximumTokens: Int = 1200, temperature: Double? = 0,
        seed: Int? = 7
    ) {
        self.messages = messages
        self.format = format
        self.maximumTokens = maximumTokens
        self.temperature = temperature
        self.seed = seed
    }

    var hasImages: Bool { messages.contains(where: \.hasImage) }

    /// Rough length of the question in tokens.
    public var estimatedTokens: Int { messages.flatMap(\.parts).reduce(0) { $0 + $1.tokens } }

    /// Longest wait for the answer that a slow machine may need.
    var patience: Duration {
        .seconds(min(max(Double(estimatedTokens) / 200 + Double(maximumTokens) / 2, 60), 900))
    }
}

/// What an answer cost.
public struct TokenUsage: Codable, Sendable, Equatable {
    /// Tokens of the question.
    public var promptTokens: Int
    /// Tokens of the answer.
    public var completionTokens: Int

    /// Makes a usage.
    public init(promptTokens: Int, completionTokens: Int) {
        self.promptTokens = promptTokens
        self.completionTokens = completionTokens
    }

    private enum CodingKeys: String, CodingKey {
        case promptTokens = "prompt_tokens"
        case completionTokens = "completion_tokens"
    }

    /// The cost of both together.
    public static func + (one: TokenUsage, other: TokenUsage) -> TokenUsage {
        TokenUsage(
            promptTokens: one.promptTokens + other.promptTokens,
            completionTokens: one.completionTokens + other.completionTokens)
    }
}

/// An answer.
public struct ChatReply: Sendable, Equatable {
    /// Why an answer ended.
    public enum Ending: Sendable, Equatable {
        /// The model had said all.
        case complete
        /// The longest allowed length was reached: JSON is cut off.
        case length
        /// The model, or a filter, declined; with its words if there are any.
        case refused(String?)
    }

    /// The words; without thinking.
    public var text: String
    /// Why it ended.
    public var ending: Ending
    /// The model that answered, as the server names it.
    public var model: String
    /// What it cost; estimated if the server does not say.
    public var usage: TokenUsage

    /// Reads the body of a 200.
    init(reading body: Data, asked request: ChatRequest, model: String) throws {
        guard let answer = try? JSONDecoder().decode(Wire.self, from: body), let choice = answer.choices.first else {
            throw LanguageModelError(.invalidAnswer, "The model server's answer is no chat completion")
        }
        let content = choice.message.content ?? ""
        text = StructuredText.withoutThinking(content)
        self.model = answer.model ?? model
        usage =
            answer.usage
            ?? TokenUsage(promptTokens: request.estimatedTokens, completionTokens: content.utf8.count / 4 + 1)
        if let refusal = choice.message.refusal {
            ending = .refused(refusal)
        } else {
            switch choice.finish_reason {
            case "length": ending = .length
            case "content_filter": ending = .refused(nil)
            default: ending = .complete
            }
        }
    }

    private struct Wire: Decodable {
        var model: String?
        var choices: [Choice]
        var usage: TokenUsage?

        struct Choice: Decodable {
            var finish_reason: String?
            var message: Message
        }
        struct Message: Decodable {
            var content: String?
            var refusal: String?
        }
    }
}
