// Multipart bodies, however they are cut into buffers.

import NIOCore
import Testing

@testable import DirectusStandIn

@Suite struct MultipartParserTests {
    private static let content = "\r\n--edg\r\n-\r"

    private func parts(_ pieces: [ByteBuffer]) throws -> [String] {
        var parser = try MultipartParser(contentType: "multipart/form-data; boundary=\"edge\"")
        var result: [String] = []
        var bytes = ByteBuffer()
        for piece in pieces {
            parser.append(piece)
            while let event = try parser.next() {
                switch event {
                case .part(let name, let filename, let type):
                    result.append("\(name)|\(filename ?? "-")|\(type ?? "-")")
                    bytes = ByteBuffer()
                case .bytes(let more): bytes.writeImmutableBuffer(more)
                case .partEnd: result.append(String(buffer: bytes))
                case .end: result.append("end")
                }
            }
        }
        return result
    }

    @Test func partsAreTheSameWhereverTheBodyIsCut() throws {
        let text =
            "preamble\r\n--edge\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nA \u{1F600} title"
            + "\r\n--edge\r\ncontent-disposition: form-data; name=\"empty\"; filename=\"e.txt\"\r\n\r\n"
            + "\r\n--edge\r\nContent-Type: text/plain\r\n"
            + "Content-Disposition: form-data; name=\"file\"; filename=\"quo\\\"ted \\\\ %22.txt\"\r\n\r\n"
            + Self.content + "\r\n--edge--\r\nepilogue"
        let whole = ByteBuffer(string: text)
        let expected = [
            "title|-|-", "A \u{1F600} title", "empty|e.txt|-", "", "file|quo\"ted \\ \".txt|text/plain", Self.content,
            "end",
        ]
        for cut in 0...whole.readableBytes {
            var rest = whole
            let head = rest.readSlice(length: cut) ?? ByteBuffer()
            #expect(try parts([head, rest]) == expected, "cut at \(cut)")
        }
        #expect(try parts(whole.readableBytesView.map { ByteBuffer(bytes: [$0]) }) == expected)
    }

    @Test func neverMoreThanABoundaryIsHeldBack() throws {
        var parser = try MultipartParser(contentType: "multipart/form-data; boundary=edge")
        parser.append(.init(string: "--edge\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\n"))
        _ = try parser.next()
        for _ in 0..<10 {
            parser.append(.init(repeating: 0x0D, count: 1_000))
            var received = 0
            while case .bytes(let bytes)? = try parser.next() { received += bytes.readableBytes }
            #expect(received >= 1_000 - 10)
        }
    }

    @Test(arguments: ["", "application/json", "multipart/form-data", "multipart/mixed; boundary=x"])
    func otherContentTypesAreRefused(type: String) {
        #expect(throws: StandInError.self) { try MultipartParser(contentType: type) }
    }
}
