// Owns the names of the signals tests send, and how a process ended.

import Foundation

/// A POSIX signal.
public struct ProcessSignal: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The signal's number on this system.
    public let rawValue: Int32

    /// A signal by its number on this system.
    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// SIGTERM: please finish.
    public static let terminate = ProcessSignal(rawValue: SIGTERM)
    /// SIGINT: what Ctrl-C sends.
    public static let interrupt = ProcessSignal(rawValue: SIGINT)
    /// SIGKILL: ends the process at once, as a crash of the machine would.
    public static let kill = ProcessSignal(rawValue: SIGKILL)
    /// SIGSTOP: freezes the process; its sockets stay open.
    public static let stop = ProcessSignal(rawValue: SIGSTOP)
    /// SIGCONT: thaws a frozen process.
    public static let resume = ProcessSignal(rawValue: SIGCONT)

    /// The signal's number, for messages.
    public var description: String { "signal \(rawValue)" }
}

/// How a process ended.
public enum ProcessEnd: Hashable, Sendable, CustomStringConvertible {
    /// It returned this status from `main` or called `exit`.
    case exited(Int32)
    /// This signal ended it.
    case signalled(ProcessSignal)

    /// Whether it exited with status 0.
    public var isSuccess: Bool { self == .exited(0) }

    /// The end in words.
    public var description: String {
        switch self {
        case .exited(let status): "exited with status \(status)"
        case .signalled(let signal): "ended by \(signal)"
        }
    }
}
