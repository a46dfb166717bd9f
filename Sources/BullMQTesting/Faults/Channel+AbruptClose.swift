// Owns the abrupt end of a TCP connection.

import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

extension Channel {
    /// Closes so that the peer sees a reset: what is unsent is dropped and no orderly end is sent.
    func closeAbruptly() -> EventLoopFuture<Void> {
        guard let socket = self as? any SocketOptionProvider else { return close() }
        // A connection that is closed already has no options to set, and nothing to reset.
        return socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).flatMap { self.close() }
    }
}
