// Pictures end upright (media.md §1.3).

import Foundation
import Testing

@testable import MediaProcessing

@Suite struct OrientationTests {
    let bench = try? Workbench()
    let upright: [Pixel] = [.red, .green, .blue, .yellow]

    @Test("a JPEG of any EXIF orientation is resized upright", arguments: 1...8)
    func jpeg(orientation: Int) async throws {
        let bench = try #require(bench)
        let stored = try Bitmap.quadrants(64, 48).stored(orientation: orientation).jpeg(quality: 95)
        let input = FileParts.jpeg(stored, inserting: 0xE1, FileParts.exif(orientation: orientation))
        let (report, picture) = try await bench.resize(#"{"width":32,"format":"png"}"#, input)
        #expect(report.width == 32 && report.height == 24)
        #expect(zip(picture.corners, upright).allSatisfy { $0.isNear($1) }, "\(picture.corners)")
    }

    @Test("a PNG and a WebP of any EXIF orientation are converted upright", arguments: ["PNG", "WEBP"], 1...8)
    func others(format: String, orientation: Int) async throws {
        let bench = try #require(bench)
        let exif = Array(FileParts.exif(orientation: orientation).dropFirst(6))
        let stored = Bitmap.quadrants(64, 48).stored(orientation: orientation)
        let bytes = try stored.encoded(Bitmap.Coding(format: format, quality: 95))
        let input =
            format == "PNG"
            ? FileParts.png(bytes, inserting: "eXIf", exif)
            : FileParts.webp(bytes, width: stored.width, height: stored.height, exif: exif)
        let (report, picture, _) = try await bench.convert(#"{"format":"png"}"#, input)
        #expect(report.width == 64 && report.height == 48)
        #expect(zip(picture.corners, upright).allSatisfy { $0.isNear($1) }, "\(picture.corners)")
    }

    @Test("metadata that is kept says upright", arguments: ["jpeg", "webp", "png"])
    func kept(format: String) async throws {
        let bench = try #require(bench)
        let stored = try Bitmap.quadrants(64, 48).stored(orientation: 6).jpeg()
        let input = FileParts.jpeg(stored, inserting: 0xE1, FileParts.exif(orientation: 6))
        let (_, _, bytes) = try await bench.convert(#"{"format":"\#(format)","metadata":"keep"}"#, input)
        let again = try await bench.convert(#"{"format":"png"}"#, bytes)
        #expect(again.report.width == 64 && again.report.height == 48)
        #expect(zip(again.picture.corners, upright).allSatisfy { $0.isNear($1) })
    }
}
