import Foundation
import Testing

@testable import MediaProcessing

@Suite struct AnalyseVideoTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    @Test func tellsWhatTheStreamsAre() async throws {
        let input = try bench.video()
        let report = try await bench.run(AnalyseVideo.self, "{}", file: input)
        let video = report.details["video"]
        #expect(video?["codec"] == "h264" && video?["width"] == 320 && video?["fps"]?.numberValue == 25)
        #expect(video?["vfr"] == false && video?["bit_depth"] == 8 && video?["rotation"] == 0)
        #expect(report.details["audio"]?["codec"] == "aac" && report.details["audio"]?["channels"] == 2)
        #expect(abs((report.details["duration_ms"]?.integerValue ?? 0) - 2000) < 50)
        let digest = try Tool.run("sha256sum", [input.path]).prefix(64)
        #expect(report.details["hashes"]?["sha256"]?.textValue == String(digest))
        let written = try JSONDecoder().decode(
            [String: MediaValue].self, from: Data(contentsOf: URL(fileURLWithPath: report.path)))
        #expect(written["video"]?["codec"] == "h264")
        #expect(report.details["blurhash"]?.textValue?.count == 28)
    }

    @Test func findsScenesBlackAndSilence() async throws {
        let input = bench.folder.appendingPathComponent("scenes.mp4")
        try Tool.ffmpeg(
            "-f lavfi -i testsrc2=s=320x180:r=25:d=2 -f lavfi -i color=black:s=320x180:r=25:d=1",
            "-f lavfi -i smptebars=s=320x180:r=25:d=2 -f lavfi -i aevalsrc='if(lt(t\\,3)\\,0.5*sin(2000*t)\\,0)':d=5",
            "-filter_complex [0][1][2]concat=n=3[v] -map [v] -map 3 -c:v libx264 -pix_fmt yuv420p", output: input)
        let details = try await bench.run(AnalyseVideo.self, "{}", file: input).details
        let scenes = details["scenes"]?.listValue?.compactMap { $0["start_ms"]?.integerValue } ?? []
        #expect(scenes == [0, 2000, 3000])
        #expect(details["black"]?.listValue?.first?["start_ms"] == 2000)
        #expect(details["black"]?.listValue?.first?["end_ms"] == 3000)
        let silence = details["silence"]?.listValue?.first
        #expect(abs((silence?["start_ms"]?.integerValue ?? 0) - 3000) < 60)
        #expect(abs((silence?["end_ms"]?.integerValue ?? 0) - 5000) < 100)
    }

    @Test func loudnessAgreesWithTheTool() async throws {
        let input = bench.folder.appendingPathComponent("loud.wav")
        try Tool.ffmpeg("-f lavfi -i sine=f=997:r=48000:d=4 -af volume=-3dB", output: input)
        let loudness = try await bench.run(AnalyseVideo.self, "{}", file: input).details["loudness"]
        let log = bench.folder.appendingPathComponent("log")
        try Tool.run(
            "ffmpeg",
            [
                "-v", "error", "-i", input.path, "-af",
                "ebur128=metadata=1,ametadata=print:key=lavfi.r128.I:file=\(log.path)", "-f", "null", "-",
            ])
        let last = try String(contentsOf: log, encoding: .utf8).split(separator: "\n").last?.split(separator: "=").last
        let expected = try #require(last.flatMap { Double($0) })
        #expect(abs((loudness?["integrated_lufs"]?.numberValue ?? 0) - expected) <= 0.11)
    }

    @Test func silenceHasNoLoudness() async throws {
        let input = bench.folder.appendingPathComponent("silent.wav")
        try Tool.ffmpeg("-f lavfi -i anullsrc=d=2", output: input)
        let details = try await bench.run(AnalyseVideo.self, "{}", file: input).details
        #expect(details["loudness"]?["integrated_lufs"] == .null && details["video"] == nil)
    }

    @Test func smallCopiesHaveNearlyTheSameHash() async throws {
        let input = try bench.video(size: "640x360", seconds: 1)
        let (_, _, small) = try await bench.result(ResizeVideo.self, #"{"width": 320, "crf": 30}"#, file: input)
        func hash(_ file: URL, _ stem: String) async throws -> UInt64 {
            let details = try await bench.run(AnalyseVideo.self, #"{"deep": false}"#, file: file, stem: stem).details
            let text = details["hashes"]?["keyframes"]?.listValue?.first?["phash"]?.textValue
            return try #require(text.flatMap { UInt64($0, radix: 16) })
        }
        let (one, other) = (try await hash(input, "a"), try await hash(small, "b"))
        #expect((one ^ other).nonzeroBitCount <= 6)
    }
}
