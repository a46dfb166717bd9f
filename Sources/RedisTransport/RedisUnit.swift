import NIOCore

/// Commands that travel together, nothing of anybody else between them. They are sent in parts while more are being encoded, so
/// that the server works on the first ones meanwhile.
package struct RedisUnit: ~Copyable {
    private static let largestPart = 32 << 10

    /// The first part is small, so that the server starts early.
    private var partSize = 2 << 10
    private(set) var commandCount = 0
    private var part: ByteBuffer
    private let send: (ByteBuffer) -> Void

    init(send: @escaping (ByteBuffer) -> Void) {
        self.send = send
        part = ByteBufferAllocator().buffer(capacity: partSize * 2)
    }

    /// The latest command is always held back: until the unit's end is known its last reply would not be recognized as such.
    package mutating func append(_ command: RedisCommand) {
        if part.readableBytes >= partSize {
            send(part)
            partSize = min(partSize * 2, Self.largestPart)
            part = ByteBufferAllocator().buffer(capacity: partSize + (4 << 10))
        }
        part.writeImmutableBuffer(command.encoded)
        commandCount += 1
    }

    consuming func rest() -> ByteBuffer { part }
}
