import NIOCore
import NIOPosix

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What the failures below ours say, in words that are meant for people.
extension RedisError {
    /// The text of a failure below; nil if the message says the same already.
    static func cause(_ error: any Error, of message: String) -> String? {
        let text = describe(error)
        return message.contains(text) ? nil : text
    }

    private static func describe(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            // One host may have several addresses; the last one tried says as much as any.
            if let failure = error.connectionErrors.last?.error { return describe(failure) }
            if let failure = error.dnsAError ?? error.dnsAAAAError { return describe(failure) }
            return "the host \(error.host) has no address"
        case let error as IOError:
            return String(cString: strerror(error.errnoCode))
        case SocketAddressError.unknown(let host, _):
            return "the host \(host) is not known"
        case let error as SocketAddressError.UnknownHost:
            return "the host \(error.host) is not known"
        case let error as RESPErrorReply:
            return error.message
        default:
            return "\(error)"
        }
    }
}
