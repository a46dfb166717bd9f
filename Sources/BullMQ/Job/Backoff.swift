/// The pause before a failed job is tried again (protocol: worker, section 13).
public struct Backoff: Sendable, Hashable {
    /// Name of the strategy: `fixed`, `exponential`, or one that the worker's ``WorkerOptions/backoff`` knows.
    public var type: String
    /// Pause of the strategy; BullMQ's `delay`.
    public var delay: Duration
    /// Share of the pause that is random, 0…1; nil for none.
    public var jitter: Double?

    /// Creates a back-off of any type; prefer the leading-dot forms.
    public init(type: String, delay: Duration = .zero, jitter: Double? = nil) {
        self.type = type
        self.delay = delay
        self.jitter = jitter
    }

    /// The same pause each time.
    public static func fixed(_ delay: Duration, jitter: Double? = nil) -> Backoff {
        Backoff(type: "fixed", delay: delay, jitter: jitter)
    }

    /// `delay` before the second attempt, doubled before each further one, without an upper bound.
    public static func exponential(_ delay: Duration, jitter: Double? = nil) -> Backoff {
        Backoff(type: "exponential", delay: delay, jitter: jitter)
    }

    /// A strategy that the worker supplies under this name.
    public static func custom(_ type: String, delay: Duration = .zero) -> Backoff {
        Backoff(type: type, delay: delay)
    }

    /// Milliseconds before the attempt after the `attempt`-th (1 = the first) failed; nil for a type that is not built in.
    func builtInDelay(afterAttempt attempt: Int, random: Double) -> Int64? {
        let base = Double(delay.milliseconds)
        let full: Double
        switch type {
        case "fixed": full = base
        case "exponential": full = (pow2(attempt - 1) * base).rounded()
        default: return nil
        }
        guard let jitter, jitter > 0 else { return Int64(clampingToRange: full) }
        return Int64(clampingToRange: (random * full * jitter + full * (1 - jitter)).rounded(.down))
    }

    private func pow2(_ exponent: Int) -> Double {
        exponent <= 0 ? 1 : Double(sign: .plus, exponent: min(exponent, 1000), significand: 1)
    }
}

extension Int64 {
    /// Truncation that saturates instead of trapping; not-a-number becomes zero.
    init(clampingToRange value: Double) {
        if value.isNaN {
            self = 0
        } else if value >= 9_007_199_254_740_991 {
            self = 9_007_199_254_740_991
        } else if value <= -9_007_199_254_740_991 {
            self = -9_007_199_254_740_991
        } else {
            self = Int64(value)
        }
    }
}
