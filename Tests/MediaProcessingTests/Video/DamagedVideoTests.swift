// Damaged files: never a crash, never a hang, always a result or a clear error.

import Foundation
import Testing

@testable import MediaProcessing

@Suite(.serialized) struct DamagedVideoTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    private static let kinds: [(name: String, coding: String)] = [
        ("a.mp4", "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -movflags +faststart -c:a aac"),
        ("a.mkv", "-c:v mpeg4 -c:a libmp3lame"), ("a.webm", "-c:v libvpx -deadline realtime -c:a libvorbis"),
        ("a.avi", "-c:v mjpeg -c:a pcm_s16le"), ("a.ts", "-c:v mpeg2video -c:a mp2"),
        ("a.flv", "-c:v flv -c:a libmp3lame -ar 44100"),
    ]

    private static func damaged(_ bytes: [UInt8], using generator: inout SeededGenerator) -> [UInt8] {
        var result = bytes
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: result = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &generator)))
        case 1:
            // Headers are where it hurts most.
            for _ in 0..<Int.random(in: 1...12, using: &generator) {
                let end = min(result.count, 2048)
                result[Int.random(in: 0..<end, using: &generator)] = .random(in: 0...255, using: &generator)
            }
        case 2:
            for _ in 0..<Int.random(in: 1...80, using: &generator) {
                result[Int.random(in: 0..<result.count, using: &generator)] = .random(in: 0...255, using: &generator)
            }
        case 3:
            let start = Int.random(in: 0..<result.count, using: &generator)
            let end = min(result.count, start + Int.random(in: 1...4000, using: &generator))
            result.removeSubrange(start..<end)
        default:
            let start = Int.random(in: 0..<result.count, using: &generator)
            for index in start..<min(result.count, start + 3000) { result[index] = 0xFF }
        }
        return result
    }

    @Test(arguments: kinds.indices)
    func damagedFilesGiveAResultOrAClearError(kind: Int) async throws {
        let (name, coding) = Self.kinds[kind]
        let file = bench.folder.appendingPathComponent(name)
        try Tool.ffmpeg(
            "-f lavfi -i testsrc2=s=96x64:r=12:d=1 -f lavfi -i sine=d=1", coding, "-shortest", output: file)
        let whole = Array(try Data(contentsOf: file))
        var generator = SeededGenerator(seed: UInt64(kind) + 11)
        let clock = ContinuousClock()
        for round in 0..<24 {
            let input = try bench.file("damaged", Self.damaged(whole, using: &generator))
            let start = clock.now
            do {
                let report: MediaReport =
                    switch round % 5 {
                    case 0: try await bench.run(ResizeVideo.self, #"{"width": 64, "preset": "veryfast"}"#, file: input)
                    case 1: try await bench.run(StripVideoMetadata.self, "{}", file: input)
                    case 2: try await bench.run(AnalyseVideo.self, "{}", file: input)
                    case 3: try await bench.run(VideoThumbnail.self, #"{"width": 64, "count": 2}"#, file: input)
                    default:
                        try await bench.run(
                            CreateTeaser.self, #"{"duration": 3, "width": 64, "preset": "veryfast"}"#, file: input)
                    }
                #expect(report.bytes > 0)
            } catch let error as MediaError {
                #expect(!error.message.isEmpty && !error.message.contains(bench.folder.path))
                #expect(error.code != .invalidParameter)
            }
            #expect(clock.now - start < .seconds(20))
        }
        let left = try FileManager.default.contentsOfDirectory(atPath: bench.folder.path)
        #expect(!left.contains { $0.hasSuffix(".part") })
    }
}
