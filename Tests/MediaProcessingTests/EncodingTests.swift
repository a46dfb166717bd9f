// What convert_image writes: formats, settings, colours, transparency, metadata.

import CMagickWand
import Foundation
import Testing

@testable import MediaProcessing

@Suite struct EncodingTests {
    let bench = try? Workbench()

    @Test("a picture converts to every writable format", arguments: ImageFormat.writable)
    func formats(format: ImageFormat) async throws {
        let bench = try #require(bench)
        #expect(ImageCapabilities.installed.writable.contains(format))
        let (report, picture, bytes) = try await bench.convert(
            #"{"format":"\#(format.rawValue)"}"#, try Bitmap.quadrants(64, 48).encoded())
        #expect(ImageFormat(signatureOf: bytes) == format)
        #expect(report.format == format.rawValue && report.bytes == bytes.count && report.frames == 1)
        #expect(report.path.hasSuffix("out.\(format.fileExtension)"))
        #expect(report.width == 64 && report.height == 48 && picture.width == 64 && picture.height == 48)
        #expect(zip(picture.corners, Bitmap.quadrants(4, 4).corners).allSatisfy { $0.isNear($1) })
        #expect(report.warnings.isEmpty, "\(report.warnings)")
    }

    @Test("the same input gives the same bytes", arguments: ImageFormat.writable)
    func deterministic(format: ImageFormat) async throws {
        let bench = try #require(bench)
        let params = #"{"format":"\#(format.rawValue)","metadata":"keep"}"#
        let input = try Bitmap.photograph(120, 90).jpeg()
        let first = try await bench.convert(params, input).bytes
        // Dates in results would differ from one second to the next.
        try await Task.sleep(for: .milliseconds(1100))
        let second = try await bench.convert(params, input).bytes
        let differing = zip(first, second).count { $0 != $1 }
        #expect(differing == 0 && first.count == second.count)
    }

    @Test func `a JPEG is progressive, halves chroma and has the default quality`() async throws {
        let bench = try #require(bench)
        let input = try Bitmap.photograph(200, 150).encoded()
        func frame(_ params: String) async throws -> (marker: UInt8, sampling: UInt8, size: Int) {
            let bytes = try await bench.convert(params, input).bytes
            let start = try #require(
                FileParts.jpegSegments(bytes).first { [0xC0, 0xC1, 0xC2].contains($0.marker) })
            return (start.marker, start.content[7], bytes.count)
        }
        let standard = try await frame(#"{"format":"jpeg"}"#)
        #expect(standard.marker == 0xC2 && standard.sampling == 0x22)
        let plain = try await frame(#"{"format":"jpg","progressive":false,"chromaSubsampling":"4:4:4"}"#)
        #expect(plain.marker == 0xC0 && plain.sampling == 0x11)
        #expect(try await frame(#"{"format":"jpeg","quality":80}"#) == standard)
        #expect(try await frame(#"{"format":"jpeg","quality":30}"#).size < standard.size)
    }

    @Test func `lossless WebP keeps every pixel`() async throws {
        let bench = try #require(bench)
        let original = Bitmap.photograph(90, 70)
        let (_, picture, bytes) = try await bench.convert(
            #"{"format":"webp","lossless":true,"effort":0}"#, try original.encoded())
        #expect(picture.differences(from: original) == 0)
        #expect(FileParts.webpChunks(bytes).contains { $0.name == "VP8L" })
    }

    @Test func `AVIF follows quality and takes odd sizes`() async throws {
        let bench = try #require(bench)
        let original = Bitmap.photograph(151, 77)
        let input = try original.encoded()
        let standard = try await bench.convert(#"{"format":"avif"}"#, input)
        let same = try await bench.convert(#"{"format":"avif","quality":50}"#, input)
        let low = try await bench.convert(#"{"format":"avif","quality":10}"#, input)
        #expect(standard.report.bytes == same.report.bytes && low.report.bytes < standard.report.bytes)
        #expect(standard.picture.width == 151 && standard.picture.height == 77)
        #expect(standard.picture.differences(from: original, over: 60) < original.pixels.count / 50)
    }

    @Test func `PNG and TIFF keep every pixel, and PNG has no chunk that tells more`() async throws {
        let bench = try #require(bench)
        let original = Bitmap.photograph(90, 70)
        for format in ["png", "tiff"] {
            let (_, picture, bytes) = try await bench.convert(#"{"format":"\#(format)"}"#, try original.encoded())
            #expect(picture.differences(from: original) == 0)
            if format == "png" { #expect(Set(FileParts.pngChunks(bytes)) == ["IHDR", "IDAT", "IEND"]) }
        }
    }

    @Test func `sixteen bits are kept only when asked for`() async throws {
        let bench = try #require(bench)
        let deep = try Bitmap.photograph(60, 40).encoded(Bitmap.Coding(format: "PNG", depth: 16))
        #expect(deep[24] == 16)
        #expect(try await bench.convert(#"{"format":"png"}"#, deep).bytes[24] == 8)
        #expect(try await bench.convert(#"{"format":"png","bitdepth":16}"#, deep).bytes[24] == 16)
    }

    @Test func `transparency is kept where possible and laid over the background elsewhere`() async throws {
        let bench = try #require(bench)
        let hole = Bitmap(40, 40) { x, _ in x < 20 ? Pixel(red: 200, green: 10, blue: 10, alpha: 0) : .blue }
        let input = try hole.encoded(Bitmap.Coding(alpha: true))
        for format in ["png", "webp", "gif", "tiff"] {
            let (report, picture, _) = try await bench.convert(#"{"format":"\#(format)"}"#, input)
            #expect(picture[5, 20].alpha == 0 && picture[35, 20].isNear(.blue), "\(format)")
            #expect(report.warnings.isEmpty, "\(format) \(report.warnings)")
        }
        let avif = try await bench.convert(#"{"format":"avif"}"#, input)
        #expect(avif.picture[5, 20].isNear(.white) && avif.picture[35, 20].isNear(.blue))
        #expect(avif.report.warnings == ["avif holds no transparency: laid over the background"])
        let white = try await bench.convert(#"{"format":"jpeg"}"#, input)
        #expect(white.picture[5, 20].isNear(.white))
        #expect(white.report.warnings == ["jpeg holds no transparency: laid over the background"])
        let green = try await bench.convert(##"{"format":"jpeg","background":"#0f0"}"##, input)
        #expect(green.picture[5, 20].isNear(.green) && green.picture[35, 20].isNear(.blue))
    }

    @Test func `a palette with transparency is understood`() async throws {
        let bench = try #require(bench)
        let hole = Bitmap(40, 40) { x, y in x < 20 ? .clear : (y < 20 ? .red : .yellow) }
        let input = try hole.encoded(Bitmap.Coding(format: "PNG", alpha: true, type: PaletteMatteType))
        #expect(input[25] == 3, "the fixture has a palette")
        let (_, picture) = try await bench.resize(#"{"width":20,"format":"png"}"#, input)
        #expect(picture[4, 10].alpha == 0 && picture[15, 4].isNear(.red) && picture[15, 15].isNear(.yellow))
    }

    @Test func `CMYK becomes sRGB, with a warning if there is no profile`() async throws {
        let bench = try #require(bench)
        let input = try Bitmap.quadrants(64, 48)
            .encoded(Bitmap.Coding(format: "JPEG", quality: 95, colorspace: CMYKColorspace))
        let start = try #require(FileParts.jpegSegments(input).first { $0.marker == 0xC0 })
        #expect(start.content[5] == 4, "the fixture has four channels")
        let (report, picture, bytes) = try await bench.convert(#"{"format":"jpeg"}"#, input)
        let result = try #require(FileParts.jpegSegments(bytes).first { $0.marker == 0xC2 })
        #expect(result.content[5] == 3)
        #expect(zip(picture.corners, Bitmap.quadrants(4, 4).corners).allSatisfy { $0.isNear($1, within: 40) })
        #expect(report.warnings == ["CMYK without a colour profile: colours are approximate"])
    }

    @Test func `a wide-gamut profile is converted, not just dropped`() async throws {
        let bench = try #require(bench)
        let color = Pixel(red: 60, green: 200, blue: 60)
        let input = try Bitmap.flat(32, 32, color)
            .encoded(Bitmap.Coding(format: "PNG", profiles: [("icc", ColourProfiles.swappedRedAndGreen)]))
        #expect(FileParts.pngChunks(input).contains("iCCP"))
        let (report, picture, bytes) = try await bench.convert(#"{"format":"png"}"#, input)
        #expect(picture[16, 16].isNear(Pixel(red: 200, green: 60, blue: 60), within: 6), "\(picture[16, 16])")
        #expect(!FileParts.pngChunks(bytes).contains("iCCP"))
        #expect(report.warnings.isEmpty)
    }

    @Test func `an sRGB profile changes nothing and a broken one is reported`() async throws {
        let bench = try #require(bench)
        let color = Pixel(red: 60, green: 200, blue: 60)
        let fine = try Bitmap.flat(32, 32, color)
            .encoded(Bitmap.Coding(format: "JPEG", profiles: [("icc", SRGBProfile.bytes)]))
        #expect(FileParts.contains(fine, "ICC_PROFILE"))
        let (report, picture, bytes) = try await bench.convert(#"{"format":"png"}"#, fine)
        #expect(picture[16, 16].isNear(color, within: 4) && report.warnings.isEmpty)
        #expect(!FileParts.contains(bytes, "iCCP"))

        let content = Array("ICC_PROFILE\0".utf8) + [1, 1] + [UInt8](repeating: 7, count: 300)
        let broken = FileParts.jpeg(try Bitmap.flat(32, 32, color).jpeg(), inserting: 0xE2, content)
        let second = try await bench.convert(#"{"format":"png"}"#, broken)
        #expect(second.picture[16, 16].isNear(color, within: 4))
        #expect(second.report.warnings == ["The colour profile is damaged and was ignored"])
    }

    @Test("metadata is gone by default", arguments: ["jpeg", "png", "webp", "avif", "tiff"])
    func stripped(format: String) async throws {
        let bench = try #require(bench)
        var input = FileParts.jpeg(
            try Bitmap.photograph(64, 48).jpeg(), inserting: 0xE1, FileParts.exif(orientation: 1))
        input = FileParts.jpeg(input, inserting: 0xFE, Array("SecretComment".utf8))
        let xmp = "http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'>SecretXMP</x:xmpmeta>"
        input = FileParts.jpeg(input, inserting: 0xE1, Array(xmp.utf8))
        let bytes = try await bench.convert(#"{"format":"\#(format)"}"#, input).bytes
        for text in ["Secret", "Ada", "Exif", "xmpmeta", "date:"] {
            #expect(!FileParts.contains(bytes, text), "\(text)")
        }
        if format == "jpeg" {
            let allowed: Set<UInt8> = [0xE0, 0xDB, 0xC2, 0xC4, 0xDA]
            #expect(FileParts.jpegSegments(bytes).allSatisfy { allowed.contains($0.marker) })
        }
        if format == "webp" { #expect(FileParts.webpChunks(bytes).map(\.name) == ["VP8 "]) }
        if format == "png" { #expect(Set(FileParts.pngChunks(bytes)) == ["IHDR", "IDAT", "IEND"]) }
    }

    @Test("only the makers' names stay with metadata copyright", arguments: ["jpeg", "webp", "png"])
    func copyright(format: String) async throws {
        let bench = try #require(bench)
        let input = FileParts.jpeg(
            try Bitmap.photograph(64, 48).jpeg(), inserting: 0xE1, FileParts.exif(orientation: 1))
        let bytes = try await bench.convert(#"{"format":"\#(format)","metadata":"copyright"}"#, input).bytes
        #expect(FileParts.contains(bytes, "Ada Artist") && FileParts.contains(bytes, "(c) Ada"))
        let tells = FileParts.contains(bytes, "SecretCamera")
        #expect(!tells)
    }

    @Test func `everything stays with metadata keep`() async throws {
        let bench = try #require(bench)
        let input = FileParts.jpeg(
            try Bitmap.photograph(64, 48).jpeg(), inserting: 0xE1, FileParts.exif(orientation: 1))
        let bytes = try await bench.convert(#"{"format":"jpeg","metadata":"keep"}"#, input).bytes
        #expect(FileParts.contains(bytes, "SecretCamera") && FileParts.contains(bytes, "Ada Artist"))
    }

    @Test func `parameters without effect are told`() async throws {
        let bench = try #require(bench)
        let (report, _, _) = try await bench.convert(
            #"{"format":"png","quality":50,"progressive":true}"#, try Bitmap.quadrants(8, 8).encoded())
        #expect(report.warnings == [#""quality" has no effect on png"#, #""progressive" has no effect on png"#])
    }
}

/// Colour profiles made by code.
enum ColourProfiles {
    /// sRGB with the red and green primaries exchanged: a conversion that did happen cannot be overlooked.
    static let swappedRedAndGreen: [UInt8] = {
        var bytes = SRGBProfile.bytes
        let entries = stride(from: 132, to: 132 + 12 * 10, by: 12)
        for entry in entries {
            switch String(decoding: bytes[entry..<entry + 4], as: UTF8.self) {
            case "rXYZ": bytes.replaceSubrange(entry..<entry + 4, with: Array("gXYZ".utf8))
            case "gXYZ": bytes.replaceSubrange(entry..<entry + 4, with: Array("rXYZ".utf8))
            default: break
            }
        }
        // Not "sRGB" any more, so that the profile is looked at.
        let name = Array("sRGB".utf16).flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
        if let range = Data(bytes).range(of: Data(name)) {
            bytes.replaceSubrange(range, with: Array("wRGB".utf16).flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] })
        }
        return bytes
    }()
}
