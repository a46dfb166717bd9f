import Foundation
import Testing

@testable import MediaProcessing

@Suite struct ResizeVideoTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    @Test func scalesInsideTheBoxAndKeepsTimeSoundAndTags() async throws {
        let input = try bench.video()
        let (report, probe, _) = try await bench.result(ResizeVideo.self, #"{"width": 160}"#, file: input)
        #expect(probe.size == "160x90")
        #expect(report.width == 160 && report.height == 90)
        #expect(probe.video?.codec_name == "h264" && probe.video?.pix_fmt == "yuv420p")
        #expect(probe.video?.profile == "High" && probe.video?.codec_tag_string == "avc1")
        #expect(probe.video?.frames == 50 && report.frames == 50)
        #expect(abs(probe.video.map(\.seconds).map { $0 - 2 } ?? 9) < 0.001)
        #expect(probe.video?.start_time == "0.000000")
        #expect(probe.audio?.codec_name == "aac")
        #expect(probe.video?.color_space == "smpte170m")
        #expect(probe.format.tags?["encoder"] == nil)
    }

    @Test(arguments: [
        (#"{"resolution": "240p"}"#, "640x360", "426x240"),
        (#"{"resolution": "240p"}"#, "360x640", "240x426"),
        (#"{"resolution": "720p"}"#, "320x180", "320x180"),
        (#"{"resolution": "360p", "withoutEnlargement": false}"#, "320x180", "640x360"),
        (#"{"width": 100, "height": 100, "fit": "cover"}"#, "320x180", "100x100"),
        (#"{"width": 200, "height": 200, "fit": "contain"}"#, "320x180", "200x200"),
        (#"{"width": 100, "height": 100, "fit": "fill"}"#, "320x180", "100x100"),
        (#"{"width": 101}"#, "320x180", "100x56"),
    ])
    func followsTheFitRule(params: String, size: String, expected: String) async throws {
        let input = try bench.video(size: size, seconds: 0.4, tone: false)
        let (_, probe, _) = try await bench.result(ResizeVideo.self, params, file: input)
        #expect(probe.size == expected)
    }

    @Test func padsWithTheBackgroundWhenContained() async throws {
        let input = try bench.quarters()
        let (_, probe, file) = try await bench.result(
            ResizeVideo.self, #"{"width": 180, "height": 180, "fit": "contain", "background": "magenta"}"#, file: input)
        #expect(probe.size == "180x180")
        let cells = try Tool.quarters(file, columns: 1, rows: 9)
        #expect(isNear(cells[0], [255, 0, 255]) && isNear(cells[8], [255, 0, 255]))
    }

    @Test func coverCutsAtThePosition() async throws {
        let input = try bench.quarters()
        let (_, _, file) = try await bench.result(
            ResizeVideo.self, #"{"width": 90, "height": 180, "fit": "cover", "position": "west"}"#, file: input)
        let cells = try Tool.quarters(file, columns: 1, rows: 2)
        #expect(isNear(cells[0], [255, 0, 0]) && isNear(cells[1], [0, 0, 255]))
    }

    @Test func copiesWhatIsAlreadyAsAsked() async throws {
        let input = try bench.video()
        let (report, probe, _) = try await bench.result(ResizeVideo.self, #"{"resolution": "1080p"}"#, file: input)
        #expect(report.details["copied"] == true)
        #expect(probe.size == "320x180" && probe.video?.frames == 50)
    }

    @Test func aFrameRateIsReachedWithoutChangingTheLength() async throws {
        let input = try bench.video(rate: 50)
        let (_, probe, _) = try await bench.result(ResizeVideo.self, #"{"width": 160, "fps": 25}"#, file: input)
        #expect(probe.video?.avg_frame_rate == "25/1")
        #expect(probe.video?.frames == 50)
    }

    @Test func theIndexStandsBeforeTheData() async throws {
        let input = try bench.video()
        let (_, _, file) = try await bench.result(ResizeVideo.self, #"{"width": 160}"#, file: input)
        let bytes = try Data(contentsOf: file)
        let index = try #require(bytes.range(of: Data("moov".utf8)))
        let data = try #require(bytes.range(of: Data("mdat".utf8)))
        #expect(index.lowerBound < data.lowerBound)
    }

    @Test(arguments: [
        (#"{}"#, "width"), (#"{"width": 100, "resolution": "720p"}"#, "resolution"), (#"{"width": 1}"#, "width"),
        (#"{"width": 100, "crf": 60}"#, "crf"), (#"{"width": 100, "speed": 1}"#, "speed"),
        (#"{"resolution": "700p"}"#, "resolution"), (#"{"width": 100, "fit": "limit"}"#, "fit"),
        (#"{"width": 100, "audio_bitrate": "loud"}"#, "audio_bitrate"),
    ])
    func refusesWrongParametersByName(params: String, name: String) async throws {
        let error = try await bench.failure { try bench.operation(ResizeVideo.self, params) }
        #expect(error.code == .invalidParameter && error.parameter == name)
    }

    @Test func progressRisesToOneAndCancellingLeavesNothing() async throws {
        let input = try bench.video(seconds: 4)
        let seen = Seen()
        _ = try await bench.run(ResizeVideo.self, #"{"width": 160}"#, file: input) { seen.append($0) }
        let fractions = seen.values
        #expect(fractions == fractions.sorted() && fractions.last == 1 && fractions.count > 5)

        let operation = try bench.operation(ResizeVideo.self, #"{"width": 162, "preset": "slow"}"#)
        let folder = bench.folder.appendingPathComponent("cancelled")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let (started, start) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            try await operation.run(input: input, output: OutputDestination(folder: folder, stem: "x")) { fraction in
                if fraction > 0.05 { start.yield() }
            }
        }
        for await _ in started { break }
        task.cancel()
        let error = try await bench.failure { try await task.value }
        #expect(error.code == .cancelled)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
}

/// Values collected from another thread.
final class Seen: @unchecked Sendable {
    // Every access holds the lock.
    private let lock = NSLock()
    private var list: [Double] = []

    func append(_ value: Double) { lock.withLock { list.append(value) } }
    var values: [Double] { lock.withLock { list } }
}
