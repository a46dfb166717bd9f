import ArgumentParser
import BullMQ

/// How the program ends; part of its interface.
enum ExitStatus: Int32, Error {
    /// The answer is no: no such job, something could not be changed.
    case no = 1
    /// The user did not confirm.
    case declined = 2
    /// Wrong usage.
    case usage = 64
    /// Redis could not be used.
    case unavailable = 69
    /// An error nobody expected.
    case unexpected = 70

    /// What an error means for the caller.
    init(_ error: any Error) {
        switch error {
        case let error as RedisError where error.isConnectionError: self = .unavailable
        case let error as RedisError: self = error.code == .invalidConfiguration ? .usage : .unexpected
        case let error as BullMQError: self = error.code == .invalidArgument ? .usage : .no
        case is JSONError: self = .usage
        default: self = .unexpected
        }
    }
}
