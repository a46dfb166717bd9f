// When a failed call is tried again (Directus, section 16). Owns: the decision; no clock, no socket.

/// How often a call is sent, and how long to wait in between.
///
/// A call that cannot be repeated safely (creating a row without an id of the caller's, a conditional update) is tried
/// again only when the server cannot have executed it: no connection, 429, or 503, which Directus answers before it does
/// anything.
public struct DirectusRetryPolicy: Sendable, Hashable {
    /// Most attempts, the first included. Default 5.
    public var attempts: Int
    /// Upper bound of the first pause, doubled for each further one; the pause is a random part of it ("full jitter"), so
    /// that many clients do not come back together. Default 0.5 s.
    public var firstPause: Duration
    /// Upper bound of any pause. A server that wants more is not waited for. Default 30 s.
    public var longestPause: Duration
    /// Most further attempts after an answer with status 500. Default 2.
    public var internalErrors: Int

    /// Makes a policy.
    public init(
        attempts: Int = 5, firstPause: Duration = .milliseconds(500), longestPause: Duration = .seconds(30),
        internalErrors: Int = 2
    ) {
        self.attempts = attempts
        self.firstPause = firstPause
        self.longestPause = longestPause
        self.internalErrors = internalErrors
    }

    /// One attempt: for callers who wait for an answer themselves.
    public static let none = DirectusRetryPolicy(attempts: 1)
    /// About ten minutes of trying: for status updates, which are worth it (Directus, section 16, rule 3).
    public static let persistent = DirectusRetryPolicy(attempts: 40, internalErrors: 10)

    /// What is known about repeating a call.
    enum Safety: Sendable {
        /// Repeating it does no harm.
        case repeatable
        /// Repeating it is safe only if it was not executed.
        case unlessExecuted
    }

    /// How long to wait before the next attempt; nil gives up.
    ///
    /// - Parameters:
    ///   - failure: What the attempt ended with.
    ///   - attempt: The number of the attempt that failed, from 1.
    ///   - wasSent: Whether the server may have got the request.
    ///   - chance: From 0 to 1.
    func pause(
        after failure: DirectusError, attempt: Int, safety: Safety, wasSent: Bool, chance: Double
    ) -> Duration? {
        guard attempt < attempts, isWorthwhile(failure, attempt: attempt) else { return nil }
        if safety == .unlessExecuted, wasSent, failure.status != 429, failure.status != 503 { return nil }
        let bound = min(firstPause * (1 << min(attempt - 1, 20)), longestPause)
        let pause = bound * chance
        guard let wanted = failure.retryAfter else { return pause }
        // The server's zero means "at once", and everybody would come at once.
        return wanted > longestPause ? nil : max(wanted, min(pause, firstPause))
    }

    private func isWorthwhile(_ failure: DirectusError, attempt: Int) -> Bool {
        switch failure.status {
        case nil: failure.code == .unreachable || failure.code == .timedOut
        case 408, 429, 502, 503, 504: true
        case 500: attempt <= internalErrors
        default: false
        }
    }
}
