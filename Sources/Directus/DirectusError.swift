// What can go wrong between us and Directus: one error, with codes that extensions may add to (Directus, section 9).

/// A call that failed.
///
/// `description` holds neither tokens nor the data that was sent. Decide by ``code`` or by ``isUnavailable`` and
/// ``isAuthentication``, never by ``message``: the server's texts are not stable.
public struct DirectusError: Error, Sendable, Hashable {
    /// What happened; the server's own codes and a few for what the server cannot say.
    public struct Code: RawRepresentable, Sendable, Hashable {
        /// The code as Directus writes it, or a lower-case word of ours.
        public var rawValue: String

        /// Makes a code.
        public init(rawValue: String) { self.rawValue = rawValue }

        /// No permission, and also "does not exist": a row, a collection, a column (Directus, section 5). Status 403.
        public static let forbidden = Code(rawValue: "FORBIDDEN")
        /// A Directus token whose signature, algorithm or claims are wrong. Status **403**.
        public static let invalidToken = Code(rawValue: "INVALID_TOKEN")
        /// A token whose time is over. Status 401.
        public static let tokenExpired = Code(rawValue: "TOKEN_EXPIRED")
        /// An unknown static token, a wrong password, or no token where one is needed. Status 401.
        public static let invalidCredentials = Code(rawValue: "INVALID_CREDENTIALS")
        /// The user is suspended. Status 401.
        public static let userSuspended = Code(rawValue: "USER_SUSPENDED")
        /// The path itself does not exist: most likely the address is not that of a Directus. Status 404.
        public static let routeNotFound = Code(rawValue: "ROUTE_NOT_FOUND")
        /// The body is malformed, larger than the server takes, or refused. Status 400.
        public static let invalidPayload = Code(rawValue: "INVALID_PAYLOAD")
        /// The query is malformed, or its limit above the server's. Status 400.
        public static let invalidQuery = Code(rawValue: "INVALID_QUERY")
        /// A value breaks a rule of its column. Status 400.
        public static let failedValidation = Code(rawValue: "FAILED_VALIDATION")
        /// The value or id exists already. Status 400.
        public static let recordNotUnique = Code(rawValue: "RECORD_NOT_UNIQUE")
        /// A reference to a row that does not exist, or a row that others still refer to. Status 400.
        public static let invalidForeignKey = Code(rawValue: "INVALID_FOREIGN_KEY")
        /// The file is larger than the server or the caller allows. Status 413, or none if it was the caller.
        public static let contentTooLarge = Code(rawValue: "CONTENT_TOO_LARGE")
        /// A range outside of the file. Status 416.
        public static let rangeNotSatisfiable = Code(rawValue: "RANGE_NOT_SATISFIABLE")
        /// Too many calls. Status 429.
        public static let tooManyRequests = Code(rawValue: "REQUESTS_EXCEEDED")
        /// An error inside of the server. Status 500.
        public static let internalServerError = Code(rawValue: "INTERNAL_SERVER_ERROR")
        /// The server is under pressure or lacks something. Status 503.
        public static let serviceUnavailable = Code(rawValue: "SERVICE_UNAVAILABLE")

        /// No connection, or one that broke.
        public static let unreachable = Code(rawValue: "unreachable")
        /// No answer in time.
        public static let timedOut = Code(rawValue: "timed out")
        /// The task was cancelled, or the client is shut down.
        public static let cancelled = Code(rawValue: "cancelled")
        /// An answer that is not what Directus sends: HTML of a proxy, another shape, a redirect.
        public static let invalidAnswer = Code(rawValue: "invalid answer")
        /// A file that arrived with another length than its row or its headers say.
        public static let sizeMismatch = Code(rawValue: "size mismatch")
        /// A setting or an argument that cannot be sent.
        public static let invalidArgument = Code(rawValue: "invalid argument")
        /// The local file cannot be read or written.
        public static let fileSystem = Code(rawValue: "file system")
    }

    /// What happened.
    public var code: Code
    /// The status of the answer; nil if there was none.
    public var status: Int?
    /// What happened in words; at most 500 bytes of it are the server's.
    public var message: String
    /// The column that the server objects to, if it names one.
    public var field: String?
    /// When to ask again, if the server said so.
    public var retryAfter: Duration?

    /// Makes an error.
    public init(
        _ code: Code, status: Int? = nil, message: String, field: String? = nil, retryAfter: Duration? = nil
    ) {
        self.code = code
        self.status = status
        self.message = message
        self.field = field
        self.retryAfter = retryAfter
    }

    /// Whether the same call may succeed later without anybody changing anything: no connection, no answer in time, 408,
    /// 429 or 5xx. A service reports this as 503, never as "invalid token" (Directus, section 2.2).
    public var isUnavailable: Bool {
        if let status { return status == 408 || status == 429 || status >= 500 }
        return code == .unreachable || code == .timedOut
    }

    /// Whether the token or the credentials were refused: any 401, and `INVALID_TOKEN`, which is a 403
    /// (Directus, section 1.4).
    public var isAuthentication: Bool { status == 401 || code == .invalidToken }
}

extension DirectusError: CustomStringConvertible {
    /// The message with its code and status.
    public var description: String {
        let status = status.map { ", status \($0)" } ?? ""
        return "\(message) [\(code.rawValue)\(status)]"
    }
}
