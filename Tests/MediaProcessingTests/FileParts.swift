// The parts of encoded files, read and written by hand: an independent look at what the library produced.

import Foundation

enum FileParts {
    /// Markers of the segments before the picture data of a JPEG, with their contents.
    static func jpegSegments(_ bytes: [UInt8]) -> [(marker: UInt8, content: [UInt8])] {
        var segments: [(UInt8, [UInt8])] = []
        var offset = 2
        while offset + 4 <= bytes.count, bytes[offset] == 0xFF {
            let size = Int(bytes[offset + 2]) << 8 | Int(bytes[offset + 3])
            segments.append((bytes[offset + 1], Array(bytes[offset + 4..<min(bytes.count, offset + 2 + size)])))
            if bytes[offset + 1] == 0xDA { break }
            offset += 2 + size
        }
        return segments
    }

    /// Names of the chunks of a PNG.
    static func pngChunks(_ bytes: [UInt8]) -> [String] {
        var names: [String] = []
        var offset = 8
        while offset + 8 <= bytes.count {
            let size = bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
            names.append(String(decoding: bytes[offset + 4..<offset + 8], as: UTF8.self))
            offset += 12 + size
        }
        return names
    }

    /// Chunks of a WebP with their contents.
    static func webpChunks(_ bytes: [UInt8]) -> [(name: String, content: [UInt8])] {
        var chunks: [(String, [UInt8])] = []
        var offset = 12
        while offset + 8 <= bytes.count {
            let size = (0..<4).reduce(0) { $0 | Int(bytes[offset + 4 + $1]) << (8 * $1) }
            let name = String(decoding: bytes[offset..<offset + 4], as: UTF8.self)
            chunks.append((name, Array(bytes[offset + 8..<min(bytes.count, offset + 8 + size)])))
            offset += 8 + size + size % 2
        }
        return chunks
    }

    /// Frame durations of an animated WebP in milliseconds.
    static func webpDurations(_ bytes: [UInt8]) -> [Int] {
        webpChunks(bytes).filter { $0.name == "ANMF" }.map { chunk in
            Int(chunk.content[12]) | Int(chunk.content[13]) << 8 | Int(chunk.content[14]) << 16
        }
    }

    /// A little-endian EXIF block with orientation, artist, copyright, a GPS pointer and a camera name.
    static func exif(orientation: Int, artist: String = "Ada Artist", copyright: String = "(c) Ada") -> [UInt8] {
        func short(_ value: Int) -> [UInt8] { [UInt8(value & 0xFF), UInt8(value >> 8)] }
        func long(_ value: Int) -> [UInt8] { short(value & 0xFFFF) + short(value >> 16) }
        let texts = [(0x010F, "SecretCamera"), (0x013B, artist), (0x8298, copyright)].map { ($0, Array($1.utf8) + [0]) }
        let count = texts.count + 1
        var directory: [UInt8] = short(count)
        var data: [UInt8] = []
        let start = 8 + 2 + 12 * count + 4
        func entry(_ tag: Int, _ text: [UInt8]) -> [UInt8] {
            let entry = short(tag) + short(2) + long(text.count) + long(start + data.count)
            data += text + (text.count % 2 == 1 ? [0] : [])
            return entry
        }
        directory += entry(texts[0].0, texts[0].1)
        directory += short(0x0112) + short(3) + long(1) + short(orientation) + short(0)
        directory += entry(texts[1].0, texts[1].1)
        directory += entry(texts[2].0, texts[2].1)
        return Array("Exif\0\0II".utf8) + short(42) + long(8) + directory + long(0) + data
    }

    /// A JPEG with another segment after its start marker.
    static func jpeg(_ bytes: [UInt8], inserting marker: UInt8, _ content: [UInt8]) -> [UInt8] {
        let size = content.count + 2
        return Array(bytes[0..<2]) + [0xFF, marker, UInt8(size >> 8), UInt8(size & 0xFF)] + content + bytes[2...]
    }

    /// A PNG with another chunk before its picture data.
    static func png(_ bytes: [UInt8], inserting name: String, _ content: [UInt8]) -> [UInt8] {
        let ihdrEnd = 8 + 12 + 13
        return Array(bytes[..<ihdrEnd]) + pngChunk(name, content) + bytes[ihdrEnd...]
    }

    /// A simple WebP turned into an extended one that carries EXIF.
    static func webp(_ bytes: [UInt8], width: Int, height: Int, exif: [UInt8]) -> [UInt8] {
        func little(_ value: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(value >> (8 * $0) & 0xFF) } }
        func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
            Array(name.utf8) + little(content.count, 4) + content + (content.count % 2 == 1 ? [0] : [])
        }
        let header = chunk("VP8X", [0x08, 0, 0, 0] + little(width - 1, 3) + little(height - 1, 3))
        let body = Array("WEBP".utf8) + header + bytes[12...] + chunk("EXIF", exif)
        return Array("RIFF".utf8) + little(body.count, 4) + body
    }

    static func pngChunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
        func long(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
        let body = Array(name.utf8) + content
        return long(UInt32(content.count)) + body + long(crc32(body))
    }

    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(UInt32.max) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { rest, _ in rest & 1 == 1 ? rest >> 1 ^ 0xEDB8_8320 : rest >> 1 }
        }
    }

    static func contains(_ bytes: [UInt8], _ text: String) -> Bool {
        Data(bytes).range(of: Data(text.utf8)) != nil
    }
}
