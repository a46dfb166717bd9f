// Files that are more than they seem (media.md §19): an archive behind a picture, a page within it, encrypted video.
// Owns: which finds are refused.

import FoundationEssentials
import MediaProcessing

/// What a look through a file's structure found.
struct FileScan {
    /// What makes the file unacceptable, in words for its owner; nil if nothing does.
    private(set) var objection: MediaJobError?
    /// Things that are unusual, but no reason to refuse.
    private(set) var warnings: [String] = []

    private static let pictureLimit = 100_000_000

    /// Most parts of an ISO file: a film of six hours in fragments of a second has a quarter of that.
    private static let mostBoxes = 200_000

    init(of file: URL, type: MediaType, size: Int, checkCancelled: () throws -> Void = {}) throws {
        let tail = try InspectedFile.bytes(of: file, from: max(0, size - 65_600), count: 65_600)
        let head = try InspectedFile.bytes(of: file, from: 0, count: 1024)
        if Self.endsAsZip(tail) {
            object("is also a ZIP archive")
        } else if let what = Self.foreign(in: head[...], markers: Self.activeContent) {
            object("contains \(what)")
        } else if type.isPicture {
            try scanPicture(try InspectedFile.bytes(of: file, from: 0, count: min(size, Self.pictureLimit)), type)
        } else if ["mp4", "mov", "m4a"].contains(type.name) {
            try scanBoxes(file, size: size, checkCancelled)
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
        if let what = Self.program(at: rest) ?? Self.foreign(in: rest, markers: Self.activeContent + Self.archives) {
            object("has \(what) behind the picture")
        } else if Self.hasZipEntry(rest) {
            object("has a ZIP archive behind the picture")
        } else if rest.contains(where: { $0 != 0 }) {
            let isVideo = rest.dropFirst(4).starts(with: Array("ftyp".utf8))
            warnings.append(
                isVideo
                    ? "A short video is attached behind the picture" : "\(rest.count) bytes follow the picture's end")
        }
    }

    /// The boxes of an ISO file: complete, and not encrypted.
    private mutating func scanBoxes(_ file: URL, size: Int, _ checkCancelled: () throws -> Void) throws {
        var offset = 0
        var count = 0
        var hasMovie = false
        while offset + 8 <= size {
            try checkCancelled()
            count += 1
            guard count <= Self.mostBoxes else {
                object("consists of more than \(Self.mostBoxes) parts")
                return
            }
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
        ("<svg ", "an SVG document"), ("<svg>", "an SVG document"), ("%pdf-", "a PDF document"),
    ]
    private static let archives: [(String, String)] = [
        ("rar!\u{1A}\u{7}", "a RAR archive"), ("7z\u{BC}\u{AF}\u{27}\u{1C}", "a 7-Zip archive"),
        ("\u{7F}elf\u{1}\u{1}\u{1}", "a program"), ("\u{7F}elf\u{2}\u{1}\u{1}", "a program"),
        ("\u{7F}elf\u{1}\u{2}\u{1}", "a program"), ("\u{7F}elf\u{2}\u{2}\u{1}", "a program"),
        ("#!/bin/", "a program"), ("#!/usr/", "a program"), ("this program cannot be run in dos mode", "a program"),
    ]
    /// What is too short to be looked for anywhere: in the megabytes of a film that a telephone attaches to a picture, it
    /// turns up by chance.
    private static let beginnings: [(String, String)] = [
        ("\u{7F}ELF", "a program"), ("#!/", "a program"), ("PK\u{3}\u{4}", "a ZIP archive"),
    ]

    /// A program or an archive that begins just here, zero bytes aside.
    private static func program(at bytes: ArraySlice<UInt8>) -> String? {
        let start = bytes.drop { $0 == 0 }
        return beginnings.first { start.starts(with: $0.0.utf8) }?.1
    }

    /// Whether an entry of a ZIP archive begins somewhere: its mark, a version and a method that exist.
    private static func hasZipEntry(_ bytes: ArraySlice<UInt8>) -> Bool {
        positions(of: [0x50, 0x4B, 3, 4], in: bytes).contains { position in
            guard position + 10 <= bytes.endIndex else { return false }
            return (10...63).contains(bytes[position + 4]) && bytes[position + 9] == 0
                && (bytes[position + 8] <= 19 || (93...99).contains(bytes[position + 8]))
        }
    }

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
