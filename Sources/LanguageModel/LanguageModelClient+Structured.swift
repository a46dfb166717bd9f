// Answers of a known shape: asked for, checked, and corrected once by the model itself (llm.md §18).

import FoundationEssentials

/// Something that an answer of the right shape has wrong nevertheless.
public struct AnswerProblem: Sendable, Equatable {
    /// What is wrong, in words for the model.
    public var text: String
    /// Whether the answer can be used all the same if the model does not correct it.
    public var isTolerable: Bool

    /// Makes a problem.
    public init(_ text: String, isTolerable: Bool = false) {
        self.text = text
        self.isTolerable = isTolerable
    }
}

/// A checked answer.
public struct StructuredReply<Value: Sendable>: Sendable {
    /// The answer.
    public var value: Value
    /// The model that answered, as the server names it.
    public var model: String
    /// What all rounds together cost.
    public var usage: TokenUsage
    /// Tolerable problems that are left.
    public var problems: [AnswerProblem]
}

extension LanguageModelClient {
    /// Asks for JSON of a schema.
    ///
    /// An answer that was cut off is asked for again with twice the length, at most twice and up to 4096 tokens. One that
    /// does not have the shape, or that `check` objects to, goes back to the model once, with the list of problems.
    ///
    /// - Parameters:
    ///   - messages: The question.
    ///   - type: What the answer becomes.
    ///   - schema: Its shape.
    ///   - name: A name for the shape: letters, digits, `_`, `-`.
    ///   - maximumTokens: Longest answer.
    ///   - check: Finds what a schema cannot say: ids that do not exist, texts that are too long.
    /// - Throws: ``LanguageModelError``; ``LanguageModelError/Code/invalidAnswer`` if the second answer is wrong, too.
    public func answer<Value: Decodable & Sendable>(
        to messages: [ChatMessage], as type: Value.Type, schema: JSONSchema, name: String, maximumTokens: Int = 1200,
        check: @Sendable (Value) -> [AnswerProblem] = { _ in [] }
    ) async throws -> StructuredReply<Value> {
        let question = ChatRequest(messages, format: .schema(schema, name: name), maximumTokens: maximumTokens)
        var (reply, used) = try await completeReply(to: question)
        var (value, problems) = Self.inspect(reply.text, as: type, schema: schema, check: check)
        if !problems.isEmpty {
            var correction = question
            correction.messages.append(ChatMessage(.assistant, String(reply.text.prefix(2000))))
            let list = problems.prefix(10).map(\.text).joined(separator: "; ")
            correction.messages.append(
                ChatMessage(.user, "These problems: \(list). Return the full corrected JSON only."))
            let (second, cost) = try await completeReply(to: correction)
            used = used + cost
            let (corrected, left) = Self.inspect(second.text, as: type, schema: schema, check: check)
            // A correction may be worse than what it corrects.
            if corrected != nil || value == nil { (reply, value, problems) = (second, corrected, left) }
        }
        guard let value, problems.allSatisfy(\.isTolerable) else {
            let list = problems.prefix(5).map(\.text).joined(separator: "; ")
            throw LanguageModelError(.invalidAnswer, "The model's answer is not of the shape asked for: \(list)")
        }
        return StructuredReply(value: value, model: reply.model, usage: used, problems: problems)
    }

    private static let longestAnswer = 4096

    /// An answer that was not cut off.
    private func completeReply(to question: ChatRequest) async throws -> (ChatReply, TokenUsage) {
        var question = question
        var used = TokenUsage(promptTokens: 0, completionTokens: 0)
        for _ in 0...2 {
            let reply = try await chat(question)
            used = used + reply.usage
            switch reply.ending {
            case .complete: return (reply, used)
            case .refused(let words):
                throw LanguageModelError(
                    .refused, "The model declined to answer\(words.map { ": \($0.prefix(200))" } ?? "")")
            case .length:
                guard question.maximumTokens < Self.longestAnswer else { break }
                question.maximumTokens = min(2 * question.maximumTokens, Self.longestAnswer)
                continue
            }
            break
        }
        throw LanguageModelError(
            .invalidAnswer, "The model's answer is cut off after \(question.maximumTokens) tokens")
    }

    private static func inspect<Value: Decodable>(
        _ text: String, as type: Value.Type, schema: JSONSchema, check: (Value) -> [AnswerProblem]
    ) -> (Value?, [AnswerProblem]) {
        guard let node = StructuredText.object(in: text) else {
            return (nil, [AnswerProblem("the answer holds no complete JSON object")])
        }
        let problems = schema.problems(in: node)
        guard problems.isEmpty else { return (nil, problems.map { AnswerProblem($0) }) }
        do {
            let value = try JSONDecoder().decode(Value.self, from: Data(node.serialized.utf8))
            return (value, check(value))
        } catch {
            return (nil, [AnswerProblem("the JSON cannot be read as \(name(of: error))")])
        }
    }

    private static func name(of error: any Error) -> String {
        guard let error = error as? DecodingError else { return "\(type(of: error))" }
        return switch error {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
            .dataCorrupted(let context):
            context.codingPath.map(\.stringValue).joined(separator: ".") + " (" + context.debugDescription + ")"
        @unknown default: "\(type(of: error))"
        }
    }
}
