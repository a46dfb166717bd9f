// Owns: what went wrong when no decision could be made. A refusal is a decision, not an error.

/// Why a subscription could not be checked.
public struct SubscriptionError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure; more may be added.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private let name: String

        private init(_ name: String) { self.name = name }

        /// What the decision rests on cannot be reached; trying again later may succeed.
        public static let unavailable = Code("unavailable")
        /// The task was cancelled.
        public static let cancelled = Code("cancelled")

        /// The name of the code.
        public var description: String { name }
    }

    /// The kind of failure.
    public let code: Code
    /// What could not be reached.
    public let message: String
    /// The failure below this one, if any.
    public let underlying: (any Error)?

    /// Creates an error.
    public init(_ code: Code, _ message: String, underlying: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.underlying = underlying
    }

    /// The message, followed by that of the underlying failure.
    public var description: String {
        if let underlying { "\(message) (\(underlying))" } else { message }
    }

    /// The error for a failure of something a decision rests on.
    static func unavailable(_ message: String, _ underlying: any Error) -> SubscriptionError {
        if let error = underlying as? SubscriptionError { return error }
        let isCancelled = underlying is CancellationError
        return SubscriptionError(isCancelled ? .cancelled : .unavailable, message, underlying: underlying)
    }
}
