// Owns what can be asked about what a page said: its console, its failures.

extension Page {
    /// Console messages, uncaught exceptions and remarks of the browser since the page was opened or
    /// ``clearMessages()``, the last 500.
    public var messages: [ConsoleMessage] { monitor.state.messages }

    /// Only those that are errors: what a page that works does not have.
    public var errors: [ConsoleMessage] { monitor.state.messages.filter { $0.level == .error } }

    /// Requests that failed or were answered with status 400 or above, the last 500.
    public var failedRequests: [RequestFailure] { monitor.state.failures }

    /// Forgets messages, failed requests and dialogs so far.
    public func clearMessages() { monitor.change { $0.clearMessages() } }

    /// Waits for a console message.
    public func waitForMessage(
        timeout: Duration? = nil, _ isWanted: @escaping @Sendable (ConsoleMessage) -> Bool
    ) async throws(BrowserError) -> ConsoleMessage {
        try await monitor.wait(within: timeout ?? self.timeout, for: "the console message waited for") { state in
            state.messages.first(where: isWanted)
        }
    }
}
