import Foundation
import Testing

@testable import MediaProcessing

@Suite struct VideoThumbnailTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    /// Black, then a test pattern, then grey.
    private func threeParts() throws -> URL {
        let file = bench.folder.appendingPathComponent("parts.mp4")
        try Tool.ffmpeg(
            "-f lavfi -i color=black:s=320x180:r=25:d=2 -f lavfi -i testsrc2=s=320x180:r=25:d=2",
            "-f lavfi -i color=gray:s=320x180:r=25:d=2 -filter_complex [0][1][2]concat=n=3 -c:v libx264 -pix_fmt yuv420p",
            output: file)
        return file
    }

    @Test func theBestFrameIsNeitherBlackNorEmpty() async throws {
        let report = try await bench.run(VideoThumbnail.self, #"{"width": 160}"#, file: try threeParts())
        #expect(report.format == "jpeg" && report.width == 160 && report.height == 90)
        let time = report.details["times_ms"]?.listValue?.first?.integerValue ?? 0
        #expect(time >= 2000 && time < 4000)
    }

    @Test(arguments: [("1", 1000), ("\"00:00:03\"", 3000), ("\"50%\"", 3000), ("5.99", 5960)])
    func aMomentIsMetExactly(time: String, expected: Int) async throws {
        let report = try await bench.run(VideoThumbnail.self, #"{"time": \#(time)}"#, file: try threeParts())
        #expect(report.details["times_ms"]?.listValue?.first?.integerValue == expected)
        #expect(report.width == 320)
    }

    @Test func severalPicturesOrOneSheet() async throws {
        let input = try bench.video(seconds: 4, tone: false)
        let several = try await bench.run(
            VideoThumbnail.self, #"{"count": 4, "width": 80, "format": "png"}"#, file: input)
        #expect(several.furtherFiles.count == 3)
        for file in several.furtherFiles { #expect(FileManager.default.fileExists(atPath: file.path)) }
        let sheet = try await bench.run(
            VideoThumbnail.self, #"{"count": 4, "width": 80, "sprite": true, "format": "webp"}"#, file: input)
        #expect(sheet.width == 160 && sheet.height == 88 && sheet.furtherFiles.isEmpty)
    }

    @Test func soundsGiveTheirCover() async throws {
        let picture = bench.folder.appendingPathComponent("cover.png")
        try Tool.ffmpeg("-f lavfi -i color=red:s=100x100 -frames:v 1", output: picture)
        let song = bench.folder.appendingPathComponent("song.mp3")
        try Tool.ffmpeg(
            "-f lavfi -i sine=d=1 -i \(picture.path) -map 0 -map 1 -c:a libmp3lame -c:v copy -disposition:v attached_pic",
            output: song)
        let report = try await bench.run(VideoThumbnail.self, #"{"width": 50, "format": "png"}"#, file: song)
        #expect(report.width == 50 && report.height == 50)
        #expect(isNear(try Tool.quarters(URL(fileURLWithPath: report.path))[0], [255, 0, 0]))
        let plain = bench.folder.appendingPathComponent("plain.mp3")
        try Tool.ffmpeg("-f lavfi -i sine=d=1", output: plain)
        let error = try await bench.failure { try await bench.run(VideoThumbnail.self, "{}", file: plain) }
        #expect(error.code == .unsupportedFormat)
    }

    @Test(arguments: [
        (#"{"time": 1, "count": 2}"#, "count"), (#"{"count": 13}"#, "count"), (#"{"time": "soon"}"#, "time"),
        (#"{"format": "gif"}"#, "format"), (#"{"time": 100}"#, "time"), (#"{"mode": "worst"}"#, "mode"),
    ])
    func refusesWrongParametersByName(params: String, name: String) async throws {
        let input = try bench.video(seconds: 0.4, tone: false)
        let error = try await bench.failure { try await bench.run(VideoThumbnail.self, params, file: input) }
        #expect(error.code == .invalidParameter && error.parameter == name)
    }
}
