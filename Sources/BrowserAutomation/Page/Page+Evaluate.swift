// Owns running scripts in the page's own world, and turning their results into Swift values.

import Foundation

extension Page {
    /// Evaluates an expression in the page's own world; a promise is awaited.
    ///
    /// What it gives must be JSON of the wanted type; `undefined` and `null` are `nil`. Never build the expression from
    /// text that is not trusted: ``call(_:_:as:)`` takes arguments. Throws `scriptFailed` with the script's message.
    public func evaluate<Value: Decodable & Sendable>(
        _ expression: String, as type: Value.Type = Value.self
    ) async throws(BrowserError) -> Value {
        try await evaluation(expression).value(as: type)
    }

    /// Evaluates an expression whose result does not matter; a promise is awaited.
    public func run(_ expression: String) async throws(BrowserError) {
        // `void` where a value may be anything, a DOM node for one.
        try await evaluation(expression, returnsValue: false).check()
    }

    /// Calls a function of the page's own world with arguments; a promise is awaited.
    ///
    /// ```swift
    /// let sum: Int = try await page.call("(a, b) => a + b", 1, 2)
    /// ```
    public func call<Value: Decodable & Sendable>(
        _ function: String, _ arguments: JSONValue..., as type: Value.Type = Value.self
    ) async throws(BrowserError) -> Value {
        let context = try await monitor.wait(within: timeout, for: "a document to run scripts in") { $0.pageContext }
        let parameters: JSONValue = [
            "functionDeclaration": .string(function), "uniqueContextId": .string(context),
            "arguments": .array(arguments.map { ["value": $0] }), "returnByValue": true, "awaitPromise": true,
            "userGesture": true,
        ]
        return try await script("Runtime.callFunctionOn", parameters).result(as: Evaluation<Value>.self).value()
    }

    private func evaluation(
        _ expression: String, returnsValue: Bool = true
    ) async throws(BrowserError) -> EvaluationMessage {
        let parameters: JSONValue = [
            "expression": .string(expression), "returnByValue": .bool(returnsValue), "awaitPromise": true,
            "userGesture": true, "replMode": false,
        ]
        return EvaluationMessage(message: try await script("Runtime.evaluate", parameters))
    }

    private func script(_ method: String, _ parameters: JSONValue) async throws(BrowserError) -> ProtocolMessage {
        do throws(BrowserError) {
            return try await message(method, parameters)
        } catch let error where Self.isLostContext(error) {
            throw BrowserError(.scriptFailed, Self.documentWentAway)
        }
    }

    static let documentWentAway = "the document went away while the script ran"

    /// Whether a command failed because its document made room for another.
    static func isLostContext(_ error: BrowserError) -> Bool {
        guard error.code == .protocolFailure else { return false }
        return [
            "context was destroyed", "Cannot find context", "uniqueContextId not found", "navigated or closed",
            "Cannot find default execution context",
        ].contains { error.message.contains($0) }
    }
}

/// The answer to a script whose type is still to be told.
private struct EvaluationMessage {
    let message: ProtocolMessage

    func value<Value: Decodable>(as type: Value.Type) throws(BrowserError) -> Value {
        try message.result(as: Evaluation<Value>.self).value()
    }

    func check() throws(BrowserError) {
        struct Bare: Decodable { let exceptionDetails: ExceptionDetails? }
        if let details = try message.result(as: Bare.self).exceptionDetails {
            throw BrowserError(.scriptFailed, details.summary)
        }
    }
}

/// The answer to `Runtime.evaluate` and `Runtime.callFunctionOn`: a script that threw answers with success too.
struct Evaluation<Value: Decodable>: Decodable {
    private enum Key: String, CodingKey { case result, exceptionDetails }
    private enum ResultKey: String, CodingKey { case type, subtype, value, unserializableValue, description }

    private let outcome: Result<Value, BrowserError>

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        if let details = try container.decodeIfPresent(ExceptionDetails.self, forKey: .exceptionDetails) {
            outcome = .failure(BrowserError(.scriptFailed, details.summary))
            return
        }
        let object = try container.nestedContainer(keyedBy: ResultKey.self, forKey: .result)
        do {
            if let special = try object.decodeIfPresent(String.self, forKey: .unserializableValue) {
                outcome = Self.special(special)
            } else if object.contains(.value), try !object.decodeNil(forKey: .value) {
                outcome = .success(try object.decode(Value.self, forKey: .value))
            } else {
                // `undefined` has no value at all: a type that takes `null` takes it.
                outcome = .success(try JSONDecoder().decode(Value.self, from: Data("null".utf8)))
            }
        } catch {
            let type = try object.decode(String.self, forKey: .type)
            outcome = .failure(
                BrowserError(.scriptFailed, "the script gave a value of type \(type) where \(Value.self) is wanted"))
        }
    }

    /// Numbers that JSON does not know.
    private static func special(_ text: String) -> Result<Value, BrowserError> {
        let number: Double? =
            switch text {
            case "NaN": .nan
            case "Infinity": .infinity
            case "-Infinity": -.infinity
            case "-0": -0.0
            default: nil
            }
        if let value = number as? Value { return .success(value) }
        return .failure(BrowserError(.scriptFailed, "the script gave \(text) where \(Value.self) is wanted"))
    }

    func value() throws(BrowserError) -> Value { try outcome.get() }
}
