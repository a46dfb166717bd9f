// Removing metadata from GIF, block by block (media.md §15).

struct GIFBlocks {
    private let reader: ByteReader
    private let removal: MetadataRemoval

    init(_ bytes: [UInt8], _ removal: MetadataRemoval) {
        reader = ByteReader(bytes: bytes, format: .gif)
        self.removal = removal
    }

    func stripped() throws -> StrippedFile {
        var file = StrippedFile()
        file.bytes.reserveCapacity(reader.bytes.count)
        var offset = 13 + colorTableSize(try reader.big(10, 1))
        file.bytes += try reader.slice(0, offset)
        var pictures = 0
        while true {
            let start = offset
            switch try reader.big(offset, 1) {
            case 0x3B:
                guard pictures > 0 else { throw reader.format.damaged("it has no picture data") }
                file.bytes.append(0x3B)
                file.removeTrailer(bytes: reader.bytes.count - offset - 1)
                return file
            case 0x2C:
                pictures += 1
                offset += 10 + colorTableSize(try reader.big(offset + 9, 1)) + 1
                offset = try endOfSubBlocks(from: offset)
                file.bytes += try reader.slice(start, offset - start)
            case 0x21:
                let label = try reader.big(offset + 1, 1)
                offset = try endOfSubBlocks(from: offset + 2)
                let block = try reader.slice(start, offset - start)
                if keeps(label, block, in: &file) { file.bytes += block }
            case 0x00:
                // Stray terminators between blocks are common and mean nothing.
                offset += 1
            case let other: throw reader.format.damaged("a block of unknown kind \(other)")
            }
        }
    }

    private func keeps(_ label: Int, _ block: ArraySlice<UInt8>, in file: inout StrippedFile) -> Bool {
        switch label {
        case 0xF9, 0x01: return true
        case 0xFE: file.remove("comment", bytes: block.count)
        case 0xFF:
            let name = String(decoding: block.dropFirst(3).prefix(11), as: UTF8.self)
            switch name {
            case "NETSCAPE2.0", "ANIMEXTS1.0": return true
            case "XMP DataXMP": file.remove("xmp", bytes: block.count)
            case "ICCRGBG1012":
                if removal.profile == .keep { return true }
                file.remove("icc", bytes: block.count)
            case "C2PA_GIF\u{1}\0\0":
                if !removal.removesCredentials {
                    file.keptCredentials = true
                    return true
                }
                file.remove("c2pa", bytes: block.count)
            default: file.remove("application", bytes: block.count)
            }
        default: file.remove("extension", bytes: block.count)
        }
        return false
    }

    private func colorTableSize(_ flags: Int) -> Int { flags & 0x80 == 0 ? 0 : 3 << (1 + (flags & 7)) }

    private func endOfSubBlocks(from start: Int) throws -> Int {
        var offset = start
        while true {
            let size = try reader.big(offset, 1)
            offset += 1 + size
            if size == 0 { return offset }
        }
    }
}
