import Foundation
import Testing

@testable import MediaProcessing

@Suite struct WatermarkVideoTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    private func plain(_ color: String = "black", seconds: Double = 2) throws -> URL {
        let file = bench.folder.appendingPathComponent("\(color).mp4")
        try Tool.ffmpeg(
            "-f lavfi -i color=\(color):s=320x180:r=25:d=\(seconds) -c:v libx264 -pix_fmt yuv420p", output: file)
        return file
    }

    private func red(_ size: String = "64x64") throws -> URL {
        let file = bench.folder.appendingPathComponent("mark.png")
        try Tool.ffmpeg("-f lavfi -i color=red:s=\(size) -frames:v 1", output: file)
        return file
    }

    private func marked(_ params: String, _ input: URL) async throws -> (report: MediaReport, file: URL) {
        var operation = try bench.operation(WatermarkVideo.self, params)
        for attachment in operation.attachments { operation.attach(try red(), for: attachment) }
        let report = try await operation.run(
            input: input, output: OutputDestination(folder: bench.folder, stem: "out"), progress: { _ in })
        return (report, URL(fileURLWithPath: report.path))
    }

    @Test func aPictureKeepsItsColourInItsCorner() async throws {
        let (_, file) = try await marked(
            #"{"image_file_id": "m", "position": "southeast", "opacity": 1, "scale": 0.25, "margin": 0, "crf": 5}"#,
            plain("blue"))
        let cells = try Tool.quarters(file, columns: 16, rows: 9)
        #expect(isNear(cells[16 * 7 + 14], [255, 0, 0], within: 20))
        #expect(isNear(cells[0], [0, 0, 255], within: 20))
    }

    @Test func halfOpacityMixesHalf() async throws {
        let (_, file) = try await marked(
            #"{"image_file_id": "m", "position": "center", "opacity": 0.5, "scale": 0.3, "crf": 5}"#, plain("blue"))
        let cells = try Tool.quarters(file, columns: 5, rows: 5)
        #expect(isNear(cells[12], [127, 0, 127], within: 25))
    }

    @Test func startEndAndFadeAreFollowed() async throws {
        let (_, file) = try await marked(
            #"{"text": "MARK", "position": "center", "opacity": 1, "scale": 0.3, "start": 0.5, "end": 1.5, "fade": 0.25, "crf": 10}"#,
            plain())
        func middle(_ time: Double) throws -> Int { try Tool.quarters(file, at: time, columns: 3, rows: 3)[4][0] }
        #expect(try middle(0.2) < 3 && middle(1.0) > 30 && middle(1.8) < 3)
        #expect(try middle(0.6) < middle(1.0))
    }

    @Test func aMovingMarkVisitsTheCorners() async throws {
        let (_, file) = try await marked(
            #"{"text": "MARK", "opacity": 1, "scale": 0.15, "move": "corners", "interval": 0.5, "crf": 10}"#, plain())
        let places = try [0.25, 0.75, 1.25].map { time in
            let cells = try Tool.quarters(file, at: time)
            return cells.indices.max { cells[$0][0] < cells[$1][0] } ?? -1
        }
        #expect(places == [3, 0, 1])
    }

    @Test func tilesCoverTheFrame() async throws {
        let (_, file) = try await marked(
            #"{"text": "©", "tile": true, "scale": 0.12, "opacity": 1, "crf": 10}"#, plain())
        #expect(try Tool.quarters(file).allSatisfy { $0[0] > 2 })
    }

    @Test func soundAndTimesStay() async throws {
        let input = try bench.video(rate: 24)
        let (report, file) = try await marked(#"{"text": "x"}"#, input)
        let probe = try Tool.probe(file)
        #expect(report.frames == 48 && probe.video?.frames == 48 && probe.audio?.codec_name == "aac")
    }

    @Test(arguments: [
        (#"{"text": "a", "blend": "multiply"}"#, "blend"), (#"{}"#, "text"), (#"{"text": "a", "crf": 99}"#, "crf"),
    ])
    func refusesWrongParametersByName(params: String, name: String) async throws {
        let error = try await bench.failure { try bench.operation(WatermarkVideo.self, params) }
        #expect(error.code == .invalidParameter && error.parameter == name)
    }
}
