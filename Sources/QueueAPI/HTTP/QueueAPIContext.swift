// Owns: what is known of a request besides the request itself.

import Hummingbird
import NIOCore

/// The context of each request.
struct QueueAPIContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The connection; its remote address is the peer, whatever headers claim.
    let channel: any Channel
    /// Echoed or made by ``RequestFrame``.
    var requestID = ""

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    /// The other end of the TCP connection.
    var peer: SocketAddress? { channel.remoteAddress }
}
