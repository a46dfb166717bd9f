// Owns one proxied connection: two channels on one event loop and the fault between them.
// Rule: everything happens on that event loop; bytes keep their order under every fault.

import NIOCore
import NIOPosix

/// The two halves of a proxied connection. Confined to its event loop.
final class ProxyLink {
    private let client: any Channel
    private let server: any Channel
    private var fault = NetworkFault.none
    private var remaining = Int.max
    /// Whether bytes were swallowed: such a connection can never be whole again.
    private var lostBytes = false
    /// When the last delayed bytes are due: bytes read later must not overtake them.
    private var lastDue = NIODeadline.now()
    private var onClose: (() -> Void)?

    init(client: any Channel, server: any Channel, onClose: @escaping () -> Void) {
        self.client = client
        self.server = server
        self.onClose = onClose
    }

    /// Lets the first bytes in, under the fault in force.
    func open(with fault: NetworkFault) {
        apply(fault)
        setReading(fault != .paused)
    }

    func apply(_ next: NetworkFault) {
        let wasPaused = fault == .paused
        fault = next
        if lostBytes, next != .blackHole { return reset() }
        if case .cut(let count, _) = next { remaining = count }
        if wasPaused != (next == .paused) { setReading(wasPaused) }
    }

    private func setReading(_ reading: Bool) {
        for channel in [client, server] {
            channel.setOption(.autoRead, value: reading).whenFailure { _ in channel.close(promise: nil) }
        }
    }

    func received(_ buffer: ByteBuffer, _ direction: NetworkFault.Direction) {
        switch fault {
        case .blackHole:
            lostBytes = true
        case .cut(_, of: direction):
            pass(buffer, upTo: remaining, direction)
        case .delayed(let delay):
            deliver(buffer, direction, at: .now() + TimeAmount(delay))
        case .none, .paused, .refusing, .cut:
            deliver(buffer, direction, at: .now())
        }
    }

    /// One half ended: the other is told, unless the network swallows that too.
    func ended(_ direction: NetworkFault.Direction) {
        if fault == .blackHole {
            lostBytes = true
            return
        }
        let other = destination(direction)
        client.eventLoop.scheduleTask(deadline: max(lastDue, .now())) {
            other.close(promise: nil)
        }
        finish()
    }

    /// Ends both halves the hard way: the peers see a reset instead of an orderly end.
    func reset() {
        for channel in [client, server] { _ = channel.closeAbruptly() }
        finish()
    }

    private func finish() {
        onClose?()
        onClose = nil
    }

    private func destination(_ direction: NetworkFault.Direction) -> any Channel {
        direction == .commands ? server : client
    }

    private func pass(_ buffer: ByteBuffer, upTo limit: Int, _ direction: NetworkFault.Direction) {
        guard buffer.readableBytes >= limit else {
            remaining -= buffer.readableBytes
            return deliver(buffer, direction, at: .now())
        }
        remaining = 0
        let link = NIOLoopBound(self, eventLoop: client.eventLoop)
        destination(direction).writeAndFlush(buffer.getSlice(at: buffer.readerIndex, length: limit) ?? ByteBuffer())
            .whenComplete { _ in link.value.reset() }
    }

    private func deliver(_ buffer: ByteBuffer, _ direction: NetworkFault.Direction, at due: NIODeadline) {
        let channel = destination(direction)
        let now = NIODeadline.now()
        lastDue = max(due, lastDue)
        guard lastDue > now else { return channel.writeAndFlush(buffer, promise: nil) }
        channel.eventLoop.scheduleTask(deadline: lastDue) { channel.writeAndFlush(buffer, promise: nil) }
    }
}

/// Hands what one half receives to the link.
final class ProxyHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let link: ProxyLink
    private let direction: NetworkFault.Direction

    init(_ link: ProxyLink, _ direction: NetworkFault.Direction) {
        self.link = link
        self.direction = direction
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        link.received(unwrapInboundIn(data), direction)
    }

    func channelInactive(context: ChannelHandlerContext) {
        link.ended(direction)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A reset by either peer: the inactivity that follows tells the other.
        context.close(promise: nil)
    }
}
