// Types, names and structures of files.

import Foundation
import Testing

@testable import MediaJobs

@Suite struct InspectionTests {
    @Test(
        "a file is what its first bytes say",
        arguments: [
            ([0xFF, 0xD8, 0xFF, 0xE0], "image/jpeg"), (Array("GIF89a".utf8), "image/gif"),
            ([0, 0, 0, 0x18] + Array("ftypisom\0\0\0\0".utf8), "video/mp4"),
            ([0, 0, 0, 0x14] + Array("ftypqt  \0\0\0\0".utf8), "video/quicktime"),
            ([0, 0, 0, 0x18] + Array("ftypM4A \0\0\0\0".utf8), "audio/mp4"),
            ([0, 0, 0, 0x18] + Array("ftypheic\0\0\0\0".utf8), "image/heic"),
            ([0x1A, 0x45, 0xDF, 0xA3, 0x9F, 0x42, 0x82, 0x84] + Array("webm".utf8), "video/webm"),
            ([0x1A, 0x45, 0xDF, 0xA3, 0x9F, 0x42, 0x82, 0x88] + Array("matroska".utf8), "video/x-matroska"),
            (Array("RIFF....WAVE".utf8), "audio/wav"), (Array("RIFF....AVI ".utf8), "video/x-msvideo"),
            (Array("fLaC".utf8), "audio/flac"), (Array("OggS".utf8), "audio/ogg"), (Array("ID3".utf8), "audio/mpeg"),
            ([0xFF, 0xFB, 0x90, 0x64], "audio/mpeg"), ([0xFF, 0xF1, 0x50, 0x80, 0, 0, 0], "audio/aac"),
        ] as [([UInt8], String)])
    func types(bytes: [UInt8], mimeType: String) throws {
        #expect(try #require(MediaType(signatureOf: bytes)).mimeType == mimeType)
    }

    @Test(
        "pages, drawings, playlists, archives and documents are not on the list",
        arguments: [
            "", "<svg/>", "<?xml version=\"1.0\"?><svg/>", "<!DOCTYPE html>", "#EXTM3U", "%PDF-1.7", "PK\u{3}\u{4}",
            "push graphic-context", "ffconcat version 1.0", "MZ", "\u{7F}ELF", "RIFF....OTHR", "hello",
        ])
    func notMedia(text: String) { #expect(MediaType(signatureOf: Array(text.utf8)) == nil) }

    @Test(
        "a proposed file name is decoded and made safe",
        arguments: [
            ("attachment; filename=\"a photo.jpg\"", "a photo.jpg"), ("attachment; filename=plain.jpg", "plain.jpg"),
            ("inline; FileName=\"quo\\\"te.jpg\"", "quote.jpg"),
            ("attachment; filename=\"fallback.jpg\"; filename*=UTF-8''na%C3%AFve%20file.jpg", "naïve file.jpg"),
            ("attachment; filename*=iso-8859-1'en'%A3.jpg", "£.jpg"),
            ("attachment; filename=\"../../etc/passwd\"", "passwd"),
            ("attachment; filename=\"C:\\\\x\\\\y.jpg\"", "y.jpg"),
            ("attachment; filename=\"a;b=c.jpg\"; size=3", "a;b=c.jpg"),
            ("attachment; filename=\"...hidden.jpg\"", "hidden.jpg"),
            ("attachment; filename=\"photo\u{202E}gpj.exe\"", "photogpj.exe"),
            ("attachment; filename=\"%41.jpg\"", "A.jpg"),
        ])
    func fileNames(header: String, name: String) { #expect(ContentDisposition.fileName(header) == name) }

    @Test(
        "a header without a usable name gives none",
        arguments: ["inline", "attachment; filename=\"..\"", "x; filename*=utf-16''a", ""])
    func noFileName(header: String) { #expect(ContentDisposition.fileName(header) == nil) }

    @Test("a name gets the extension of what the file is") func extensions() throws {
        let jpeg = try #require(MediaType(signatureOf: [0xFF, 0xD8, 0xFF]))
        for (name, expected) in [
            ("a.jpg", "a.jpg"), ("a.JPG", "a.JPG"), ("a.png", "a.jpg"), ("a", "a.jpg"), ("a.tar.gz", "a.tar.jpg"),
            ("jpg", "jpg.jpg"),
        ] { #expect(InspectedFile.name(name, for: jpeg) == expected) }
    }

    static let jpeg: [UInt8] =
        [0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 0xFF, 0xD9, 0xFF, 0xDA, 0, 2, 1, 0xFF, 0, 2, 0xFF, 0xD0, 3, 0xFF, 0xD9]
    static let gif: [UInt8] =
        Array("GIF89a".utf8) + [
            1, 0, 1, 0, 0x80, 0, 0, 1, 2, 3, 4, 5, 6, 0x21, 0xF9, 1, 0x3B, 0, 0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0,
        ]
        + [2, 2, 0x4C, 1, 0, 0x3B]

    @Test("each format ends where its structure says") func ends() throws {
        let webp = Array("RIFF".utf8) + [8, 0, 0, 0] + Array("WEBPVP8 ".utf8)
        for bytes in [Self.jpeg, Self.gif, MediaJobTests.picture, webp] {
            let type = try #require(MediaType(signatureOf: bytes))
            #expect(PictureEnd.offset(in: bytes, of: type) == bytes.count, "\(type.name)")
            #expect(PictureEnd.offset(in: bytes + [0x50, 0x4B], of: type) == bytes.count, "\(type.name)")
            #expect(PictureEnd.offset(in: bytes.dropLast(), of: type) == nil, "\(type.name)")
        }
    }
}

extension PictureEnd {
    fileprivate static func offset(in bytes: ArraySlice<UInt8>, of type: MediaType) -> Int? {
        offset(in: Array(bytes), of: type)
    }
}
