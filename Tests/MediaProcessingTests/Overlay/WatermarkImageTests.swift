// apply_watermark on pictures, by the pixels of the results.

import Foundation
import Testing

@testable import MediaProcessing

@Suite struct WatermarkImageTests {
    let bench: Workbench
    init() throws { bench = try Workbench() }

    func apply(
        _ params: String, to bytes: [UInt8], picture: [UInt8]? = nil
    ) async throws -> (report: MediaReport, picture: Bitmap) {
        var operation = try bench.operation(WatermarkImage.self, params)
        for attachment in operation.attachments {
            operation.attach(try bench.file("mark", try #require(picture)), for: attachment)
        }
        let report = try await operation.run(
            input: try bench.file("input", bytes), output: OutputDestination(folder: bench.folder, stem: "out")
        ) { _ in }
        return (report, try Bitmap(decoding: URL(fileURLWithPath: report.path)))
    }

    /// Pixels that differ from a flat colour, as the box around them.
    func changed(_ picture: Bitmap, from color: Pixel) -> (x: ClosedRange<Int>, y: ClosedRange<Int>)? {
        let places = picture.pixels.indices.filter { !picture.pixels[$0].isNear(color, within: 12) }
        let columns = places.map { $0 % picture.width }.sorted()
        guard let first = places.first, let last = places.last, let left = columns.first, let right = columns.last
        else { return nil }
        return (left...right, first / picture.width...last / picture.width)
    }

    @Test("a text appears in its corner and nowhere else") func text() async throws {
        let grey = Pixel(red: 90, green: 90, blue: 90)
        let (report, picture) = try await apply(
            #"{"text":"© Ada","position":"northwest","format":"png"}"#, to: Bitmap.flat(400, 300, grey).encoded())
        let box = try #require(changed(picture, from: grey))
        #expect(box.x.lowerBound >= 5 && box.y.lowerBound >= 5 && box.x.upperBound < 100 && box.y.upperBound < 40)
        #expect(report.warnings.isEmpty, "\(report.warnings)")
    }

    @Test("a picture is scaled to its share of the width, transparency and opacity respected") func picture()
        async throws
    {
        var logo = Bitmap.flat(100, 50, .red)
        for index in 0..<50 * 50 { logo.pixels[index] = .clear }
        let (report, picture) = try await apply(
            #"{"image_file_id":"logo","scale":0.25,"opacity":0.5,"margin":0,"format":"png"}"#,
            to: Bitmap.flat(400, 300, .blue).encoded(), picture: logo.encoded(Bitmap.Coding(alpha: true)))
        let box = try #require(changed(picture, from: .blue))
        #expect(box.x == 300...399 && (274...276).contains(box.y.lowerBound) && box.y.upperBound == 299)
        #expect(picture[350, 290].isNear(Pixel(red: 128, green: 0, blue: 128), within: 3))
        #expect(report.width == 400 && report.format == "png")
    }

    @Test("blending mixes colours as its name says", arguments: ["multiply", "screen", "soft-light", "over"])
    func blending(mode: String) async throws {
        let base = Pixel(red: 200, green: 100, blue: 50)
        let mark = Pixel(red: 100, green: 180, blue: 220)
        let (_, picture) = try await apply(
            "{\"image_url\":\"file:///x\",\"scale\":1,\"opacity\":1,\"margin\":0,\"blend\":\"\(mode)\",\"format\":\"png\"}",
            to: Bitmap.flat(64, 64, base).encoded(), picture: Bitmap.flat(64, 64, mark).encoded())
        let blend = try #require(VisibleWatermark.BlendMode(rawValue: mode))
        func mixed(_ source: UInt8, _ backdrop: UInt8) -> UInt8 {
            UInt8((255 * blend.mixed(Double(source) / 255, over: Double(backdrop) / 255)).rounded())
        }
        let expected = Pixel(
            red: mixed(mark.red, base.red), green: mixed(mark.green, base.green), blue: mixed(mark.blue, base.blue))
        #expect(picture[32, 32].isNear(expected, within: 2), "\(picture[32, 32]) instead of \(expected)")
    }

    @Test("a mark that would not show gets a rim, and the job says so") func rim() async throws {
        for color in [Pixel.white, .black] {
            let mark = Bitmap.flat(60, 60, color)
            let (report, picture) = try await apply(
                #"{"image_file_id":"logo","scale":0.3,"format":"png"}"#, to: Bitmap.flat(300, 200, color).encoded(),
                picture: mark.encoded())
            #expect(report.warnings.contains { $0.contains("rim") }, "\(report.warnings)")
            #expect(changed(picture, from: color) != nil)
        }
    }

    @Test("the mark stands upright on a picture that was stored sideways", arguments: [1, 3, 6, 8])
    func orientation(orientation: Int) async throws {
        let stored = Bitmap.flat(300, 200, Pixel(red: 60, green: 60, blue: 60)).stored(orientation: orientation)
        let jpeg = FileParts.jpeg(try stored.jpeg(), inserting: 0xE1, FileParts.exif(orientation: orientation))
        let (report, picture) = try await apply(#"{"text":"Ada Lovelace"}"#, to: jpeg)
        #expect(report.width == 300 && report.height == 200)
        let box = try #require(changed(picture, from: Pixel(red: 60, green: 60, blue: 60)))
        #expect(box.x.lowerBound > 150 && box.y.lowerBound > 150 && box.x.count > 2 * box.y.count)
    }

    @Test("every frame of an animation is marked", arguments: ["GIF", "WEBP"]) func animation(
        format: String
    ) async throws {
        let frames = [Pixel.red, .green, .blue].map { Bitmap.flat(160, 120, $0) }
        let bytes = try Bitmap.animation(frames, format: format, delays: [10, 10, 10])
        let (report, _) = try await apply(#"{"text":"HHHH","opacity":1,"scale":0.2,"stroke":false}"#, to: bytes)
        #expect(report.frames == 3)
        for (index, color) in [Pixel.red, .green, .blue].enumerated() {
            let frame = try Bitmap(frames: URL(fileURLWithPath: report.path), index: index)
            #expect(changed(frame, from: color) != nil, "frame \(index)")
        }
    }

    @Test("a broken watermark picture is refused as such") func brokenMark() async throws {
        let error = try await bench.failure {
            try await apply(
                #"{"image_file_id":"logo"}"#, to: Bitmap.flat(30, 20, .red).encoded(), picture: Array("<svg/>".utf8))
        }
        #expect(error.code == .unsupportedFormat && error.message.contains("watermark"))
    }
}
