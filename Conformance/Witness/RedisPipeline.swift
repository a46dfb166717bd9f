// Owns sending many commands at once through hiredis, for drivers that run millions of them.
// Rule: what was appended is sent, and answered, in order; each command has one reply.

import CHiredis

/// A connection to Redis that sends what was gathered in one go. It blocks while it waits for the replies, so it belongs on
/// a thread of its own.
public final class RedisPipeline {
    private let connection: HiredisConnection
    private var buffer: [UInt8] = []
    /// How many commands were gathered since the last replies.
    public private(set) var gathered = 0

    /// Connects.
    ///
    /// - Throws: ``WitnessError`` with code ``WitnessError/Code/connection`` and hiredis' words.
    public init(_ address: RedisWitness.Address) throws { connection = try HiredisConnection(address) }

    /// Gathers a command.
    public func append(_ words: [Bytes]) {
        begin(words: words.count)
        for word in words { add(word.storage) }
    }

    /// Gathers a command.
    public func append(_ words: Bytes...) { append(words) }

    /// Opens a command of this many words, which ``add(_:)`` must bring.
    public func begin(words count: Int) {
        buffer.append(UInt8(ascii: "*"))
        append(count: count)
        gathered += 1
    }

    /// Brings the next word of the open command.
    public func add(_ word: [UInt8]) {
        buffer.append(UInt8(ascii: "$"))
        append(count: word.count)
        buffer += word
        buffer.append(0x0d)
        buffer.append(0x0a)
    }

    /// Sends what was gathered and returns the replies, errors included, in order.
    ///
    /// - Throws: ``WitnessError`` with code ``WitnessError/Code/connection`` when the connection is broken.
    public func replies() throws -> [WitnessReply] {
        defer { gathered = 0 }
        let appended = buffer.withUnsafeBytes { bytes in
            redisAppendFormattedCommand(
                connection.context, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        buffer.removeAll(keepingCapacity: true)
        guard appended == REDIS_OK else { throw WitnessError(.connection, connection.words) }
        var replies: [WitnessReply] = []
        replies.reserveCapacity(gathered)
        for _ in 0..<gathered {
            var pointer: UnsafeMutableRawPointer?
            guard redisGetReply(connection.context, &pointer) == REDIS_OK, let pointer else {
                throw WitnessError(.connection, connection.words)
            }
            replies.append(WitnessReply(pointer.assumingMemoryBound(to: redisReply.self).pointee))
            freeReplyObject(pointer)
        }
        return replies
    }

    /// Sends one command after what was gathered, and returns its reply.
    ///
    /// - Throws: ``WitnessError`` for a broken connection and for an error reply.
    @discardableResult
    public func run(_ words: Bytes...) throws -> WitnessReply {
        append(words)
        guard let reply = try replies().last else { throw WitnessError(.connection, "no command was sent") }
        if case .error(let text) = reply {
            throw WitnessError(.errorReply, "\(words.first?.text ?? "") was answered by: \(text)")
        }
        return reply
    }

    private func append(count: Int) {
        buffer += "\(count)".utf8
        buffer.append(0x0d)
        buffer.append(0x0a)
    }
}
