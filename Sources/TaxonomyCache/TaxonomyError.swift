// Owns: what can go wrong with the taxonomy.

/// A failure of the taxonomy cache.
public struct TaxonomyError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure; more may be added.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private let name: String

        private init(_ name: String) { self.name = name }

        /// There is no copy, and none can be loaded now.
        public static let unavailable = Code("unavailable")
        /// The source does not page as it should, or has too many terms.
        public static let invalidSource = Code("invalidSource")
        /// The engine's library cannot be used.
        public static let engineMissing = Code("engineMissing")
        /// The file of the store cannot be used: it is in use, something else, or damaged.
        public static let unusableFile = Code("unusableFile")
        /// The engine failed.
        public static let engineFailed = Code("engineFailed")
        /// The store or cache was closed.
        public static let closed = Code("closed")

        /// The name of the code.
        public var description: String { name }
    }

    /// The kind of failure.
    public let code: Code
    /// What is wrong, and what can be done.
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
}
