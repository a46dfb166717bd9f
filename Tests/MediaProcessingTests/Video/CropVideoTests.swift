import Foundation
import Testing

@testable import MediaProcessing

@Suite struct CropVideoTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    @Test(arguments: [
        (#"{"x": 160, "y": 90, "width": 160, "height": 90}"#, "160x90", [255, 255, 255]),
        (#"{"left": 0, "top": 90, "width": 50, "height": 50, "unit": "percent"}"#, "160x90", [0, 0, 255]),
        (#"{"x": 0.5, "width": 0.5, "height": 0.5, "unit": "ratio"}"#, "160x90", [0, 255, 0]),
        (#"{"x": 3, "y": 3, "width": 101, "height": 51}"#, "100x50", [255, 0, 0]),
    ])
    func cutsARectangle(params: String, size: String, color: [Int]) async throws {
        let input = try bench.quarters()
        let adapted = params.replacingOccurrences(of: #""top": 90, "width": 50"#, with: #""top": 50, "width": 50"#)
        let (_, probe, file) = try await bench.result(CropVideo.self, adapted, file: input)
        #expect(probe.size == size)
        #expect(isNear(try Tool.quarters(file, columns: 1, rows: 1)[0], color))
    }

    @Test func cutsTheLargestPartOfAShape() async throws {
        let input = try bench.quarters()
        let (_, probe, file) = try await bench.result(
            CropVideo.self, #"{"aspect": "1:1", "gravity": "east"}"#, file: input)
        #expect(probe.size == "180x180")
        let cells = try Tool.quarters(file, columns: 9, rows: 2)
        #expect(isNear(cells[8], [0, 255, 0]) && isNear(cells[9], [0, 0, 255]))
    }

    @Test func findsBlackBars() async throws {
        let input = bench.folder.appendingPathComponent("bars.mp4")
        try Tool.ffmpeg(
            "-f lavfi -i testsrc2=s=320x120:r=25:d=2 -vf pad=320:180:0:30,fade=in:0:10 -c:v libx264 -pix_fmt yuv420p",
            output: input)
        let (report, probe, _) = try await bench.result(CropVideo.self, #"{"auto": "bars"}"#, file: input)
        #expect(probe.size == "320x120")
        #expect(report.details["crop"]?["y"] == 30)
    }

    @Test func cutsAStretchOfTimeToTheFrame() async throws {
        let input = try bench.video(seconds: 3)
        let (_, probe, file) = try await bench.result(
            CropVideo.self, #"{"aspect": "16:9", "start": 0.52, "end": "00:00:01.52", "crf": 10}"#, file: input)
        #expect(probe.video?.frames == 25)
        #expect(abs((probe.audio?.seconds ?? 0) - 1) < 0.03)
        let expected = bench.folder.appendingPathComponent("expected.mp4")
        try Tool.ffmpeg("-ss 0.52 -i \(input.path) -t 1 -c:v libx264 -crf 1 -an", output: expected)
        #expect(try Tool.psnr(file, expected) > 30)
    }

    @Test(arguments: [
        (#"{"x": 200, "y": 0, "width": 200, "height": 90}"#, "width"),
        (#"{"x": 400, "y": 0, "width": 20, "height": 20}"#, "x"), (#"{"width": 20}"#, "height"),
        (#"{"aspect": "4:5", "x": 1}"#, "x"), (#"{"auto": "bars", "aspect": "1:1"}"#, "aspect"),
        (#"{"auto": "all"}"#, "auto"), (#"{"x": 1, "left": 2, "width": 20, "height": 20}"#, "left"),
        (#"{"aspect": "1:1", "start": 5}"#, "start"), (#"{"aspect": "1:1", "start": 1, "end": 0.5}"#, "end"),
        (#"{"aspect": "tall"}"#, "aspect"),
    ])
    func refusesWhatIsNotInside(params: String, name: String) async throws {
        let input = try bench.quarters()
        let error = try await bench.failure { try await bench.run(CropVideo.self, params, file: input) }
        #expect(error.code == .invalidParameter && error.parameter == name)
    }

    @Test func reducesARectangleWhenNotStrict() async throws {
        let input = try bench.quarters()
        let (_, probe, _) = try await bench.result(
            CropVideo.self, #"{"x": 200, "y": 0, "width": 200, "height": 90, "strict": false}"#, file: input)
        #expect(probe.size == "120x90")
    }
}
