package import NIOCore

/// Commands that travel together, encoded one after the other.
package struct RedisUnit: Sendable {
    package private(set) var encoded: ByteBuffer

    package init(capacity: Int) {
        encoded = ByteBufferAllocator().buffer(capacity: capacity)
    }

    package mutating func append(_ command: RedisCommand) {
        encoded.writeImmutableBuffer(command.encoded)
    }
}
