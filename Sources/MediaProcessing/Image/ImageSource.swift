// An input that was recognised, measured and accepted, but not decoded (media.md §1.1, §20).

import FoundationEssentials

struct ImageSource: Sendable {
    let bytes: [UInt8]
    let format: ImageFormat
    /// Size as stored, before orientation.
    let stored: PixelSize
    /// EXIF orientation that is still to be applied; 1 if none.
    let orientation: Int
    let frames: Int
    /// Bits a channel.
    let depth: Int
    /// Whether pixels can be transparent.
    let hasAlpha: Bool
    /// What was found beside the pixels, by ImageMagick's names: `exif`, `icc`, `xmp`, `iptc` and the like.
    let profiles: [String: [UInt8]]

    private static let accepted = ImageFormat.allCases.map(\.rawValue).joined(separator: ", ")

    /// Size as a viewer sees it.
    var upright: PixelSize { orientation >= 5 ? stored.turned : stored }

    init(reading file: URL, limits: ImageLimits) throws {
        bytes = try AtomicFile.read(file, limit: limits.inputBytes)
        guard let format = ImageFormat(signatureOf: bytes) else {
            throw MediaError(
                .unsupportedFormat,
                "The input is \(ImageFormat.guess(ofUnsupported: bytes)); accepted are \(Self.accepted)"
            )
        }
        try ImageCapabilities.requireReading(format)
        self.format = format
        if format.isUprightWhenDecoded, format.mentionsAlpha(in: bytes) {
            throw MediaError(
                .capabilityMissing,
                "The installed library cannot read the transparency of this \(format.rawValue) file; use png or webp")
        }
        // Sizes that the header states openly are checked before the library sees the file at all.
        if let declared = format.declaredCanvas(in: bytes) { try limits.check(declared, what: "The picture") }

        let header = try Wand()
        try header.ping(bytes, as: format)
        var largest = PixelSize(width: 0, height: 0)
        try header.forEachFrame { _ in
            let canvas = header.canvas
            largest = PixelSize(
                width: max(largest.width, canvas.width, header.size.width),
                height: max(largest.height, canvas.height, header.size.height))
        }
        frames = header.frameCount
        try limits.check(largest, frames: frames, what: "The picture")
        try header.selectFrame(0)
        stored = format.holdsAnimation ? header.canvas : header.size
        depth = header.depth
        hasAlpha = header.hasAlpha
        profiles = header.profiles
        let orientation = format.chunkOrientation(in: bytes) ?? header.orientation
        self.orientation = format.isUprightWhenDecoded || !(1...8).contains(orientation) ? 1 : orientation
    }
}

extension ImageSource {
    /// Kinds of metadata that decoding and encoding anew leaves behind.
    var metadataKinds: [String] {
        var kinds = profiles.keys.map { ["8bim": "iptc"][$0] ?? $0 }
        if let exif = profiles["exif"].map({ ExifBlock($0) }) {
            if exif.hasLocation { kinds.append("gps") }
            if exif.hasThumbnail { kinds.append("thumbnail") }
        }
        return Set(kinds).sorted()
    }

    /// Whether a WebP file's (first) picture is stored without loss.
    var isLosslessWebP: Bool {
        let head = bytes.prefix(1 << 16)
        return format == .webp
            && head.indices.contains { head[$0] == UInt8(ascii: "V") && head[$0...].starts(with: "VP8L".utf8) }
    }
}

extension ImageFormat {
    /// Whether a HEIF file declares an auxiliary picture with transparency, which the library would silently ignore and
    /// so show colours that were meant to be hidden.
    func mentionsAlpha(in bytes: [UInt8]) -> Bool {
        let head = bytes.prefix(65536)
        return ["urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", "urn:mpeg:hevc:2015:auxid:1"].contains { name in
            let name = Array(name.utf8)
            return head.indices.contains { head[$0] == name[0] && head[$0...].starts(with: name) }
        }
    }

    /// The canvas size that stands at a fixed place in the header, for formats that have one there.
    func declaredCanvas(in bytes: [UInt8]) -> PixelSize? {
        func little(_ offset: Int, _ count: Int) -> Int {
            (0..<count).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
        }
        func big(_ offset: Int) -> Int { (0..<4).reduce(0) { $0 << 8 | Int(bytes[offset + $1]) } }
        switch self {
        case .png where bytes.count >= 24: return PixelSize(width: big(16), height: big(20))
        case .gif where bytes.count >= 10: return PixelSize(width: little(6, 2), height: little(8, 2))
        case .webp where bytes.count >= 30 && bytes[12..<16].elementsEqual("VP8X".utf8):
            return PixelSize(width: little(24, 3) + 1, height: little(27, 3) + 1)
        default: return nil
        }
    }
}
