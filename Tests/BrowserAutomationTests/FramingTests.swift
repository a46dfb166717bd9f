// Owns the framing of messages, without a browser.

import NIOCore
import NIOPosix
import Testing

@testable import BrowserAutomation

@Suite("Message framing")
struct FramingTests {
    /// What comes of bytes that arrive in these pieces.
    private func messages(_ pieces: [String]) throws -> [String] {
        let processor = NIOSingleStepByteToMessageProcessor(NullSeparatedMessages())
        var found: [String] = []
        for piece in pieces {
            try processor.process(buffer: ByteBuffer(string: piece)) { found.append(String(buffer: $0)) }
        }
        try processor.finishProcessing(seenEOF: true) { found.append(String(buffer: $0)) }
        return found
    }

    @Test("Messages are found wherever the bytes are split")
    func splits() throws {
        let text = "{\"a\":\"é\"}\0\0{\"b\":2}\0"
        let bytes = Array(text.utf8)
        for cut in 0...bytes.count {
            let processor = NIOSingleStepByteToMessageProcessor(NullSeparatedMessages())
            var found: [String] = []
            for piece in [bytes[..<cut], bytes[cut...]] {
                try processor.process(buffer: ByteBuffer(bytes: piece)) { found.append(String(buffer: $0)) }
            }
            #expect(found == ["{\"a\":\"é\"}", "", "{\"b\":2}"], "cut at \(cut)")
        }
    }

    @Test("Half a message at the end is dropped")
    func halfMessage() throws {
        #expect(try messages(["one\0", "tw", "o\0thr"]) == ["one", "two"])
    }

    @Test("A message without end is refused")
    func endless() {
        let processor = NIOSingleStepByteToMessageProcessor(NullSeparatedMessages(limit: 10))
        #expect(throws: BrowserError.self) {
            try processor.process(buffer: ByteBuffer(string: "0123456789x")) { _ in }
        }
    }
}
