// What is refused, with which code, and before how much work (media.md §20).

import Foundation
import Testing

@testable import MediaProcessing

@Suite struct RefusalTests {
    let bench = try? Workbench()

    func error(_ bytes: [UInt8], _ params: String = #"{"format":"png"}"#) async throws -> MediaError {
        let bench = try #require(bench)
        return try await bench.failure { try await bench.run(ConvertImage.self, params, on: bytes) }
    }

    @Test(
        "documents and programs dressed as pictures are refused",
        arguments: [
            ("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><rect width='5' height='5'/></svg>", "SVG"),
            ("<?xml version='1.0'?><!DOCTYPE svg><svg width='9' height='9'/>", "SVG"),
            ("push graphic-context\nviewbox 0 0 9 9\npop graphic-context", "MVG"),
            ("<?xml version='1.0'?><image><read filename='/etc/passwd'/></image>", "markup"),
            ("%!PS-Adobe-3.0\nshowpage", "PostScript"), ("%PDF-1.4\n", "PDF"),
            ("<html><body>hello</body></html>", "HTML"),
            ("\0\0\0\u{18}ftypmp42\0\0\0\0isommp42", "video"), ("P3\n1 1\n255\n0 0 0\n", "no known kind"),
            ("", "empty file"),
        ])
    func disguises(text: String, kind: String) async throws {
        let error = try await error(Array(text.utf8))
        #expect(error.code == .unsupportedFormat && error.isPermanent)
        #expect(error.message.contains(kind), "\(error.message)")
    }

    @Test("an open coder other than the allowed ones does not exist for the library")
    func policy() async throws {
        #expect(ImageCapabilities.installed.readable == Set(ImageFormat.allCases))
        let svg = Array("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>".utf8)
        #expect(throws: FixtureError.self) { try Bitmap(decoding: svg) }
        #expect(throws: FixtureError.self) { try Bitmap(decoding: Array("P3\n1 1\n255\n0 0 0\n".utf8)) }
    }

    @Test("a cut-off file is corrupt", arguments: ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "AVIF"])
    func truncated(format: String) async throws {
        let whole = try Bitmap.photograph(200, 150).encoded(Bitmap.Coding(format: format))
        for share in [0.3, 0.6, 0.9] {
            let error = try await error(Array(whole.prefix(Int(Double(whole.count) * share))))
            #expect(error.code == .corruptInput && error.isPermanent, "\(share): \(error)")
        }
    }

    @Test("bytes after the end do not matter", arguments: ["JPEG", "PNG", "GIF", "WEBP", "TIFF"])
    func trailingGarbage(format: String) async throws {
        let bench = try #require(bench)
        let whole = try Bitmap.quadrants(64, 48).encoded(Bitmap.Coding(format: format))
        let (report, picture, bytes) = try await bench.convert(
            #"{"format":"png"}"#, whole + Array("SecretTrailer".utf8) + [UInt8](repeating: 0xA5, count: 5000))
        #expect(report.width == 64 && zip(picture.corners, Bitmap.quadrants(4, 4).corners).allSatisfy { $0.isNear($1) })
        #expect(!FileParts.contains(bytes, "SecretTrailer"))
    }

    @Test("damage in the middle does not crash", arguments: ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "AVIF", "HEIC"])
    func damaged(format: String) async throws {
        let bench = try #require(bench)
        let whole = try Bitmap.photograph(96, 80).encoded(Bitmap.Coding(format: format))
        var random = SystemRandom(seed: 42)
        for _ in 0..<40 {
            var bytes = whole
            for _ in 0..<6 {
                let place = Int.random(in: 12..<bytes.count, using: &random)
                bytes[place] = UInt8.random(in: 0...255, using: &random)
            }
            do {
                try await bench.run(ResizeImage.self, #"{"width":48,"format":"png"}"#, on: bytes)
            } catch let error as MediaError {
                #expect(error.isPermanent, "\(error)")
            }
        }
    }

    @Test("a bomb is refused by its header") func bomb() async throws {
        let header = [UInt8](arrayLiteral: 0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30, 1, 0, 0, 0, 0)
        let png =
            [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + FileParts.pngChunk("IHDR", header)
            + FileParts.pngChunk("IDAT", [UInt8](repeating: 0, count: 100)) + FileParts.pngChunk("IEND", [])
        let error = try await error(png)
        #expect(error.code == .tooLarge && error.isPermanent && error.message.contains("30000x30000"))

        var jpeg = try Bitmap.quadrants(16, 16).jpeg()
        let frame = try #require(jpeg.indices.dropLast(9).first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xC0 })
        jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0x3F, 0xFF, 0x3F, 0xFF])
        #expect(try await self.error(jpeg).code == .tooLarge)
    }

    @Test("a side, a file or an animation over the limit is refused") func limits() async throws {
        let bench = try #require(bench)
        let animation = try AnimationTests.animation()
        let strip = try Bitmap.flat(100, 10, .red).encoded()
        let cases: [(bytes: [UInt8], limit: (inout ImageLimits) -> Void)] = [
            (animation, { $0.framePixels = 60 * 40 * 3 }), (animation, { $0.frames = 3 }),
            (animation, { $0.inputBytes = 100 }), (animation, { $0.pixels = 2399 }), (strip, { $0.side = 99 }),
        ]
        for (bytes, limit) in cases {
            var limits = ImageLimits()
            limit(&limits)
            let limited = Limited(limits: limits)
            #expect(try await bench.failure { try await limited.run(bench, bytes) }.code == .tooLarge)
        }
        let result = try await bench.failure {
            try await bench.run(
                ResizeImage.self, #"{"width":16000,"height":16000,"withoutEnlargement":false}"#, on: strip)
        }
        #expect(result.code == .tooLarge)
    }

    @Test("transparency that the library cannot read is not guessed") func heifAlpha() async throws {
        var bytes = try Bitmap.quadrants(64, 48).encoded(Bitmap.Coding(format: "AVIF"))
        bytes += Array("urn:mpeg:mpegB:cicp:systems:auxiliary:alpha".utf8)
        let error = try await error(bytes)
        #expect(error.code == .capabilityMissing && error.isPermanent)
    }

    @Test("inputs that are no regular files and outputs that cannot be are told apart") func files() async throws {
        let bench = try #require(bench)
        let operation = try bench.operation(ConvertImage.self, #"{"format":"png"}"#)
        let output = OutputDestination(folder: bench.folder, stem: "out")
        let absent = try await bench.failure {
            try await operation.run(input: bench.folder.appendingPathComponent("absent"), output: output) { _ in }
        }
        #expect(absent.code == .unreadableInput && !absent.isPermanent)
        let folder = try await bench.failure { try await operation.run(input: bench.folder, output: output) { _ in } }
        #expect(folder.code == .unreadableInput)

        let input = try bench.file("fine.png", try Bitmap.quadrants(8, 8).encoded())
        let nowhere = OutputDestination(folder: bench.folder.appendingPathComponent("absent"), stem: "out")
        let unwritable = try await bench.failure { try await operation.run(input: input, output: nowhere) { _ in } }
        #expect(unwritable.code == .unwritableOutput && !unwritable.isPermanent)
        #expect(!unwritable.message.contains(bench.folder.path) && !absent.message.contains(bench.folder.path))
    }

    @Test("a failed operation leaves no file behind") func leavesNothing() async throws {
        let bench = try #require(bench)
        _ = try await error(Array("<svg/>".utf8))
        let whole = try Bitmap.photograph(200, 150).jpeg()
        _ = try await error(Array(whole.prefix(whole.count / 2)))
        let names = try FileManager.default.contentsOfDirectory(atPath: bench.folder.path)
        #expect(names.allSatisfy { $0.hasPrefix("input-") }, "\(names)")
    }
}

/// A conversion under other limits.
struct Limited {
    var limits: ImageLimits

    func run(_ bench: Workbench, _ bytes: [UInt8]) async throws -> MediaReport {
        try await ImagePipeline.run(
            try bench.operation(ConvertImage.self, #"{"format":"gif"}"#), input: try bench.file("limited", bytes),
            output: OutputDestination(folder: bench.folder, stem: "out"), limits: limits, progress: { _ in })
    }
}

/// A repeatable source of random numbers.
struct SystemRandom: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
