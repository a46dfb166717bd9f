// Removing metadata from PNG, chunk by chunk (media.md §15).

struct PNGChunks {
    private let reader: ByteReader
    private let removal: MetadataRemoval

    /// Optional chunks that say how pixels look; all others are removed.
    private static let visible: Set<String> = [
        "tRNS", "cHRM", "gAMA", "sRGB", "sBIT", "bKGD", "hIST", "pHYs", "sPLT", "cICP", "mDCV", "cLLI", "mDCv", "cLLi",
        "acTL", "fcTL", "fdAT",
    ]

    init(_ bytes: [UInt8], _ removal: MetadataRemoval) {
        reader = ByteReader(bytes: bytes, format: .png)
        self.removal = removal
    }

    func stripped() throws -> StrippedFile {
        var file = StrippedFile()
        file.bytes.reserveCapacity(reader.bytes.count)
        file.bytes += try reader.slice(0, 8)
        var residuePlace: Int?
        var offset = 8
        while true {
            let size = try reader.big(offset, 4)
            let name = try reader.name(offset + 4)
            let content = try reader.slice(offset + 8, size)
            let whole = try reader.slice(offset, size + 12)
            guard offset > 8 || name == "IHDR" else { throw reader.format.damaged("it does not begin with its header") }
            if name == "IDAT", residuePlace == nil { residuePlace = file.bytes.count }
            if keeps(name, content, in: &file) { file.bytes += whole }
            offset += size + 12
            guard name == "IEND" else { continue }
            guard let residuePlace else { throw reader.format.damaged("it has no picture data") }
            file.removeTrailer(bytes: reader.bytes.count - offset)
            if let residue = removal.residue(of: file.credit, orientation: file.orientation) {
                // The TIFF structure alone, without the prefix that JPEG puts before it.
                file.bytes.insert(contentsOf: Self.chunk("eXIf", Array(residue.bytes.dropFirst(6))), at: residuePlace)
            }
            return file
        }
    }

    private func keeps(_ name: String, _ content: ArraySlice<UInt8>, in file: inout StrippedFile) -> Bool {
        let size = content.count + 12
        switch name {
        case "eXIf": file.removeExif(content, bytes: size)
        case "iCCP":
            if removal.profile == .keep { return true }
            file.remove("icc", bytes: size)
        case "caBX":
            if !removal.removesCredentials {
                file.keptCredentials = true
                return true
            }
            file.remove("c2pa", bytes: size)
        case "tEXt", "zTXt", "iTXt":
            let keyword = String(decoding: content.prefix { $0 != 0 }, as: UTF8.self)
            if name == "tEXt" { credit(keyword, content, &file) }
            let kind =
                switch keyword {
                case "XML:com.adobe.xmp", "Raw profile type xmp": "xmp"
                case "Raw profile type exif", "Raw profile type APP1": "exif"
                case "Raw profile type iptc": "iptc"
                default: "text"
                }
            file.remove(kind, bytes: size)
        case "tIME": file.remove("time", bytes: size)
        default:
            let isOptional = name.utf8.first.map { $0 & 0x20 != 0 } ?? true
            if !isOptional || Self.visible.contains(name) { return true }
            file.remove("chunk \(name)", bytes: size)
        }
        return false
    }

    private func credit(_ keyword: String, _ content: ArraySlice<UInt8>, _ file: inout StrippedFile) {
        // tEXt is Latin-1, whose code points are those of Unicode.
        let text = String(String.UnicodeScalarView(content.dropFirst(keyword.utf8.count + 1).map(Unicode.Scalar.init)))
        switch keyword {
        case "Author": file.credit.add(artist: text, copyright: nil)
        case "Copyright": file.credit.add(artist: nil, copyright: text)
        default: break
        }
    }

    private static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
        let body = Array(name.utf8) + content
        return word(UInt32(content.count)) + body + word(checksum(body))
    }

    private static func word(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
    }

    /// CRC-32 as in the PNG specification.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(UInt32.max) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { rest, _ in rest & 1 == 1 ? rest >> 1 ^ 0xEDB8_8320 : rest >> 1 }
        }
    }
}
