// When to ask a busy or failing server again (llm.md §8.3, §9). Owns: the decision; no clock, no socket.

/// How often a question is sent, and how long to wait in between.
public struct RetryPolicy: Sendable, Equatable {
    /// Most attempts, the first included. Default 3.
    public var attempts = 3
    /// Longest wait between attempts; a server that wants longer is asked again by whoever runs the job. Default 30 s.
    public var longestPause: Duration = .seconds(30)
    /// First pause when the server names none; doubled each time. Default half a second.
    public var firstPause: Duration = .milliseconds(500)

    /// The default policy.
    public init() {}

    enum Decision: Equatable {
        case again(after: Duration)
        /// No; and when it may be worth it, if the server said.
        case giveUp(retryAfter: Duration?)
    }

    /// What to do after a failed attempt.
    ///
    /// - Parameters:
    ///   - attempt: Number of the attempt that failed, from 1.
    ///   - status: The server's answer; nil if none came.
    ///   - isQuota: Whether the answer says that the money is gone.
    ///   - hints: What its headers say.
    ///   - chance: From 0 to 1, so that many clients do not come back together.
    func decision(
        after attempt: Int, status: Int?, isQuota: Bool = false, hints: RetryHints = RetryHints(), chance: Double
    ) -> Decision {
        let isTransient = status.map { [408, 409, 425, 429].contains($0) || $0 >= 500 } ?? true
        guard !isQuota, hints.shouldRetry ?? isTransient else { return .giveUp(retryAfter: nil) }
        let wanted = hints.pause
        if let wanted, wanted > longestPause { return .giveUp(retryAfter: wanted) }
        guard attempt < attempts else { return .giveUp(retryAfter: wanted) }
        let backOff = min(firstPause * (1 << min(attempt - 1, 10)), .seconds(8)) * (0.75 + 0.25 * chance)
        return .again(after: wanted ?? backOff)
    }
}

/// What the headers of an answer say about trying again.
struct RetryHints: Equatable {
    var shouldRetry: Bool?
    /// How long to wait.
    var pause: Duration?

    init() {}

    /// - Parameter header: the value of a header by its lower-case name.
    init(_ header: (String) -> String?) {
        shouldRetry = header("x-should-retry").flatMap(Bool.init)
        if let text = header("retry-after-ms"), let milliseconds = Double(text), milliseconds >= 0 {
            pause = .milliseconds(min(milliseconds, 86_400_000))
        } else if let text = header("retry-after"), let after = RetryAfter(text) {
            pause = after.pause
        } else {
            // The bucket that is empty says when it is filled again.
            let resets = ["requests", "tokens"].compactMap { bucket -> Duration? in
                guard header("x-ratelimit-remaining-\(bucket)") == "0" else { return nil }
                return header("x-ratelimit-reset-\(bucket)").flatMap(Self.duration)
            }
            pause = resets.max()
        }
    }

    /// Durations as Go writes them: `1s`, `6m0s`, `250ms`, `1h2m3.5s`.
    static func duration(_ text: String) -> Duration? {
        var rest = text[...]
        var total = Duration.zero
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isNumber || $0 == "." }
            let unit = rest.dropFirst(digits.count).prefix { $0.isLetter }
            guard let amount = Double(digits), amount < 1e6 else { return nil }
            switch unit {
            case "h": total += .seconds(amount * 3600)
            case "m": total += .seconds(amount * 60)
            case "s": total += .seconds(amount)
            case "ms": total += .milliseconds(amount)
            case "us", "µs": total += .microseconds(amount)
            case "ns": total += .nanoseconds(Int64(amount))
            default: return nil
            }
            rest = rest.dropFirst(digits.count + unit.count)
        }
        return total
    }
}
