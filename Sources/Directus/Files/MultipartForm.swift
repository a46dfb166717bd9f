// The body of an upload: metadata first, since the server makes the row when the file part starts (Directus,
// section 10.1), then the bytes of the file as they are read.

import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import _NIOFileSystem

struct MultipartForm: Sendable {
    let boundary: String
    private let head: ByteBuffer
    private let tail: ByteBuffer

    /// - Throws: ``DirectusError/Code/invalidArgument`` for a name or type that a part's header cannot carry.
    init(_ metadata: NewDirectusFile, boundary: String = UUID().uuidString) throws(DirectusError) {
        guard !metadata.filename.isEmpty else {
            throw DirectusError(.invalidArgument, message: "A file without a name is no file for Directus")
        }
        guard !metadata.type.isEmpty, metadata.type.contains("/"),
            metadata.type.utf8.allSatisfy({ (0x20...0x7e).contains($0) })
        else {
            throw DirectusError(.invalidArgument, message: "The type of a file must look like video/mp4")
        }
        guard UUID(uuidString: metadata.id) != nil else {
            throw DirectusError(.invalidArgument, message: "The id of a file must be a UUID")
        }
        self.boundary = boundary
        var fields: [(String, String)] = [("id", metadata.id.lowercased())]
        if let title = metadata.title { fields.append(("title", title)) }
        if let folder = metadata.folder { fields.append(("folder", folder)) }
        if let description = metadata.description { fields.append(("description", description)) }
        if let storage = metadata.storage { fields.append(("storage", storage)) }
        if !metadata.tags.isEmpty {
            fields.append(("tags", try DirectusValue.array(metadata.tags.map { .string($0) }).serialized()))
        }
        var text = ""
        for (name, value) in fields {
            text += "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n"
        }
        text += "--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; "
        text += "filename=\"\(Self.quotable(metadata.filename))\"\r\nContent-Type: \(metadata.type)\r\n\r\n"
        head = ByteBuffer(string: text)
        tail = ByteBuffer(string: "\r\n--\(boundary)--\r\n")
    }

    var contentType: String { "multipart/form-data; boundary=\(boundary)" }

    /// Its length with a file of so many bytes.
    func length(fileSize: Int64) -> Int64 { Int64(head.readableBytes) + fileSize + Int64(tail.readableBytes) }

    /// The form with a file that is open.
    func body(_ file: ReadFileHandle, size: Int64) -> HTTPClientRequest.Body {
        .stream(Parts(form: self, file: file, size: size), length: .known(length(fileSize: size)))
    }

    /// A name between quotes: no control characters, no slashes (the server would take what follows the last one), quotes
    /// and backslashes escaped. UTF-8 stays.
    static func quotable(_ name: String) -> String {
        var result = ""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "/", "\\": result += "_"
            case _ where scalar.value < 0x20 || scalar.value == 0x7f: result += "_"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Head, file, tail.
    private struct Parts: AsyncSequence, Sendable {
        typealias Element = ByteBuffer
        let form: MultipartForm
        let file: ReadFileHandle
        let size: Int64

        func makeAsyncIterator() -> Iterator { Iterator(parts: self) }

        struct Iterator: AsyncIteratorProtocol {
            private enum Place {
                case head
                case file(Int64)
                case end
            }

            let parts: Parts
            private var place = Place.head

            init(parts: Parts) { self.parts = parts }

            mutating func next() async throws -> ByteBuffer? {
                switch place {
                case .head:
                    place = .file(0)
                    return parts.form.head
                case .file(parts.size):
                    place = .end
                    return parts.form.tail
                case .file(let offset):
                    let length = Swift.min(LocalFile.chunk, parts.size - offset)
                    let chunk = try await parts.file.readChunk(fromAbsoluteOffset: offset, length: .bytes(length))
                    guard chunk.readableBytes > 0 else {
                        throw DirectusError(.fileSystem, message: "The file became shorter while it was uploaded")
                    }
                    place = .file(offset + Int64(chunk.readableBytes))
                    return chunk
                case .end: return nil
                }
            }
        }
    }
}
