import NIOCore

/// Commands that travel together, nothing of anybody else between them. They are sent in parts while more are being encoded, so
/// that the server works on the first ones meanwhile.
package struct RedisUnit: ~Copyable {
    private static let partSize = 32 << 10

    private var part: ByteBuffer
    private let send: (ByteBuffer) -> Void

    init(send: @escaping (ByteBuffer) -> Void) {
        self.send = send
        part = ByteBufferAllocator().buffer(capacity: Self.partSize + (4 << 10))
    }

    package mutating func append(_ command: RedisCommand) {
        part.writeImmutableBuffer(command.encoded)
        guard part.readableBytes >= Self.partSize else { return }
        send(part)
        part = ByteBufferAllocator().buffer(capacity: Self.partSize + (4 << 10))
    }

    consuming func rest() -> ByteBuffer { part }
}
