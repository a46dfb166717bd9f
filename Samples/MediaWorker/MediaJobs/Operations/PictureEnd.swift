// Where each picture format ends, by its own structure: what follows is no part of the picture.

import MediaProcessing

/// Where a picture ends within its file.
enum PictureEnd {
    /// Offset of the first byte behind the picture; nil if the end is missing.
    static func offset(in bytes: [UInt8], of type: MediaType) -> Int? {
        switch type.name {
        case "jpeg": jpeg(bytes)
        case "png": png(bytes)
        case "gif": gif(bytes)
        case "webp": webp(bytes)
        // No end marker: a table of offsets, or boxes of which the decoder takes those it needs.
        default: bytes.count
        }
    }

    private static func jpeg(_ bytes: [UInt8]) -> Int? {
        var offset = 2
        while offset + 1 < bytes.count {
            guard bytes[offset] == 0xFF else {
                // Entropy-coded data: up to the next byte that is a marker.
                offset += 1
                continue
            }
            switch bytes[offset + 1] {
            case 0xD9: return offset + 2
            case 0x00, 0x01, 0xD0...0xD7: offset += 2
            case 0xFF: offset += 1
            default:
                guard offset + 3 < bytes.count else { return nil }
                offset += 2 + max(2, Int(bytes[offset + 2]) << 8 | Int(bytes[offset + 3]))
            }
        }
        return nil
    }

    private static func png(_ bytes: [UInt8]) -> Int? {
        var offset = 8
        while offset + 12 <= bytes.count {
            let length = bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
            let next = offset + 12 + length
            guard next <= bytes.count else { return nil }
            if bytes[offset + 4..<offset + 8].elementsEqual("IEND".utf8) { return next }
            offset = next
        }
        return nil
    }

    private static func webp(_ bytes: [UInt8]) -> Int? {
        guard bytes.count >= 12 else { return nil }
        let length = (0..<4).reduce(0) { $0 | Int(bytes[4 + $1]) << (8 * $1) }
        let end = 8 + length + length % 2
        // The padding of the last chunk is often forgotten.
        return end <= bytes.count ? end : 8 + length == bytes.count ? bytes.count : nil
    }

    private static func gif(_ bytes: [UInt8]) -> Int? {
        guard bytes.count > 13 else { return nil }
        func table(_ flags: UInt8) -> Int { flags & 0x80 == 0 ? 0 : 3 << (Int(flags & 7) + 1) }
        var offset = 13 + table(bytes[10])
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x3B: return offset + 1
            case 0x21: offset += 2
            case 0x2C:
                guard offset + 10 < bytes.count else { return nil }
                offset += 11 + table(bytes[offset + 9])
            default: return nil
            }
            while offset < bytes.count, bytes[offset] != 0 { offset += 1 + Int(bytes[offset]) }
            offset += 1
        }
        return nil
    }
}
