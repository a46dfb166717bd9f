// An upload as it streams in. Owns: the way from parts to files with their metadata (Directus, section 10.1).

import Hummingbird
import NIOCore

/// The parts of a multipart request, one after the other.
struct UploadForm {
    /// A file part, with the values of the parts since the file before.
    struct File: Sendable {
        var filename: String
        var contentType: String?
        var metadata: [String: JSONValue]
    }

    private static let maximumText = 65_536
    private static let maximumParts = 200

    private var parser: MultipartParser
    private var body: RequestBody.AsyncIterator
    private var parts = 0

    init(_ request: Request) throws {
        parser = try MultipartParser(contentType: request.headers[.contentType] ?? "")
        body = request.body.makeAsyncIterator()
    }

    /// The next file; nil at the end of the body. The bytes of the one before must have been read.
    @concurrent mutating func nextFile() async throws -> File? {
        var metadata: [String: JSONValue] = [:]
        while true {
            switch try await nextEvent() {
            case .part(let name, let filename, let contentType):
                parts += 1
                guard parts <= Self.maximumParts else { throw StandInError.invalidPayload("There are too many parts") }
                if let filename {
                    guard !filename.isEmpty else { throw StandInError.invalidPayload("A file has no filename") }
                    metadata["filename_disk"] = nil
                    return File(filename: filename, contentType: contentType, metadata: metadata)
                }
                metadata[name] = try await value()
            case .bytes, .partEnd: continue
            case .end: return nil
            }
        }
    }

    /// More bytes of the current file; nil at its end.
    @concurrent mutating func nextBytes() async throws -> ByteBuffer? {
        switch try await nextEvent() {
        case .bytes(let bytes): bytes
        default: nil
        }
    }

    @concurrent private mutating func value() async throws -> JSONValue {
        var text = ByteBuffer()
        while let bytes = try await nextBytes() {
            guard text.readableBytes + bytes.readableBytes <= Self.maximumText else {
                throw StandInError.invalidPayload("A value of the form is too long")
            }
            text.writeImmutableBuffer(bytes)
        }
        switch String(buffer: text) {
        case "true": return true
        case "false": return false
        case "null": return .null
        case let other: return .string(other)
        }
    }

    @concurrent private mutating func nextEvent() async throws -> MultipartParser.Event {
        while true {
            if let event = try parser.next() { return event }
            guard let bytes = try await body.next() else {
                throw StandInError.invalidPayload("The body ends too early")
            }
            parser.append(bytes)
        }
    }
}
