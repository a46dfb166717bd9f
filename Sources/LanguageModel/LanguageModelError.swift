// The one error of this module.

/// Why a language model gave no usable answer. Never contains keys, questions or pictures.
public struct LanguageModelError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of failure. New kinds may be added; compare with the static members.
    public struct Code: Sendable, Hashable, RawRepresentable, CustomStringConvertible {
        /// The code in snake case.
        public let rawValue: String
        /// Makes a code from its snake-case text.
        public init(rawValue: String) { self.rawValue = rawValue }
        /// The snake-case text.
        public var description: String { rawValue }

        /// Settings are missing or wrong: address, key, model name.
        public static let misconfigured = Code(rawValue: "model_misconfigured")
        /// The account's money is spent.
        public static let quotaExhausted = Code(rawValue: "model_quota_exhausted")
        /// The server is busy or asks to come back later.
        public static let overloaded = Code(rawValue: "model_overloaded")
        /// The server cannot be reached or failed.
        public static let unavailable = Code(rawValue: "model_unavailable")
        /// No answer in time.
        public static let timedOut = Code(rawValue: "model_timed_out")
        /// The server does not accept the question.
        public static let invalidRequest = Code(rawValue: "model_invalid_request")
        /// The model does not see pictures.
        public static let noVision = Code(rawValue: "model_without_vision")
        /// The model, or a filter, declined to answer.
        public static let refused = Code(rawValue: "model_refused")
        /// The answer is not of the shape asked for, also after it was asked to be corrected.
        public static let invalidAnswer = Code(rawValue: "model_invalid_answer")
    }

    /// What kind of failure this is.
    public var code: Code
    /// What was wrong and what to do about it.
    public var message: String
    /// When to try again, if the server said.
    public var retryAfter: Duration?

    /// Makes an error.
    public init(_ code: Code, _ message: String, retryAfter: Duration? = nil) {
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
    }

    /// Whether asking the same again cannot help.
    public var isPermanent: Bool {
        switch code {
        case .overloaded, .unavailable, .timedOut, .invalidAnswer: false
        default: true
        }
    }

    /// `code: message`.
    public var description: String { "\(code): \(message)" }
}
