import Foundation
import Testing

@testable import MediaProcessing

@Suite struct CreateTeaserTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    /// Twenty seconds: still and quiet, but for a loud test pattern from 8 to 12; black from 14 to 16.
    private func film() throws -> URL {
        let file = bench.folder.appendingPathComponent("film.mp4")
        try Tool.ffmpeg(
            "-f lavfi -i color=gray:s=320x180:r=25:d=8 -f lavfi -i testsrc2=s=320x180:r=25:d=4",
            "-f lavfi -i smptebars=s=320x180:r=25:d=2 -f lavfi -i color=black:s=320x180:r=25:d=2",
            "-f lavfi -i smptebars=s=320x180:r=25:d=4",
            "-f lavfi -i aevalsrc='sin(2*PI*440*t)*if(between(t\\,8\\,12)\\,0.5\\,0.01)':d=20",
            "-filter_complex [0][1][2][3][4]concat=n=5[v] -map [v] -map 5 -c:v libx264 -preset veryfast -pix_fmt yuv420p",
            output: file)
        return file
    }

    @Test func highlightsAreWhereSomethingHappens() async throws {
        let (report, probe, file) = try await bench.result(
            CreateTeaser.self, #"{"duration": 3, "clips": 1, "preset": "veryfast"}"#, file: try film())
        #expect(abs((probe.video?.seconds ?? 0) - 3) < 0.05 && abs((probe.audio?.seconds ?? 0) - 3) < 0.05)
        let start = report.details["clips"]?.listValue?.first?["start_ms"]?.integerValue ?? 0
        #expect(start >= 7900 && start <= 9100)
        #expect(try Tool.frames(file, "key_frame").first == "1")
    }

    @Test func severalClipsFollowEachOtherWithSoundInStep() async throws {
        let (report, probe, _) = try await bench.result(
            CreateTeaser.self, #"{"duration": 6, "clips": 3, "strategy": "even", "preset": "veryfast"}"#,
            file: try film())
        #expect(report.details["clips"]?.listValue?.count == 3)
        #expect(probe.video?.frames == 150)
        #expect(abs((probe.audio?.seconds ?? 0) - 6) < 0.03)
    }

    @Test func soundComesOutAtTheLoudnessOfTheWeb() async throws {
        let input = try bench.video(seconds: 5)
        let (_, _, file) = try await bench.result(
            CreateTeaser.self, #"{"duration": 3, "strategy": "start", "fade": 0, "preset": "veryfast"}"#, file: input)
        let check = try await bench.run(AnalyseVideo.self, "{}", file: file, stem: "check")
        let loudness = check.details["loudness"]
        #expect(abs((loudness?["integrated_lufs"]?.numberValue ?? 0) + 16) < 1)
        #expect((loudness?["true_peak_dbtp"]?.numberValue ?? 0) <= -1.4)
    }

    @Test func fadesShapeAndMuteAreFollowed() async throws {
        let (_, probe, file) = try await bench.result(
            CreateTeaser.self,
            #"{"duration": 3, "strategy": "start", "aspect": "1:1", "resolution": "240p", "audio": "mute", "fade": 0.5, "blur": 2, "preset": "veryfast"}"#,
            file: try film())
        #expect(probe.size == "180x180" && probe.audio == nil)
        #expect(isNear(try Tool.quarters(file)[0], [0, 0, 0], within: 12))
        #expect(isNear(try Tool.quarters(file, at: 1.5)[0], [128, 128, 128], within: 12))
    }

    @Test func shortInputsAreUsedWhole() async throws {
        let input = try bench.video(seconds: 2)
        let (report, probe, _) = try await bench.result(CreateTeaser.self, #"{"preset": "veryfast"}"#, file: input)
        #expect(abs(probe.duration - 2) < 0.06)
        #expect(report.warnings.contains { $0.contains("not longer") })
    }

    @Test func carriesAMarkAndALineOfText() async throws {
        let input = bench.folder.appendingPathComponent("dark.mp4")
        try Tool.ffmpeg("-f lavfi -i color=black:s=320x180:r=25:d=6 -c:v libx264 -pix_fmt yuv420p", output: input)
        let (_, _, file) = try await bench.result(
            CreateTeaser.self,
            #"{"duration": 3, "strategy": "start", "fade": 0, "text": "Soon: 50% off", "preset": "veryfast", "watermark": {"text": "MARK", "position": "northwest", "opacity": 1, "scale": 0.1}}"#,
            file: input)
        let cells = try Tool.quarters(file, at: 1, columns: 3, rows: 3)
        #expect(cells[0][0] > 15 && cells[7][0] > 4 && cells[2][0] < 3)
    }

    @Test(arguments: [
        (#"{"duration": 2}"#, "duration"), (#"{"clips": 0}"#, "clips"), (#"{"strategy": "random"}"#, "strategy"),
        (#"{"width": 100, "resolution": "720p"}"#, "resolution"), (#"{"audio": "loud"}"#, "audio"),
        (#"{"watermark": {"text": "a", "sise": 1}}"#, "sise"), (#"{"aspect": "wide"}"#, "aspect"),
    ])
    func refusesWrongParametersByName(params: String, name: String) async throws {
        let error = try await bench.failure { try bench.operation(CreateTeaser.self, params) }
        #expect(error.code == .invalidParameter && error.parameter == name)
    }
}

@Suite struct TeaserChooserTests {
    private func frames(_ length: Double, _ motion: (Double) -> Double, brightness: Double = 100) -> [FrameMeasure] {
        stride(from: 0.0, to: length, by: 0.1).map {
            FrameMeasure(time: $0, brightness: brightness, motion: motion($0), sceneScore: 0, sharpness: 100)
        }
    }

    @Test func clipsAreInOrderApartAndInside() {
        var chooser = TeaserChooser(length: 200, wanted: 15, clips: nil)
        chooser.read(frames(200) { time in time > 100 ? 5 : 1 }, sceneStarts: [0, 60], energy: [])
        let clips = chooser.highlights()
        #expect(clips.count == 4)
        #expect(abs(clips.reduce(0) { $0 + $1.length } - 15) < 0.001)
        for (one, next) in zip(clips, clips.dropFirst()) { #expect(next.start >= one.start + one.length) }
        #expect(clips.allSatisfy { $0.start >= 6 && $0.start + $0.length <= 190 })
    }

    @Test func motionAttracts() {
        var chooser = TeaserChooser(length: 100, wanted: 4, clips: 1)
        chooser.read(frames(100) { (70...76).contains($0) ? 8 : 0.5 }, sceneStarts: [0], energy: [])
        let start = chooser.highlights().first?.start ?? 0
        #expect(start >= 69 && start <= 73)
    }
}
