// analysis of picture files.

import Crypto
import Foundation
import Testing

@testable import MediaProcessing

@Suite struct AnalyseImageTests {
    let bench: Workbench
    init() throws { bench = try Workbench() }

    func analyse(_ bytes: [UInt8], _ params: String = "{}") async throws -> MediaReport {
        try await bench.run(AnalyseImage.self, params, on: bytes)
    }

    @Test(
        "format, size, orientation, alpha and depth", arguments: ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "AVIF", "HEIC"])
    func basics(format: String) async throws {
        let found = try await analyse(Bitmap.quadrants(120, 80).encoded(Bitmap.Coding(format: format))).details
        let image = try #require(found["image"])
        #expect(image["format"]?.textValue == format.lowercased())
        #expect(image["width"]?.integerValue == 120 && image["height"]?.integerValue == 80)
        #expect(image["orientation"]?.integerValue == 1 && image["frames"]?.integerValue == 1)
        #expect(image["alpha"] == false && image["animated"] == false)
        #expect(found["hashes"]?["phash"]?.textValue?.count == 16)
        #expect(found["dominant_colors"]?.listValue?.isEmpty == false)
    }

    @Test("a picture stored sideways is described upright", arguments: 1...8) func orientation(
        orientation: Int
    ) async throws {
        let stored = Bitmap.photograph(120, 80).stored(orientation: orientation)
        let jpeg = FileParts.jpeg(try stored.jpeg(), inserting: 0xE1, FileParts.exif(orientation: orientation))
        let found = try await analyse(jpeg).details
        #expect(found["image"]?["width"]?.integerValue == 120)
        #expect(found["image"]?["orientation"]?.integerValue == orientation)
        let upright = try await analyse(Bitmap.photograph(120, 80).jpeg()).details
        let bits = try [found, upright].map { details in
            try #require(UInt64(details["hashes"]?["phash"]?.textValue ?? "", radix: 16))
        }
        #expect(PictureHash(bits: bits[0]).distance(to: PictureHash(bits: bits[1])) <= 4)
    }

    @Test("EXIF is told without place, names and numbers") func exif() async throws {
        let jpeg = FileParts.jpeg(
            try Bitmap.photograph(64, 48).jpeg(), inserting: 0xE1, FileParts.exif(orientation: 1))
        let report = try await analyse(jpeg)
        let exif = try #require(report.details["exif"])
        #expect(exif["make"]?.textValue == "SecretCamera" && exif["gps"] == false)
        let text = try String(contentsOf: URL(fileURLWithPath: report.path), encoding: .utf8)
        #expect(!text.contains("Ada"))
    }

    @Test("an animation has frames, a translucent picture has alpha, a deep one its bits") func kinds() async throws {
        let animation = try await analyse(AnimationTests.animation()).details
        #expect(animation["image"]?["animated"] == true && animation["image"]?["frames"]?.integerValue == 4)
        let clear = try Bitmap.flat(20, 20, .clear).encoded(Bitmap.Coding(alpha: true))
        #expect(try await analyse(clear).details["image"]?["alpha"] == true)
        let deep = try Bitmap.photograph(30, 20).encoded(Bitmap.Coding(depth: 16))
        #expect(try await analyse(deep).details["image"]?["bit_depth"]?.integerValue == 16)
    }

    @Test("the JSON file holds what the report holds") func file() async throws {
        let picture = Bitmap(20, 20) { x, _ in x < 14 ? .red : .blue }
        let bytes = try picture.encoded()
        let report = try await analyse(bytes, #"{"colors":3}"#)
        let written = try JSONDecoder().decode(
            MediaValue.self, from: Data(contentsOf: URL(fileURLWithPath: report.path)))
        #expect(report.format == "json" && written == .object(report.details))
        #expect(
            written["hashes"]?["sha256"]?.textValue
                == SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined())
        #expect(written["dominant_colors"]?.listValue?.first?["color"]?.textValue == "#ff0000")
    }
}
