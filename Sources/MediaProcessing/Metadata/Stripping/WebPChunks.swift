// Removing metadata from WebP, chunk by chunk (media.md §15).

struct WebPChunks {
    private let reader: ByteReader
    private let removal: MetadataRemoval

    private static let pictures: Set<String> = ["VP8 ", "VP8L", "ALPH"]
    private static let profileFlag: UInt8 = 0x20
    private static let exifFlag: UInt8 = 0x08
    private static let xmpFlag: UInt8 = 0x04

    init(_ bytes: [UInt8], _ removal: MetadataRemoval) {
        reader = ByteReader(bytes: bytes, format: .webp)
        self.removal = removal
    }

    func stripped() throws -> StrippedFile {
        var file = StrippedFile()
        file.bytes.reserveCapacity(reader.bytes.count)
        file.bytes += try reader.slice(0, 12)
        let end = 8 + (try reader.little(4, 4))
        guard end >= 12, end <= reader.bytes.count else { throw reader.format.damaged("it ends early") }
        var hasPicture = false
        var offset = 12
        while offset + 8 <= end {
            let name = try reader.name(offset)
            let size = try reader.little(offset + 4, 4)
            let content = try reader.slice(offset + 8, size)
            // Some writers leave out the padding of the last chunk.
            let padded = min(size + size % 2, reader.bytes.count - offset - 8)
            if Self.pictures.contains(name) || name == "ANMF" { hasPicture = true }
            if let kept = try sort(name, content, in: &file) { Self.append(name, kept, to: &file.bytes) }
            offset += 8 + padded
        }
        guard hasPicture else { throw reader.format.damaged("it has no picture data") }
        file.removeTrailer(bytes: max(0, reader.bytes.count - max(end, offset)))
        finish(&file)
        return file
    }

    private func sort(
        _ name: String, _ content: ArraySlice<UInt8>, in file: inout StrippedFile
    ) throws -> [UInt8]? {
        let size = content.count + 8
        switch name {
        case "VP8X", "ANIM": return Array(content)
        case "ANMF": return try frame(content, in: &file)
        case "ICCP":
            file.profile = Array(content)
            if removal.profile == .keep { return Array(content) }
            file.remove("icc", bytes: size)
        case "EXIF": file.removeExif(content, bytes: size)
        case "XMP ": file.remove("xmp", bytes: size)
        case "C2PA":
            if !removal.removesCredentials {
                file.keptCredentials = true
                return Array(content)
            }
            file.remove("c2pa", bytes: size)
        default:
            if Self.pictures.contains(name) { return Array(content) }
            file.remove("chunk \(name)", bytes: size)
        }
        return nil
    }

    /// A frame of an animation without chunks that are no picture.
    private func frame(_ content: ArraySlice<UInt8>, in file: inout StrippedFile) throws -> [UInt8] {
        guard content.count >= 16 else { throw reader.format.damaged("a frame without header") }
        var kept = Array(content.prefix(16))
        var offset = content.startIndex + 16
        while offset + 8 <= content.endIndex {
            let name = try reader.name(offset)
            let size = try reader.little(offset + 4, 4)
            guard size <= content.endIndex - offset - 8 else { throw reader.format.damaged("a frame ends early") }
            if Self.pictures.contains(name) {
                Self.append(name, reader.bytes[offset + 8..<offset + 8 + size], to: &kept)
            } else {
                file.remove("chunk \(name)", bytes: size + 8)
            }
            offset += 8 + size + size % 2
        }
        return kept
    }

    /// Adds the little EXIF that stays, and makes flags and size true again.
    private func finish(_ file: inout StrippedFile) {
        let residue = removal.residue(of: file.credit, orientation: file.orientation)
        if let residue {
            if !file.bytes[12..<16].elementsEqual("VP8X".utf8) { extend(&file.bytes) }
            Self.append("EXIF", residue.bytes.dropFirst(6), to: &file.bytes)
        }
        if file.bytes.count > 20, file.bytes[12..<16].elementsEqual("VP8X".utf8) {
            var flags = file.bytes[20] & ~(Self.exifFlag | Self.xmpFlag)
            if residue != nil { flags |= Self.exifFlag }
            if removal.profile != .keep { flags &= ~Self.profileFlag }
            file.bytes[20] = flags
        }
        let size = file.bytes.count - 8
        for index in 0..<4 { file.bytes[4 + index] = UInt8(truncatingIfNeeded: size >> (8 * index)) }
    }

    /// Puts the header before a lone picture without which there can be no other chunks.
    private func extend(_ bytes: inout [UInt8]) {
        func little(_ offset: Int, _ count: Int) -> Int {
            (0..<count).reduce(0) { $0 | (offset + $1 < bytes.count ? Int(bytes[offset + $1]) : 0) << (8 * $1) }
        }
        let isLossless = bytes[12..<16].elementsEqual("VP8L".utf8)
        let (width, height, alpha): (Int, Int, Bool)
        if isLossless {
            let bits = little(21, 4)
            (width, height, alpha) = (bits & 0x3FFF, bits >> 14 & 0x3FFF, bits >> 28 & 1 == 1)
        } else {
            (width, height, alpha) = ((little(26, 2) & 0x3FFF) - 1, (little(28, 2) & 0x3FFF) - 1, false)
        }
        var header: [UInt8] = []
        let sizes = [width, height].flatMap { size in (0..<3).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) } }
        Self.append("VP8X", [alpha ? 0x10 : 0, 0, 0, 0] + sizes, to: &header)
        bytes.insert(contentsOf: header, at: 12)
    }

    private static func append(_ name: String, _ content: some Collection<UInt8>, to bytes: inout [UInt8]) {
        bytes += name.utf8
        bytes += (0..<4).map { UInt8(truncatingIfNeeded: content.count >> (8 * $0)) }
        bytes += content
        if !content.count.isMultiple(of: 2) { bytes.append(0) }
    }
}
