// What a file is, by its first bytes (media.md §2.1, §20). The name and any declared type are never asked: an SVG
// called .jpg would otherwise be handed to the SVG reader.

extension ImageFormat {
    /// Recognises an accepted format by its magic bytes.
    ///
    /// - Parameter bytes: The beginning of the file; 64 bytes are enough.
    public init?(signatureOf bytes: some Collection<UInt8>) {
        let head = Array(bytes.prefix(64))
        func has(_ text: StaticString, at offset: Int = 0) -> Bool {
            text.withUTF8Buffer { head.dropFirst(offset).starts(with: $0) }
        }
        if head.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if head.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if has("GIF87a") || has("GIF89a") {
            self = .gif
        } else if has("RIFF"), has("WEBP", at: 8) {
            self = .webp
        } else if head.starts(with: [0x49, 0x49, 0x2A, 0x00]) || head.starts(with: [0x4D, 0x4D, 0x00, 0x2A]) {
            self = .tiff
        } else if has("ftyp", at: 4), let brandFormat = Self.isoBrandFormat(head) {
            self = brandFormat
        } else {
            return nil
        }
    }

    /// HEIF family: the major brand, then the compatible brands, tell AVIF from HEIC; a video with `ftyp` matches
    /// neither.
    private static func isoBrandFormat(_ head: [UInt8]) -> ImageFormat? {
        guard head.count >= 16 else { return nil }
        let declared = head[0..<4].reduce(0) { $0 << 8 | Int($1) }
        let end = min(head.count, max(declared, 16))
        var brands = [Array(head[8..<12])]
        var offset = 16
        while offset + 4 <= end {
            brands.append(Array(head[offset..<offset + 4]))
            offset += 4
        }
        for brand in brands.map({ String(decoding: $0, as: UTF8.self) }) {
            switch brand {
            case "avif": return .avif
            case "heic", "heix", "heim", "heis": return .heic
            default: continue
            }
        }
        return nil
    }

    /// What the bytes probably are instead, for the error message.
    static func guess(ofUnsupported bytes: some Collection<UInt8>) -> String {
        let head = String(decoding: bytes.prefix(512), as: UTF8.self)
        let text = head.lowercased().drop { $0.isWhitespace || $0 == "\u{FEFF}" }
        if bytes.isEmpty { return "an empty file" }
        if text.contains("<svg") { return "an SVG document, which is never accepted" }
        if text.hasPrefix("<!doctype html") || text.hasPrefix("<html") { return "an HTML page" }
        if text.hasPrefix("<?xml") || text.hasPrefix("<") { return "a markup document" }
        if text.hasPrefix("%pdf") { return "a PDF document" }
        if text.hasPrefix("%!ps") { return "a PostScript document" }
        if text.hasPrefix("push graphic-context") || text.hasPrefix("viewbox") { return "an MVG drawing" }
        if head.dropFirst(4).hasPrefix("ftyp") { return "a video or audio container" }
        return "of no known kind"
    }
}
