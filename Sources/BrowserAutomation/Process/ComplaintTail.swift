// Owns the last words of a browser on its standard error: read always, so that it never blocks on a full pipe, and kept
// in part, for the message of an error.

import NIOCore
import NIOPosix
import Synchronization

/// The end of what a browser wrote.
final class ComplaintTail: Sendable {
    private let kept = Mutex(ByteBuffer())
    private static let limit = 4096

    /// What it said last, a few lines at most.
    var text: String { kept.withLock { String(buffer: $0).split(separator: "\n").suffix(5).joined(separator: "\n") } }

    /// Reads a descriptor to its end; takes it over.
    static func follow(_ descriptor: CInt) async throws -> ComplaintTail {
        let tail = ComplaintTail()
        _ = try await NIOPipeBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Reader(tail: tail))
                }
            }
            .takingOwnershipOfDescriptor(input: descriptor).get()
        return tail
    }

    private func append(_ bytes: ByteBuffer) {
        var bytes = bytes
        kept.withLock { kept in
            kept.writeBuffer(&bytes)
            if kept.readableBytes > Self.limit {
                kept.moveReaderIndex(forwardBy: kept.readableBytes - Self.limit)
                kept.discardReadBytes()
            }
        }
    }

    private final class Reader: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let tail: ComplaintTail

        init(tail: ComplaintTail) { self.tail = tail }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { tail.append(unwrapInboundIn(data)) }
    }
}
