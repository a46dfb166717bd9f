// Owns calls of our script inside the page: in a world of its own, again when the document changes meanwhile.

import NIOCore

/// What every task of the page script may say: why it is not done.
struct ScriptOutcome<Value: Decodable & Sendable>: Decodable, Sendable {
    let problem: String?
    let missing: Bool?
    let value: Value?
    let done: Bool?
    let x: Double?
    let y: Double?
}

/// Nothing to tell.
struct Nothing: Decodable, Sendable {}

extension Page {
    /// Runs a task until it succeeds or time is over. Throws `elementNotFound` or `elementNotActionable` then.
    @discardableResult
    func perform<Value: Decodable & Sendable>(
        _ task: String, _ selector: Selector, _ options: [String: JSONValue] = [:], within limit: Duration? = nil,
        as type: Value.Type = Nothing.self
    ) async throws(BrowserError) -> ScriptOutcome<Value> {
        let limit = limit ?? timeout
        let deadline = ContinuousClock.now + limit
        while true {
            let left = max(deadline - .now, .zero)
            // Even without time to wait the document gets a moment to be there.
            let context = try await monitor.wait(
                within: max(left, .seconds(1)), for: "a document to look for \(selector) in"
            ) { $0.privateContext }
            var options = options
            options["timeout"] = .number(left.milliseconds)
            do throws(BrowserError) {
                let outcome = try await invoke(
                    task, selector, .object(options), in: context, within: left + .seconds(5),
                    as: Evaluation<ScriptOutcome<Value>>.self
                ).value()
                guard let problem = outcome.problem else { return outcome }
                let code: BrowserError.Code = outcome.missing == true ? .elementNotFound : .elementNotActionable
                let patience = limit > .zero ? " (waited \(limit))" : ""
                throw BrowserError(code, "\(selector) \(problem)\(patience)")
            } catch let error where Self.isLostContext(error) {
                guard ContinuousClock.now < deadline else {
                    throw BrowserError(.timeout, "the document changed all the time while looking for \(selector)")
                }
                // The news of the new document may be a moment behind.
                try await pause(.milliseconds(10))
            } catch let error where error.code == .scriptFailed {
                throw BrowserError(.invalidArgument, "the selector \(selector) cannot be used: \(error.message)")
            }
        }
    }

    /// The browser's handle of an element, for commands that take one. Whoever takes it releases it.
    func handle(of selector: Selector, within limit: Duration? = nil) async throws(BrowserError) -> String {
        struct Answer: Decodable { let result: RemoteObject }
        try await perform("wait", selector, ["state": "attached"], within: limit)
        let context = try await monitor.wait(within: timeout, for: "a document") { $0.privateContext }
        let answer = try await invoke(
            "element", selector, [:], in: context, returnsValue: false, within: timeout, as: Answer.self)
        guard let id = answer.result.objectId else {
            throw BrowserError(.elementNotFound, "\(selector) is not there any more")
        }
        return id
    }

    private func invoke<Answer: Decodable>(
        _ task: String, _ selector: Selector, _ options: JSONValue, in context: String, returnsValue: Bool = true,
        within limit: Duration, as type: Answer.Type
    ) async throws(BrowserError) -> Answer {
        try await command(
            "Runtime.callFunctionOn",
            [
                "functionDeclaration": .string(PageScript.source), "uniqueContextId": .string(context),
                "arguments": [["value": .string(task)], ["value": selector.json], ["value": options]],
                "returnByValue": .bool(returnsValue), "awaitPromise": true, "userGesture": true,
            ], within: limit, as: type)
    }

    func pause(_ time: Duration) async throws(BrowserError) {
        do { try await Task.sleep(for: time) } catch { throw .cancelled }
    }
}

extension Duration {
    var milliseconds: Double {
        Double(components.seconds) * 1000 + Double(components.attoseconds) / 1_000_000_000_000_000
    }
}
