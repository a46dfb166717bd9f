// Files that are more than they seem (media.md §19): an archive behind a picture, a page within it, encrypted video.
// Owns: where each picture format ends, and which finds are refused.

import FoundationEssentials
import MediaProcessing

/// What a look through a file's structure found.
struct FileScan {
    /// What makes the file unacceptable, in words for its owner; nil if nothing does.
    private(set) var objection: MediaJobError?
    /// Things that are unusual, but no reason to refuse.
    private(set) var warnings: [String] = []

    private static let pictureLimit = 100_000_000

    init(of file: URL, type: MediaType, size: Int) throws {
        let tail = try InspectedFile.bytes(of: file, from: max(0, size - 65_600), count: 65_600)
        let head = try InspectedFile.bytes(of: file, from: 0, count: 1024)
        if Self.endsAsZip(tail) {
            object("is also a ZIP archive")
        } else if let what = Self.foreign(in: head[...], markers: Self.activeContent) {
            object("contains \(what)")
        } else if type.isPicture {
            try scanPicture(try InspectedFile.bytes(of: file, from: 0, count: min(size, Self.pictureLimit)), type)
        } else if ["mp4", "mov", "m4a"].contains(type.name) {
            try scanBoxes(file, size: size)
        }
    }

    private mutating func object(_ what: String) {
        objection = MediaJobError(.suspicious, "The file \(what); such files are refused")
    }

    private mutating func scanPicture(_ bytes: [UInt8], _ type: MediaType) throws {
        guard let end = PictureEnd.offset(in: bytes, of: type) else {
            objection = MediaJobError(.notMedia, "The \(type.name) file is cut off or damaged: its end is missing")
            return
        }
        guard end < bytes.count else { return }
        let rest = bytes[end...]
        if let what = Self.foreign(in: rest, markers: Self.activeContent + Self.archives) {
            object("has \(what) behind the picture")
        } else if rest.contains(where: { $0 != 0 }) {
            let isVideo = rest.dropFirst(4).starts(with: Array("ftyp".utf8))
            warnings.append(
                isVideo
                    ? "A short video is attached behind the picture" : "\(rest.count) bytes follow the picture's end")
        }
    }

    /// The boxes of an ISO file: complete, and not encrypted.
    private mutating func scanBoxes(_ file: URL, size: Int) throws {
        var offset = 0
        var hasMovie = false
        while offset + 8 <= size {
            let header = try InspectedFile.bytes(of: file, from: offset, count: 16)
            guard header.count >= 8 else { break }
            var length = header[0..<4].reduce(0) { $0 << 8 | Int($1) }
            let kind = String(decoding: header[4..<8], as: UTF8.self)
            if length == 1, header.count == 16 {
                length = header[8..<16].reduce(0) { ($0 & 0xFF_FFFF_FFFF_FFFF) << 8 | Int($1) }
            }
            if length == 0 { length = size - offset }
            guard length >= 8, length <= size - offset else {
                objection = MediaJobError(
                    .notMedia, "The file is cut off or damaged: its part \"\(kind)\" is incomplete")
                return
            }
            if kind == "moov" {
                hasMovie = true
                let movie = try InspectedFile.bytes(of: file, from: offset, count: min(length, 64 << 20))
                if Self.isEncrypted(movie) {
                    objection = MediaJobError(.suspicious, "The file is encrypted; upload it without copy protection")
                    return
                }
            }
            offset += length
        }
        if !hasMovie {
            objection = MediaJobError(.notMedia, "The file is cut off or damaged: its index is missing")
        } else if offset < size {
            warnings.append("\(size - offset) bytes follow the file's last part")
        }
    }

    /// A scheme box that names one of the common encryption schemes.
    private static func isEncrypted(_ movie: [UInt8]) -> Bool {
        let schemes = ["cenc", "cbcs", "cens", "cbc1", "itun"].map { Array($0.utf8) }
        return positions(of: Array("schm".utf8), in: movie[...]).contains { position in
            guard position + 12 <= movie.endIndex else { return false }
            let scheme = movie[position + 8..<position + 12]
            return schemes.contains { scheme.elementsEqual($0) }
        }
    }

    private static let activeContent: [(String, String)] = [
        ("<?php", "a PHP program"), ("<script", "a script"), ("<html", "a web page"), ("<!doctype html", "a web page"),
        ("<svg", "an SVG document"), ("%pdf-", "a PDF document"),
    ]
    private static let archives: [(String, String)] = [
        ("pk\u{3}\u{4}", "a ZIP archive"), ("rar!\u{1A}\u{7}", "a RAR archive"), ("7z\u{BC}\u{AF}", "a 7-Zip archive"),
        ("\u{7F}elf", "a program"), ("#!/", "a program"), ("this program cannot be run in dos mode", "a program"),
    ]

    /// The first of the markers that the bytes contain, capitals or not.
    private static func foreign(in bytes: ArraySlice<UInt8>, markers: [(String, String)]) -> String? {
        let lower = bytes.map { (65...90).contains($0) ? $0 | 0x20 : $0 }
        for (marker, what) in markers {
            let pattern = marker.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
            if positions(of: pattern, in: lower[...]).contains(where: { _ in true }) { return what }
        }
        return nil
    }

    private static func positions(of pattern: [UInt8], in bytes: ArraySlice<UInt8>) -> some Sequence<Int> {
        let last = bytes.endIndex - pattern.count
        return (bytes.startIndex..<max(bytes.startIndex, last + 1)).lazy.filter { position in
            bytes[position] == pattern[0] && bytes[position..<position + pattern.count].elementsEqual(pattern)
        }
    }

    /// The end record of a ZIP archive, with a comment of just the right length.
    private static func endsAsZip(_ tail: [UInt8]) -> Bool {
        positions(of: [0x50, 0x4B, 5, 6], in: tail[...]).contains { position in
            guard position + 22 <= tail.count else { return false }
            let comment = Int(tail[position + 20]) | Int(tail[position + 21]) << 8
            return position + 22 + comment == tail.count
        }
    }
}

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
