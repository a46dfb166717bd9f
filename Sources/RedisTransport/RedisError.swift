/// What went wrong between this process and Redis.
public struct RedisError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure; more may be added.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private let name: String

        private init(_ name: String) { self.name = name }

        /// The URL or configuration cannot be used. Nothing was sent.
        public static let invalidConfiguration = Code("invalidConfiguration")
        /// The command was sent, but the connection was lost before its reply came: **it may or may not have been executed.**
        public static let replyLost = Code("replyLost")
        /// The client was closed. The command was not sent.
        public static let closed = Code("closed")
        /// No reply came in time; the connection was dropped. The command may or may not have been executed.
        public static let timeout = Code("timeout")
        /// Too many bytes wait to be sent. The command was not sent.
        public static let queueFull = Code("queueFull")
        /// The server refused the credentials, the database or the protocol. The command was not sent.
        public static let handshakeRefused = Code("handshakeRefused")
        /// No connection could be made in the time allowed. The command was not sent.
        public static let notConnected = Code("notConnected")
        /// The server answered with an error reply.
        public static let errorReply = Code("errorReply")
        /// The server answered something that the command cannot answer.
        public static let unexpectedReply = Code("unexpectedReply")

        /// The name of the code.
        public var description: String { name }
    }

    /// The kind of failure.
    public let code: Code
    /// What was wrong, where, and what can be done.
    public let message: String
    /// The failure below this one, if any.
    public let underlying: (any Error)?

    /// Creates an error.
    public init(_ code: Code, _ message: String, underlying: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.underlying = underlying
    }

    /// The message, followed by that of the underlying failure. Never contains passwords or command arguments.
    public var description: String {
        if let cause = underlying.flatMap({ Self.cause($0, of: message) }) { "\(message) (\(cause))" } else { message }
    }

    /// Whether the transport failed rather than the command: trying again later may succeed.
    public var isConnectionError: Bool {
        switch code {
        case .replyLost, .closed, .timeout, .notConnected, .handshakeRefused: true
        default: false
        }
    }

    /// Whether the server may have executed the command although no reply arrived.
    public var mayHaveExecuted: Bool {
        code == .replyLost || code == .timeout
    }

    static func errorReply(_ reply: RESPErrorReply) -> RedisError {
        RedisError(.errorReply, reply.message, underlying: nil)
    }
}
