// Where the index of an MPEG-4 copy goes: reserved in front where its size is known, moved there otherwise.

import Foundation
import Testing

@testable import MediaProcessing

@Suite struct IndexRoomTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    /// Noise, which makes a file so large that room for its index does not count.
    private func large(_ name: String = "input.mp4", _ options: String = "") throws -> URL {
        try bench.video(
            name, seconds: 4,
            "-vf noise=alls=60:allf=t -c:v libx264 -preset ultrafast -bf 2 -g 10 -crf 2 -pix_fmt yuv420p \(options)")
    }

    /// Kinds and sizes of a file's outermost parts.
    private func boxes(_ file: URL) throws -> [(kind: String, size: Int)] {
        let bytes = try Data(contentsOf: file)
        var boxes: [(kind: String, size: Int)] = []
        var position = 0
        while position + 8 <= bytes.count {
            let size = bytes[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
            boxes.append((String(decoding: bytes[position + 4..<position + 8], as: UTF8.self), size))
            guard size >= 8 else { throw FixtureError(message: "a box of \(size) bytes") }
            position += size
        }
        return boxes
    }

    /// Times, sizes and hashes of all packets.
    private func packets(_ file: URL) throws -> String {
        try Tool.run(
            "ffmpeg",
            [
                "-v", "error", "-copyts", "-i", file.path, "-map", "0", "-c", "copy", "-f", "framehash", "-hash", "md5",
                "-",
            ])
    }

    /// What a copy is without room for the index.
    private func moved(_ input: URL) async throws -> URL {
        let destination = OutputDestination(folder: bench.folder, stem: "moved")
        let report = try await VideoPipeline.run(input: input, output: destination, progress: { _ in }) { pipeline in
            var plan = TranscodingPlan(container: .mp4)
            if let video = pipeline.input.video {
                plan.video = .copy(video)
                plan.messageFilter = MessageFilter(video)
            }
            plan.audio = pipeline.input.audioStreams.map { .copy($0) }
            plan.subtitles = pipeline.input.streams.filter { $0.kind == .subtitle }
            plan.mayReserveIndex = false
            return try pipeline.produce(plan)
        }
        return URL(fileURLWithPath: report.path)
    }

    private func room(_ file: URL, limit: Int? = nil) throws -> IndexRoom? {
        let input = try MediaInput(file)
        return IndexRoom(
            copying: input.streams, of: input, tags: [:], limit: limit ?? IndexRoom.reasonable(for: input))
    }

    @Test func aLargeCopyKeepsRoomForItsIndexInFront() async throws {
        let input = try large()
        let (report, _, file) = try await bench.result(StripVideoMetadata.self, "{}", file: input)
        let parts = try boxes(file)
        #expect(parts.prefix(3).map(\.kind) == ["ftyp", "moov", "free"] && parts.last?.kind == "mdat")
        let reserved = try #require(try room(input)).bytes
        #expect(parts[1].size + parts[2].size == reserved && reserved <= report.bytes / 90)
        #expect(try packets(file) == packets(try await moved(input)))
    }

    @Test func noRoomIsKeptWhereItWouldCount() async throws {
        let input = try bench.video(seconds: 1)
        let unlimited = try #require(try room(input, limit: .max))
        #expect(try room(input, limit: unlimited.bytes) == unlimited)
        #expect(try room(input, limit: unlimited.bytes - 1) == nil)
        let (_, _, file) = try await bench.result(StripVideoMetadata.self, "{}", file: input)
        let parts = try boxes(file)
        #expect(parts.map(\.kind) == ["ftyp", "moov", "free", "mdat"] && parts[2].size == 8)
    }

    @Test(arguments: [
        "-c:v libx264 -preset veryfast -pix_fmt yuv420p",
        "-c:v libx264 -preset ultrafast -pix_fmt yuv420p -video_track_timescale 600",
        "-vf select='mod(n,3)+not(mod(n,7))' -fps_mode vfr -c:v libx264 -bf 3 -pix_fmt yuv420p",
        "-map 0 -map 1 -map 1 -c:v libx264 -g 1 -pix_fmt yuv420p", "-c:v libx265 -pix_fmt yuv420p -tag:v hvc1",
        "-c:v mpeg4 -bf 2", "-map 1",
    ])
    func theRoomIsLargeEnough(coding: String) async throws {
        let input = try bench.video(seconds: 20, coding)
        let room = try #require(try room(input, limit: .max))
        let index = try #require(try boxes(try await moved(input)).first { $0.kind == "moov" })
        #expect(index.size + 8 <= room.bytes)
    }

    @Test func theRoomIsLargeEnoughForTexts() async throws {
        let lines = (0..<200).map {
            "\($0 + 1)\n00:00:\($0 / 10 + 10),\($0 % 10)00 --> 00:00:\($0 / 10 + 10),\($0 % 10)50\nText"
        }
        let texts = try bench.file("texts.srt", Array(lines.joined(separator: "\n\n").utf8))
        let plain = try bench.video("plain.mp4", seconds: 31)
        let input = bench.folder.appendingPathComponent("input.mp4")
        try Tool.ffmpeg("-i \(plain.path) -i \(texts.path) -map 0 -map 1 -c copy -c:s mov_text", output: input)
        let room = try #require(try room(input, limit: .max))
        let index = try #require(try boxes(try await moved(input)).first { $0.kind == "moov" })
        #expect(index.size + 8 <= room.bytes)
    }

    @Test func theIndexOfAFragmentedFileIsMoved() async throws {
        let input = try large("input.mp4", "-movflags frag_keyframe+empty_moov+default_base_moof")
        #expect(try room(input, limit: .max) == nil)
        let (_, _, file) = try await bench.result(StripVideoMetadata.self, "{}", file: input)
        #expect(try boxes(file).map(\.kind) == ["ftyp", "moov", "free", "mdat"])
        #expect(try packets(file) == packets(try await moved(input)))
    }

    @Test func aFileThatHoldsMoreThanItAnnouncesIsCopiedAgainAsAWhole() async throws {
        // The index in front lists the first fragment alone; the list of the others lets readers skip them at first.
        let input = try large("input.mp4", "-movflags frag_keyframe+global_sidx")
        #expect(try room(input) != nil)
        let (report, probe, file) = try await bench.result(StripVideoMetadata.self, "{}", file: input)
        #expect(
            try Set(FileManager.default.contentsOfDirectory(atPath: bench.folder.path)) == ["input.mp4", "out.mp4"])
        let parts = try boxes(file)
        #expect(parts.map(\.kind) == ["ftyp", "moov", "free", "mdat"] && parts[2].size == 8)
        #expect(probe.video?.frames == 100 && report.frames == 100)
        #expect(report.details["removed"]?["encoder_messages"] == 1)
        #expect(try packets(file) == packets(try await moved(input)))
    }

    @Test func fragmentsBehindAnIndexAreCountedWhereTheyAreReadBeforehand() async throws {
        let input = try large("input.mp4", "-movflags frag_keyframe")
        let (_, probe, file) = try await bench.result(StripVideoMetadata.self, "{}", file: input)
        #expect(try boxes(file).map(\.kind) == ["ftyp", "moov", "free", "free", "mdat"])
        #expect(probe.video?.frames == 100)
        #expect(try packets(file) == packets(try await moved(input)))
    }

    @Test func tooLittleRoomIsTold() throws {
        let input = try MediaInput(try bench.video(seconds: 1, tone: false))
        let stream = try #require(input.video)
        let file = try PendingFile(target: bench.folder.appendingPathComponent("out.mp4"))
        let output = try MediaOutput(file, muxer: "mp4")
        let target = try output.addStream(copying: stream)
        try output.writeHeader(index: .reserved(bytes: 200))
        let packet = try Packet()
        while try input.read(into: packet) { try output.write(packet, to: target, timeBase: stream.timeBase) }
        #expect(throws: IndexRoomExceeded.self) { try output.writeTrailer() }
    }

    @Test func aFileOfManyWritesIsWholeAfterItsWriteBackBeganEarly() throws {
        let bytes = Data((0..<3_000_000).flatMap { withUnsafeBytes(of: UInt64($0) &* 0x9E37_79B9) { Array($0) } })
        let source = try bench.file("source", Array(bytes))
        let target = bench.folder.appendingPathComponent("target")
        let file = try PendingFile(target: target)
        try file.copyContents(of: source)
        try file.commit()
        #expect(try Data(contentsOf: target) == bytes)
    }
}
