// Owns what a page says about itself: console messages, exceptions, failed requests, dialogs.

/// One line of the console, an uncaught exception, or a remark of the browser.
public struct ConsoleMessage: Sendable, Hashable, CustomStringConvertible {
    /// How grave it is.
    public enum Level: String, Sendable, Hashable {
        /// For developers alone.
        case debug
        /// Usual.
        case info
        /// Something is odd.
        case warning
        /// Something failed.
        case error

        init(console type: String) {
            switch type {
            case "error", "assert": self = .error
            case "warning": self = .warning
            case "debug", "verbose", "trace": self = .debug
            default: self = .info
            }
        }
    }

    /// Who said it.
    public enum Source: String, Sendable, Hashable {
        /// The page, through `console`.
        case console
        /// An exception or a rejected promise that nobody caught.
        case exception
        /// The browser about a request.
        case network
        /// The browser about anything else: content security policy, deprecations, interventions.
        case browser
    }

    /// How grave it is.
    public let level: Level
    /// Who said it.
    public let source: Source
    /// The text.
    public let text: String
    /// The script or resource it is about.
    public let url: String?
    /// The line, counted from 1.
    public let line: Int?

    /// All of it in one line.
    public var description: String {
        let place = url.map { " (\($0)\(line.map { ":\($0)" } ?? ""))" } ?? ""
        return "\(source.rawValue) \(level.rawValue): \(text)\(place)"
    }
}

/// A request that did not get what it asked for.
public struct RequestFailure: Sendable, Hashable, CustomStringConvertible {
    /// The address asked for.
    public let url: String
    /// The HTTP method.
    public let method: String
    /// The HTTP status, 400 or above; `nil` when there was no answer.
    public let status: Int?
    /// The status's words or the browser's reason, such as `net::ERR_CONNECTION_REFUSED`.
    public let reason: String

    /// All of it in one line.
    public var description: String { "\(method) \(url): \(status.map { "\($0) " } ?? "")\(reason)" }
}

/// A dialog box that a page opened.
public struct Dialog: Sendable, Hashable, Decodable {
    /// Its kind: `alert`, `confirm`, `prompt` or `beforeunload`.
    public let type: String
    /// Its text.
    public let message: String
}
