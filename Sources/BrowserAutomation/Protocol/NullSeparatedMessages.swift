// Owns the framing of the pipe: every message is JSON text followed by one zero byte, in both directions.

import NIOCore

/// Cuts the browser's bytes into messages.
struct NullSeparatedMessages: NIOSingleStepByteToMessageDecoder {
    typealias InboundOut = ByteBuffer

    /// The longest message taken, in bytes: a screenshot of a long page has tens of millions.
    let limit: Int
    /// How many of the readable bytes are known to hold no zero, so that a long message is searched once.
    private var searched = 0

    init(limit: Int = 256 << 20) { self.limit = limit }

    mutating func decode(buffer: inout ByteBuffer) throws -> ByteBuffer? {
        let view = buffer.readableBytesView.dropFirst(searched)
        guard let end = view.firstIndex(of: 0) else {
            searched = buffer.readableBytes
            guard searched <= limit else {
                throw BrowserError(.protocolFailure, "the browser sent a message of more than \(limit) bytes")
            }
            return nil
        }
        let message = buffer.readSlice(length: end - buffer.readerIndex)
        buffer.moveReaderIndex(forwardBy: 1)
        searched = 0
        return message
    }

    mutating func decodeLast(buffer: inout ByteBuffer, seenEOF: Bool) throws -> ByteBuffer? {
        // Half a message at the end is what a killed browser leaves; nobody can use it.
        try decode(buffer: &buffer)
    }
}
