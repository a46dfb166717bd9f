// The kinds of file that a job may bring, by their first bytes (media.md §18, §20): the allow-list. Playlists, pages,
// drawings and documents are not on it, whatever they are called.

import MediaProcessing

/// A kind of media file.
public struct MediaType: Sendable, Hashable {
    /// Name of the format, e.g. `jpeg`, `mp4`.
    public let name: String
    /// The MIME type that the file should have, e.g. `image/jpeg`.
    public let mimeType: String
    /// The usual extension, without dot.
    public let fileExtension: String

    /// How many first bytes are enough to tell.
    public static let signatureLength = 4096

    /// Whether it is a picture, which may be large in pixels but never in bytes.
    public var isPicture: Bool { mimeType.hasPrefix("image/") }

    /// Recognises a file by its first bytes; nil if it is not on the list.
    public init?(signatureOf bytes: some Collection<UInt8>) {
        let head = Array(bytes.prefix(Self.signatureLength))
        if let picture = ImageFormat(signatureOf: head) {
            self.init(picture.rawValue, "image/\(picture.rawValue)", picture.fileExtension)
            return
        }
        func has(_ text: StaticString, at offset: Int = 0) -> Bool {
            text.withUTF8Buffer { head.dropFirst(offset).starts(with: $0) }
        }
        if has("ftyp", at: 4) {
            self = Self.isoMedia(brand: String(decoding: head.dropFirst(8).prefix(4), as: UTF8.self))
        } else if has("moov", at: 4) || has("mdat", at: 4) || has("wide", at: 4) {
            // QuickTime files from before the file type box.
            self = .mov
        } else if head.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) {
            self = Self.isWebM(head) ? .webm : .matroska
        } else if has("RIFF"), has("AVI ", at: 8) {
            self.init("avi", "video/x-msvideo", "avi")
        } else if has("RIFF"), has("WAVE", at: 8) {
            self.init("wav", "audio/wav", "wav")
        } else if has("fLaC") {
            self.init("flac", "audio/flac", "flac")
        } else if has("OggS") {
            self.init("ogg", "audio/ogg", "ogg")
        } else if has("ID3") || Self.isMPEGAudio(head) {
            self.init("mp3", "audio/mpeg", "mp3")
        } else if Self.isADTS(head) {
            self.init("aac", "audio/aac", "aac")
        } else if head.count > 376, head[0] == 0x47, head[188] == 0x47, head[376] == 0x47 {
            self.init("mpegts", "video/mp2t", "ts")
        } else if has("FLV"), head.count > 4, head[3] == 1 {
            self.init("flv", "video/x-flv", "flv")
        } else if head.starts(with: [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11]) {
            self.init("asf", "video/x-ms-asf", "wmv")
        } else {
            return nil
        }
    }

    private init(_ name: String, _ mimeType: String, _ fileExtension: String) {
        self.name = name
        self.mimeType = mimeType
        self.fileExtension = fileExtension
    }

    private static let mov = MediaType("mov", "video/quicktime", "mov")
    private static let webm = MediaType("webm", "video/webm", "webm")
    private static let matroska = MediaType("matroska", "video/x-matroska", "mkv")

    private static func isoMedia(brand: String) -> MediaType {
        switch brand {
        case "qt  ": mov
        case "M4A ", "M4B ", "M4P ": MediaType("m4a", "audio/mp4", "m4a")
        default: MediaType("mp4", "video/mp4", "mp4")
        }
    }

    /// The document type stands in the header that every file of the family begins with.
    private static func isWebM(_ head: [UInt8]) -> Bool {
        let word = Array("webm".utf8)
        return (0..<max(0, min(head.count, 64) - 3)).contains { head[$0..<$0 + 4].elementsEqual(word) }
    }

    private static func isMPEGAudio(_ head: [UInt8]) -> Bool {
        // Layers 1 to 3 with a bit rate and a sampling rate that exist.
        head.count >= 3 && head[0] == 0xFF && head[1] & 0xE0 == 0xE0 && head[1] & 0x06 != 0 && head[1] & 0x18 != 0x08
            && head[2] & 0xF0 != 0xF0 && head[2] & 0x0C != 0x0C
    }

    private static func isADTS(_ head: [UInt8]) -> Bool {
        head.count >= 7 && head[0] == 0xFF && head[1] & 0xF6 == 0xF0
    }
}

/// How a declared type compares with what the bytes are.
enum TypeAgreement {
    /// The same, or nothing was declared.
    case same
    /// Another format of the same family: servers guess by file names.
    case sameFamily
    /// Something else altogether.
    case none

    /// - Parameter declared: a Content-Type, parameters included; nil or empty if there is none.
    init(of type: MediaType, declared: String?) {
        let declared = (declared ?? "").prefix { $0 != ";" }.lowercased().filter { !$0.isWhitespace }
        let generic = [
            "", "application/octet-stream", "binary/octet-stream", "application/x-download", "application/download",
            "application/force-download", "application/unknown",
        ]
        let aliases = [
            "image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/x-png": "image/png",
            "image/heif": "image/heic", "audio/x-wav": "audio/wav", "audio/wave": "audio/wav",
            "audio/mp3": "audio/mpeg",
            "audio/x-m4a": "audio/mp4", "audio/m4a": "audio/mp4", "video/avi": "video/x-msvideo",
            "audio/x-flac": "audio/flac", "application/ogg": "audio/ogg", "application/mp4": "video/mp4",
            "video/x-ms-wmv": "video/x-ms-asf",
        ]
        if generic.contains(declared) || (aliases[declared] ?? declared) == type.mimeType {
            self = .same
        } else if declared.hasSuffix("svg+xml") || declared.hasSuffix("mpegurl") {
            self = .none
        } else {
            // The first bytes of a container do not tell whether it holds pictures or only sound.
            let families = type.isPicture ? ["image/"] : ["video/", "audio/", "application/ogg", "application/mp4"]
            self = families.contains(where: declared.hasPrefix) ? .sameFamily : .none
        }
    }
}
