// crop_image by the pixels of its results.

import Foundation
import Testing

@testable import MediaProcessing

@Suite struct CropImageTests {
    let bench: Workbench
    init() throws { bench = try Workbench() }

    func crop(_ params: String, _ bytes: [UInt8]) async throws -> (report: MediaReport, picture: Bitmap) {
        let report = try await bench.run(CropImage.self, params, on: bytes)
        return (report, try Bitmap(decoding: URL(fileURLWithPath: report.path)))
    }

    @Test("a rectangle comes out pixel by pixel", arguments: ["PNG", "TIFF", "WEBP"]) func exact(
        format: String
    ) async throws {
        let whole = Bitmap.photograph(120, 90)
        let source = try whole.encoded(Bitmap.Coding(format: format == "WEBP" ? "PNG" : format))
        let lossless = format == "WEBP" ? #","format":"webp","lossless":true"# : ""
        let (report, picture) = try await crop(#"{"x":13,"y":7,"width":50,"height":41\#(lossless)}"#, source)
        #expect(report.width == 50 && report.height == 41)
        #expect(picture == Bitmap(50, 41) { x, y in whole[x + 13, y + 7] })
    }

    @Test("coordinates mean the upright picture", arguments: 1...8) func orientation(orientation: Int) async throws {
        let stored = Bitmap.quadrants(160, 120).stored(orientation: orientation)
        let jpeg = FileParts.jpeg(try stored.jpeg(), inserting: 0xE1, FileParts.exif(orientation: orientation))
        let (_, picture) = try await crop(#"{"x":80,"y":0,"width":80,"height":60}"#, jpeg)
        #expect(picture.width == 80 && picture.height == 60)
        #expect(picture.corners.allSatisfy { $0.isNear(.green) })
    }

    @Test("the smart window finds the only thing there is", arguments: ["smart", "entropy"])
    func smart(word: String) async throws {
        let busy = Bitmap.photograph(60, 60)
        let whole = Bitmap(400, 100) { x, y in
            (300..<360).contains(x) && (20..<80).contains(y)
                ? busy[x - 300, y - 20] : Pixel(red: 240, green: 240, blue: 240)
        }
        let (_, picture) = try await crop("{\"aspect\":\"1:1\",\"gravity\":\"\(word)\"}", whole.encoded())
        #expect(picture.width == 100)
        #expect(picture.pixels.count { !$0.isNear(Pixel(red: 240, green: 240, blue: 240), within: 20) } > 3000)
    }

    @Test("all frames of an animation are cut alike, also by a smart window", arguments: ["GIF", "WEBP"])
    func animation(format: String) async throws {
        let frames = (0..<3).map { frame in
            Bitmap(120, 60) { x, y in
                let spot = 10 + 40 * frame
                return (spot..<spot + 12).contains(x) && (20..<40).contains(y) ? .red : .white
            }
        }
        let bytes = try Bitmap.animation(frames, format: format, delays: [10, 10, 10])
        let report = try await bench.run(CropImage.self, #"{"aspect":"1:1","gravity":"smart"}"#, on: bytes)
        #expect(report.frames == 3 && report.width == 60)
        // The first frame decides: its spot is in the window, the last frame's is not.
        let file = URL(fileURLWithPath: report.path)
        #expect(try Bitmap(frames: file, index: 0).pixels.contains { $0.isNear(.red, within: 60) })
        #expect(try !Bitmap(frames: file, index: 2).pixels.contains { $0.isNear(.red, within: 60) })
    }

    @Test("JPEG in, JPEG out, without metadata") func metadata() async throws {
        let jpeg = FileParts.jpeg(
            try Bitmap.photograph(100, 80).jpeg(), inserting: 0xE1, FileParts.exif(orientation: 1))
        let report = try await bench.run(CropImage.self, #"{"width":40,"height":40}"#, on: jpeg)
        let bytes = try Array(Data(contentsOf: URL(fileURLWithPath: report.path)))
        #expect(report.format == "jpeg" && !FileParts.contains(bytes, "SecretCamera"))
    }
}
