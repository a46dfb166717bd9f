// Animated GIF and WebP (media.md §3): frames, durations, and what is left where animation cannot be held.

import Foundation
import Testing

@testable import MediaProcessing

@Suite struct AnimationTests {
    let bench = try? Workbench()
    static let colors: [Pixel] = [.red, .green, .blue, .yellow]

    /// Four frames, 100, 250, 50 and 400 ms.
    static func animation(_ format: String = "GIF") throws -> [UInt8] {
        try Bitmap.animation(
            colors.map { color in Bitmap(60, 40) { x, y in (20..<40).contains(x) ? color : .white } },
            format: format, delays: [10, 25, 5, 40])
    }

    @Test func `an animated GIF is resized frame by frame`() async throws {
        let bench = try #require(bench)
        let report = try await bench.run(ResizeImage.self, #"{"width":30}"#, on: try Self.animation())
        #expect(report.format == "gif" && report.frames == 4 && report.width == 30 && report.height == 20)
        for (index, color) in Self.colors.enumerated() {
            let frame = try Bitmap(frames: URL(fileURLWithPath: report.path), index: index)
            #expect(frame.width == 30 && frame[15, 10].isNear(color, within: 40) && frame[2, 10].isNear(.white))
        }
    }

    @Test func `a GIF becomes a WebP with the same durations, and back`() async throws {
        let bench = try #require(bench)
        let webp = try await bench.convert(#"{"format":"webp"}"#, try Self.animation())
        #expect(webp.report.frames == 4)
        #expect(FileParts.webpDurations(webp.bytes) == [100, 250, 50, 400])
        let gif = try await bench.convert(#"{"format":"gif"}"#, webp.bytes)
        #expect(gif.report.frames == 4)
        let again = try await bench.convert(#"{"format":"webp"}"#, gif.bytes)
        #expect(FileParts.webpDurations(again.bytes) == [100, 250, 50, 400])
    }

    @Test func `equal frames in a row keep their time`() async throws {
        let bench = try #require(bench)
        let frames = [Pixel.red, .red, .blue, .blue].map { Bitmap.flat(20, 20, $0) }
        let gif = try Bitmap.animation(frames, format: "GIF", delays: [10, 20, 30, 40])
        let webp = try await bench.convert(#"{"format":"webp"}"#, gif)
        #expect(FileParts.webpDurations(webp.bytes).reduce(0, +) == 1000)
    }

    @Test func `frames that cover only a part are completed`() async throws {
        let bench = try #require(bench)
        var partial = try Bitmap.animation(
            [Bitmap.flat(40, 40, .white), Bitmap.flat(40, 40, .red)], format: "GIF", delays: [10, 10])
        // Let the last frame start at (10, 10) of a larger canvas: the canvas grows, the frames do not.
        partial[6] = 60
        partial[8] = 60
        let report = try await bench.run(ResizeImage.self, #"{"width":30}"#, on: partial)
        #expect(report.width == 30 && report.height == 30 && report.frames == 2)
    }

    @Test("where animation cannot be held, or is not wanted, the first frame is kept")
    func firstFrame() async throws {
        let bench = try #require(bench)
        let note = "Only the first of 4 frames is kept"
        for params in [
            #"{"format":"jpeg"}"#, #"{"format":"png"}"#, #"{"format":"gif","animated":false}"#,
            #"{"format":"webp","animated":false}"#,
        ] {
            for format in ["GIF", "WEBP"] {
                let (report, picture, _) = try await bench.convert(params, try Self.animation(format))
                #expect(report.frames == 1 && report.warnings == [note], "\(params) \(report.warnings)")
                #expect(picture[30, 20].isNear(.red))
            }
        }
    }
}
