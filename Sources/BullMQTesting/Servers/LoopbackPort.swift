// Owns finding a TCP port that nobody listens on.

import Foundation

/// Free TCP ports of the loopback interface.
public enum LoopbackPort {
    /// A port that was free a moment ago. Another program may take it before its user does, so its user must be ready
    /// to try another one.
    public static func free() throws -> Int {
        let descriptor = socket(AF_INET, Int32(StreamSocket.type), 0)
        guard descriptor >= 0 else { throw StreamSocket.failure("no socket to look for a free port") }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) == 0 ? getsockname(descriptor, address, &length) : -1
            }
        }
        guard status == 0 else { throw StreamSocket.failure("no free port on the loopback interface") }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
