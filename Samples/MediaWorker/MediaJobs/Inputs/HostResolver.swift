// From host names to addresses. One resolution per connection: what was checked is what is connected to.

import Dispatch
import Glibc

/// Finds all addresses of a host.
public protocol HostResolving: Sendable {
    /// All addresses of a host name or address literal, in any spelling; never empty.
    func addresses(of host: String) async throws -> [NetworkAddress]
}

/// The operating system's resolver.
public struct SystemHostResolver: HostResolving {
    private static let queue = DispatchQueue(label: "host-resolver", attributes: .concurrent)

    /// Makes a resolver.
    public init() {}

    /// All addresses of a host. Decimal, octal and hexadecimal spellings of IPv4 go the same way as names.
    public func addresses(of host: String) async throws -> [NetworkAddress] {
        try await withCheckedThrowingContinuation { continuation in
            Self.queue.async { continuation.resume(with: Result { try Self.resolve(host) }) }
        }
    }

    private static func resolve(_ host: String) throws -> [NetworkAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let verdict = getaddrinfo(host, nil, &hints, &list)
        defer { if let list { freeaddrinfo(list) } }
        guard verdict == 0 else {
            let reason = String(cString: gai_strerror(verdict))
            // A name that does not exist stays so; a resolver that does not answer may do so later.
            let permanent = verdict == EAI_NONAME
            throw MediaJobError(permanent ? .notFound : .fetchFailed, "The host \"\(host)\" cannot be found: \(reason)")
        }
        var found: [NetworkAddress] = []
        for entry in sequence(first: list, next: { $0?.pointee.ai_next }) {
            if let entry, let address = NetworkAddress(entry.pointee), !found.contains(address) {
                found.append(address)
            }
        }
        guard !found.isEmpty else { throw MediaJobError(.notFound, "The host \"\(host)\" has no address") }
        return found
    }
}

extension NetworkAddress {
    fileprivate init?(_ entry: addrinfo) {
        guard let socket = entry.ai_addr else { return nil }
        var notation = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        guard
            getnameinfo(
                socket, entry.ai_addrlen, &notation, socklen_t(notation.count), nil, 0, NI_NUMERICHOST) == 0
        else { return nil }
        let raw = UnsafeRawPointer(socket)
        let bytes: [UInt8]
        switch entry.ai_family {
        case AF_INET:
            bytes = withUnsafeBytes(of: raw.loadUnaligned(as: sockaddr_in.self).sin_addr) { Array($0) }
        case AF_INET6:
            bytes = withUnsafeBytes(of: raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr) { Array($0) }
        default: return nil
        }
        let text = notation.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        self.init(bytes: bytes, text: String(decoding: text, as: UTF8.self))
    }
}
