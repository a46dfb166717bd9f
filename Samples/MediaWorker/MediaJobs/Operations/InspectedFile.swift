// What can be told about a file without decoding it.

public import FoundationEssentials
import Glibc
import MediaProcessing

extension MediaType {
    /// Recognises a file by its first bytes; nil if it is not on the list.
    ///
    /// - Throws: `MediaError` if it cannot be read.
    public init?(of file: URL) throws {
        self.init(signatureOf: try InspectedFile.bytes(of: file, from: 0, count: Self.signatureLength))
    }
}

enum InspectedFile {
    /// The kind of a file by its first bytes.
    static func type(of file: URL) throws -> MediaType {
        guard let type = try MediaType(of: file) else {
            throw MediaJobError(
                .notMedia,
                try size(of: file) == 0 ? "The file is empty" : "The file is no picture, video or sound of a known kind"
            )
        }
        return type
    }

    /// Bytes of a file.
    static func size(of file: URL) throws -> Int {
        var status = stat()
        guard stat(file.path, &status) == 0 else { throw MediaError(.unreadableInput, "The input cannot be opened") }
        return Int(status.st_size)
    }

    /// The name with the extension that the type should have.
    static func name(_ name: String, for type: MediaType) -> String {
        let stem = name.lastIndex(of: ".").map { name[..<$0] } ?? name[...]
        let isRight = name.split(separator: ".").last.map { $0.lowercased() == type.fileExtension } ?? false
        return isRight && stem.count < name.count ? name : "\(stem.isEmpty ? "media" : stem).\(type.fileExtension)"
    }

    /// Upright size of a picture; nil for other files.
    static func pictureSize(of file: URL, type: MediaType) throws -> (width: Int, height: Int)? {
        guard type.isPicture else { return nil }
        let size = try ImageInspection(of: file).upright
        return (size.width, size.height)
    }

    /// Part of a file; shorter at its end.
    static func bytes(of file: URL, from offset: Int, count: Int) throws -> [UInt8] {
        let descriptor = open(file.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw MediaError(.unreadableInput, "The input cannot be opened") }
        defer { close(descriptor) }
        return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = pread(descriptor, buffer.baseAddress.map { $0 + filled }, count - filled, offset + filled)
                if got < 0, errno == EINTR { continue }
                guard got >= 0 else { throw MediaError(.unreadableInput, "The input cannot be read") }
                if got == 0 { break }
                filled += got
            }
        }
    }
}
