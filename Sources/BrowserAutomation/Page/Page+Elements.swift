// Owns looking at elements: waiting for them, reading them, counting them.

/// What is waited for at an element.
public enum ElementState: String, Sendable, Hashable {
    /// It is in the document, seen or not.
    case attached
    /// It is not in the document.
    case detached
    /// It is there and can be seen.
    case visible
    /// It is not there or cannot be seen.
    case hidden
    /// It can be seen and is not disabled.
    case enabled
}

extension Page {
    /// Waits until an element is as wanted. Throws `elementNotFound` or `elementNotActionable` when time is over.
    public func wait(
        for selector: Selector, _ state: ElementState = .visible, timeout: Duration? = nil
    ) async throws(BrowserError) {
        try await perform("wait", selector, ["state": .string(state.rawValue)], within: timeout)
    }

    /// Waits until an element shows a text, whatever surrounds it; case and white space do not matter.
    public func wait(
        for selector: Selector, toShow text: String, timeout: Duration? = nil
    ) async throws(BrowserError) {
        try await perform("waitText", selector, ["text": .string(text)], within: timeout)
    }

    /// Waits until an expression of the page's own world gives something that counts as true; promises are awaited.
    public func wait(until expression: String, timeout: Duration? = nil) async throws(BrowserError) {
        let limit = timeout ?? self.timeout
        let deadline = ContinuousClock.now + limit
        while true {
            do {
                if try await evaluate("(async () => !!(\(expression)))()", as: Bool.self) { return }
            } catch let error where error.code == .scriptFailed && error.message == Self.documentWentAway {}
            guard ContinuousClock.now < deadline else {
                throw BrowserError(.timeout, "`\(expression)` did not become true within \(limit)")
            }
            try await pause(.milliseconds(25))
        }
    }

    /// The text an element shows, as a reader sees it. Waits for the element.
    public func text(_ selector: Selector, timeout: Duration? = nil) async throws(BrowserError) -> String {
        try await read(selector, ["what": "text"], timeout) ?? ""
    }

    /// The texts of all elements that match now, in the order of the document.
    public func texts(_ selector: Selector) async throws(BrowserError) -> [String] {
        try await perform("texts", selector, within: .zero, as: [String].self).value ?? []
    }

    /// What is in a field; `nil` when the element is none. Waits for the element.
    public func value(of selector: Selector, timeout: Duration? = nil) async throws(BrowserError) -> String? {
        try await read(selector, ["what": "value"], timeout)
    }

    /// An attribute of an element; `nil` when it has none of that name. Waits for the element.
    public func attribute(
        _ name: String, of selector: Selector, timeout: Duration? = nil
    ) async throws(BrowserError) -> String? {
        try await read(selector, ["what": "attribute", "name": .string(name)], timeout)
    }

    /// The HTML of an element, by default of the whole document.
    public func html(of selector: Selector = "html", timeout: Duration? = nil) async throws(BrowserError) -> String {
        try await read(selector, ["what": "html", "outer": true], timeout) ?? ""
    }

    /// How many elements match now.
    public func count(_ selector: Selector) async throws(BrowserError) -> Int {
        try await perform("count", selector, within: .zero, as: Int.self).value ?? 0
    }

    /// Whether an element that matches can be seen now.
    public func isVisible(_ selector: Selector) async throws(BrowserError) -> Bool {
        try await perform("isVisible", selector, within: .zero, as: Bool.self).value ?? false
    }

    /// Whether an element is not disabled. Waits for the element.
    public func isEnabled(_ selector: Selector, timeout: Duration? = nil) async throws(BrowserError) -> Bool {
        try await perform("isEnabled", selector, within: timeout, as: Bool.self).value ?? false
    }

    /// Whether a box or a radio button is checked. Waits for the element.
    public func isChecked(_ selector: Selector, timeout: Duration? = nil) async throws(BrowserError) -> Bool {
        try await perform("checked", selector, within: timeout, as: Bool.self).value ?? false
    }

    private func read(
        _ selector: Selector, _ options: [String: JSONValue], _ timeout: Duration?
    ) async throws(BrowserError) -> String? {
        try await perform("read", selector, options, within: timeout, as: String.self).value
    }
}
