// Owns the one error type of the test kit.

/// An error of the test kit itself: a server that does not start, a peer that dies, a deadline that passes.
public struct TestKitError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is. New kinds may be added.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The stable name of the code.
        public let description: String

        private init(_ name: String) { description = name }

        /// A program could not be started.
        public static let launchFailed = Code("launchFailed")
        /// A program ended before it did what was awaited.
        public static let endedEarly = Code("endedEarly")
        /// A server answered, but not as a healthy Redis answers.
        public static let unexpectedReply = Code("unexpectedReply")
        /// What was awaited did not happen in time.
        public static let deadlineExceeded = Code("deadlineExceeded")
        /// A socket operation failed.
        public static let socketFailed = Code("socketFailed")
        /// The call makes no sense in the present state, such as starting a server that runs.
        public static let invalidState = Code("invalidState")
    }

    /// The kind of failure.
    public let code: Code
    /// What went wrong, where, and what may help.
    public let message: String

    /// Makes an error of the given kind.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The code and the message.
    public var description: String { "\(code): \(message)" }
}
