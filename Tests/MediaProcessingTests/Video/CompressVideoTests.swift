import Foundation
import Synchronization
import Testing

@testable import MediaProcessing

@Suite struct CompressVideoTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    private func large(seconds: Double = 4) throws -> URL {
        try bench.video(seconds: seconds, "-c:v libx264 -preset ultrafast -crf 4 -pix_fmt yuv420p")
    }

    @Test func makesTheFileSmaller() async throws {
        let input = try large()
        let (report, probe, _) = try await bench.result(CompressVideo.self, "{}", file: input)
        let before = try Data(contentsOf: input).count
        #expect(report.bytes < before / 2)
        #expect(probe.size == "320x180" && probe.video?.frames == 100)
        #expect((report.details["reduction"]?.numberValue ?? 0) > 0.5)
    }

    @Test(arguments: [0.2, 0.35])
    func meetsASizeWithinThreePercent(megabytes: Double) async throws {
        let input = try large(seconds: 6)
        let (report, probe, _) = try await bench.result(
            CompressVideo.self, #"{"target_size_mb": \#(megabytes), "preset": "veryfast"}"#, file: input)
        let target = megabytes * 1_000_000
        #expect(Double(report.bytes) <= target && Double(report.bytes) >= 0.97 * target)
        #expect(probe.audio != nil && probe.video?.frames == 150)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: bench.folder.path).allSatisfy { !$0.hasSuffix(".part") }
        )
    }

    @Test func savesAFraction() async throws {
        let input = try large(seconds: 6)
        let before = Double(try Data(contentsOf: input).count)
        let (report, _, _) = try await bench.result(
            CompressVideo.self, #"{"target_reduction": 0.7, "codec": "hevc", "preset": "veryfast"}"#, file: input)
        #expect(Double(report.bytes) <= 0.3 * before && Double(report.bytes) >= 0.97 * 0.3 * before)
    }

    @Test(arguments: ["h264", "hevc"])
    func whatAFirstPassFindsOutIsKeptBesideTheResultAndThenGone(codec: String) async throws {
        let input = try large()
        // Encoders take names apart at some of these signs.
        let folder = bench.folder.appendingPathComponent("it's a:\\=folder", isDirectory: true)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        let seen = Mutex<Set<String>>([])
        let params = #"{"target_size_mb": 0.2, "codec": "\#(codec)", "preset": "veryfast"}"#
        let report = try await bench.operation(CompressVideo.self, params)
            .run(input: input, output: OutputDestination(folder: folder, stem: "out")) { _ in
                let names = (try? FileManager.default.subpathsOfDirectory(atPath: folder.path)) ?? []
                seen.withLock { $0.formUnion(names) }
            }
        #expect(seen.withLock { $0.contains { $0.contains("/stats") } })
        #expect(report.bytes <= 200_000)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["out.mp4"])
    }

    @Test func reducesThePictureWhenTheBitsAreFew() async throws {
        let input = try bench.video(size: "1280x720", seconds: 3, "-c:v libx264 -preset ultrafast -crf 10")
        let (report, probe, _) = try await bench.result(
            CompressVideo.self, #"{"target_size_mb": 0.15, "preset": "veryfast"}"#, file: input)
        #expect((probe.video?.height ?? 0) < 720)
        #expect(report.warnings.contains { $0.contains("reduced") })
    }

    @Test func reachesABitRate() async throws {
        let input = try large(seconds: 6)
        let (_, probe, _) = try await bench.result(
            CompressVideo.self, #"{"bitrate": "300k", "maxrate": "400k"}"#, file: input)
        #expect(probe.video?.frames == 150)
    }

    @Test func keepsWhatIsAlreadySmall() async throws {
        let input = try bench.video("small.mp4", "-c:v libx264 -crf 40 -pix_fmt yuv420p")
        let (report, _, file) = try await bench.result(CompressVideo.self, #"{"crf": 20}"#, file: input)
        #expect(report.details["skipped"] == "already_small")
        #expect(try Data(contentsOf: file) == Data(contentsOf: input))
    }

    @Test(arguments: [
        (#"{"crf": 20, "bitrate": 100000}"#, "bitrate"),
        (#"{"target_size_mb": 1, "target_reduction": 0.5}"#, "target_reduction"),
        (#"{"maxrate": 100000}"#, "maxrate"), (#"{"bitrate": "1M", "maxrate": "500k"}"#, "maxrate"),
        (#"{"target_reduction": 1}"#, "target_reduction"), (#"{"target_size_mb": 1, "codec": "vp9"}"#, "codec"),
        (#"{"target_size_mb": 0.012}"#, "target_size_mb"),
    ])
    func refusesContradictions(params: String, name: String) async throws {
        let input = try large(seconds: 10)
        let error = try await bench.failure { try await bench.run(CompressVideo.self, params, file: input) }
        #expect(error.code == .invalidParameter && error.parameter == name)
    }
}
