// Files that are right but unusual, through every operation (media.md §23).

import CMagickWand
import Foundation
import Testing

@testable import MediaProcessing

@Suite struct AwkwardFileTests {
    let bench: Workbench
    init() throws { bench = try Workbench() }

    /// Every operation on pictures, with parameters that suit any picture of at least 8 × 8 pixels.
    static let operations: [(type: any MediaOperation.Type, params: String)] = [
        (ConvertImage.self, #"{"format":"png"}"#), (ConvertImage.self, #"{"format":"jpeg"}"#),
        (ConvertImage.self, #"{"format":"webp"}"#),
        (ResizeImage.self, #"{"width":20,"height":20,"position":"attention"}"#),
        (CropImage.self, #"{"width":8,"height":8,"gravity":"smart"}"#), (WatermarkImage.self, #"{"text":"Ada"}"#),
        (StripImageMetadata.self, "{}"), (AnalyseImage.self, "{}"),
    ]

    private static func run(
        _ type: (some MediaOperation).Type, _ params: String, _ bytes: [UInt8], _ bench: Workbench
    ) async throws -> MediaReport { try await bench.run(type, params, on: bytes) }

    static func awkward() throws -> [(name: String, bytes: [UInt8])] {
        let photograph = Bitmap.photograph(60, 44)
        let palette = Bitmap(60, 44) { x, y in x < 30 ? .clear : y < 22 ? .red : .blue }
        return [
            ("CMYK JPEG", try photograph.encoded(.init(format: "JPEG", colorspace: CMYKColorspace))),
            ("grey JPEG", try photograph.encoded(.init(format: "JPEG", type: GrayscaleType))),
            ("16-bit PNG", try photograph.encoded(.init(depth: 16))),
            ("palette PNG with alpha", try palette.encoded(.init(alpha: true, type: PaletteMatteType))),
            ("1-bit PNG", try Bitmap.quadrants(60, 44).encoded(.init(type: BilevelType))),
            ("foreign profile", try photograph.encoded(.init(profiles: [("icc", ColourProfiles.swappedRedAndGreen)]))),
            ("CMYK TIFF", try photograph.encoded(.init(format: "TIFF", colorspace: CMYKColorspace))),
            ("16-bit TIFF", try photograph.encoded(.init(format: "TIFF", depth: 16))),
            ("one column", try Bitmap.photograph(8, 900).encoded()),
            ("one row", try Bitmap.photograph(900, 8).encoded()),
            ("GIF with partial frames", try partialAnimation()),
            ("trailing garbage", try photograph.jpeg() + [UInt8](repeating: 0xD8, count: 999)),
            ("lossless WebP with alpha", try palette.encoded(.init(format: "WEBP", quality: 100, alpha: true))),
        ]
    }

    /// A canvas with a small second frame that covers only a part.
    private static func partialAnimation() throws -> [UInt8] {
        var second = Bitmap.flat(60, 44, .red)
        for index in 0..<40 { second.pixels[index] = .blue }
        return try Bitmap.animation([.flat(60, 44, .red), second], format: "GIF", delays: [10, 10])
    }

    @Test("unusual pictures go through every operation") func awkward() async throws {
        for (name, bytes) in try Self.awkward() {
            for (type, params) in Self.operations {
                let report = try await Self.run(type, params, bytes, bench)
                #expect(report.bytes > 0, "\(name): \(type.name)")
            }
        }
    }

    @Test("EXIF orientations mean the same in every format", arguments: ["JPEG", "PNG", "WEBP", "TIFF"])
    func orientations(format: String) async throws {
        for orientation in 1...8 {
            let stored = Bitmap.quadrants(80, 60).stored(orientation: orientation)
            let file = try bench.file(
                "\(format)-\(orientation).\(format.lowercased())", try stored.encoded(.init(format: format)))
            try await Exiftool.write(file, ["-Orientation#=\(orientation)"])
            let bytes = try Array(Data(contentsOf: file))
            for (type, params) in [
                (ResizeImage.self, #"{"width":40,"format":"png"}"#),
                (CropImage.self, #"{"aspect":"1:1","format":"png"}"#),
                (StripImageMetadata.self, "{}"),
            ] as [(any MediaOperation.Type, String)] {
                let report = try await Self.run(type, params, bytes, bench)
                let picture = try Bitmap(decoding: URL(fileURLWithPath: report.path))
                let expected = Bitmap.quadrants(4, 4).corners
                #expect(
                    zip(picture.corners, expected).allSatisfy { $0.isNear($1, within: 40) },
                    "\(format) \(orientation) \(type.name): \(picture)")
            }
        }
    }

    @Test("what is no picture is refused by every operation, whatever its name is")
    func disguised() async throws {
        let disguises = [
            "", "<svg xmlns='http://www.w3.org/2000/svg'/>", "<?xml version='1.0'?><image><read filename='x'/></image>",
            "push graphic-context\npop graphic-context", "#EXTM3U\nhttp://127.0.0.1/", "P3\n1 1\n255\n0 0 0\n",
            "\u{89}PNG", "GIF89a", "RIFF\u{4}\0\0\0WEBP",
        ]
        for text in disguises {
            for (type, params) in Self.operations {
                let error = try await bench.failure { try await Self.run(type, params, Array(text.utf8), bench) }
                #expect(
                    [.unsupportedFormat, .corruptInput].contains(error.code) && error.isPermanent, "\(text): \(error)")
            }
        }
    }

    @Test("a bomb of 900 megapixels in a few kilobytes is refused by its header") func bomb() async throws {
        let side = UInt32(30_000)
        let header = [side, side].flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }
        let png =
            [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + FileParts.pngChunk("IHDR", header + [1, 0, 0, 0, 0])
            + FileParts.pngChunk("IDAT", [UInt8](repeating: 0, count: 5000)) + FileParts.pngChunk("IEND", [])
        for (type, params) in Self.operations {
            let start = ContinuousClock.now
            let error = try await bench.failure { try await Self.run(type, params, png, bench) }
            #expect(error.code == .tooLarge && ContinuousClock.now - start < .seconds(30), "\(type.name)")
        }
    }
}
