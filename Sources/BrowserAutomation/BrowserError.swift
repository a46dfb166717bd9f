// Owns the one error type of the module.

/// Why something asked of a browser did not happen.
public struct BrowserError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is. New kinds may be added.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The stable name of the code.
        public let description: String

        private init(_ name: String) { description = name }

        /// No browser was found on this machine.
        public static let executableNotFound = Code("executableNotFound")
        /// The browser could not be started, or ended before it answered.
        public static let launchFailed = Code("launchFailed")
        /// The browser ended: closed, crashed or killed. Launch another one.
        public static let browserClosed = Code("browserClosed")
        /// The page's renderer crashed. Close the page and open another one, or reload it.
        public static let pageCrashed = Code("pageCrashed")
        /// The page was closed.
        public static let pageClosed = Code("pageClosed")
        /// Something did not happen in time.
        public static let timeout = Code("timeout")
        /// The calling task was cancelled.
        public static let cancelled = Code("cancelled")
        /// A document could not be loaded: name not found, connection refused, and so on.
        public static let navigationFailed = Code("navigationFailed")
        /// A script threw, or gave something that is not of the type asked for.
        public static let scriptFailed = Code("scriptFailed")
        /// No element matches the selector.
        public static let elementNotFound = Code("elementNotFound")
        /// An element is there, but hidden, disabled, moving or covered, or of the wrong kind.
        public static let elementNotActionable = Code("elementNotActionable")
        /// An argument makes no sense.
        public static let invalidArgument = Code("invalidArgument")
        /// The browser refused a command or answered with something unexpected.
        public static let protocolFailure = Code("protocolFailure")
        /// A file or folder could not be read or written.
        public static let fileFailed = Code("fileFailed")
    }

    /// The kind of failure.
    public let code: Code
    /// What went wrong and what may help. Never holds what was typed into a page or set as a cookie.
    public let message: String

    /// Makes an error of the given kind.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// The code and the message.
    public var description: String { "\(code): \(message)" }

    static let cancelled = BrowserError(.cancelled, "the calling task was cancelled")
}
