import NIOCore

/// Counts the bytes on their way to the socket; sits where they are already encrypted.
final class WriteMeter: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Bytes handed to the channel so far.
    private(set) var byteCount = 0

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        byteCount &+= unwrapOutboundIn(data).readableBytes
        context.write(data, promise: promise)
    }
}

/// Tells from outgoing bytes alone whether the peer is alive.
///
/// That the kernel took bytes proves nothing, since it takes some for a peer that is gone. But once it held bytes back, it takes
/// more only when the peer has acknowledged earlier ones.
struct UploadProgress {
    private var taken = 0
    private var wasHeldBack = false

    /// - Parameters:
    ///   - byteCount: bytes handed to the channel so far.
    ///   - heldBack: those of them that the kernel did not take yet.
    /// - Returns: whether the peer acknowledged bytes since the last call.
    mutating func advanced(byteCount: Int, heldBack: Int) -> Bool {
        let before = taken
        let wasFull = wasHeldBack
        taken = byteCount &- heldBack
        wasHeldBack = heldBack > 0
        return wasFull && taken > before
    }
}
