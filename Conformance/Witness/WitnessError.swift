// Owns the one error type of the witnesses.

/// A witness cannot testify: no connection, an error reply where none is expected, text that is not JSON.
public struct WitnessError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is. New kinds may be added.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The stable name of the code.
        public let description: String

        private init(_ name: String) { description = name }

        /// Redis cannot be reached, or the connection broke.
        public static let connection = Code("connection")
        /// Redis answered with an error.
        public static let errorReply = Code("errorReply")
        /// Redis answered, but with another type than the command has.
        public static let unexpectedReply = Code("unexpectedReply")
        /// The text is not JSON.
        public static let notJSON = Code("notJSON")
        /// What was awaited did not show up in time.
        public static let silence = Code("silence")
    }

    /// The kind of failure.
    public let code: Code
    /// What went wrong, and where.
    public let message: String

    /// Makes an error of the given kind.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The code and the message.
    public var description: String { "\(code): \(message)" }
}
