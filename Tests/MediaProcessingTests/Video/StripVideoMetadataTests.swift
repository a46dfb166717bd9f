import Foundation
import Testing

@testable import MediaProcessing

@Suite struct StripVideoMetadataTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    /// A phone's video: tags, a place, chapters, a cover, a turned picture.
    private func personal(_ name: String = "phone.mov") throws -> URL {
        let chapters = try bench.file(
            "chapters.txt",
            Array(";FFMETADATA1\ntitle=Holiday\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1000\ntitle=Home\n".utf8))
        let plain = try bench.video("plain.mp4")
        let file = bench.folder.appendingPathComponent(name)
        try Tool.ffmpeg(
            "-i \(plain.path) -i \(chapters.path) -map 0 -map_metadata 1 -map_chapters 1 -c copy",
            "-metadata location=+48.8577+002.295/ -metadata com.apple.quicktime.make=Maker -metadata artist=Somebody",
            "-metadata copyright=Owner -metadata creation_time=2024-05-05T05:05:05Z -metadata:s:v handler_name=Core",
            "-metadata:s:a language=ger -movflags use_metadata_tags", output: file)
        return file
    }

    private func streamHash(_ file: URL, _ stream: String) throws -> String {
        try Tool.run("ffmpeg", ["-v", "error", "-i", file.path, "-map", stream, "-f", "md5", "-"])
    }

    @Test func removesTagsPlacesAndChaptersWithoutTouchingThePixels() async throws {
        let input = try personal()
        let before = try Tool.run("exiftool", ["-G", "-a", input.path])
        #expect(before.contains("Holiday") && before.contains("48.857") && before.contains("Somebody"))
        let (report, probe, file) = try await bench.result(StripVideoMetadata.self, "{}", file: input)
        let after = try Tool.run("exiftool", ["-G", "-a", "-ee", file.path])
        let media = try Tool.run("mediainfo", ["-f", file.path])
        for word in [
            "Holiday", "48.857", "48 deg", "Somebody", "Maker", "Owner", "2024", "Core", "core 1", "Lavf", "Home",
        ] {
            #expect(!after.contains(word), "\(word) is still there for exiftool")
            #expect(!media.contains(word) || word == "Home", "\(word) is still there for mediainfo")
        }
        #expect(probe.chapters.isEmpty)
        #expect(try streamHash(file, "0:v") == streamHash(input, "0:v"))
        #expect(try streamHash(file, "0:a") == streamHash(input, "0:a"))
        #expect(report.details["removed"]?["location"] == true)
        #expect(report.details["removed"]?["chapters"] == 1)
        #expect((report.details["removed"]?["encoder_messages"]?.integerValue ?? 0) > 0)
        #expect(["deu", "ger"].contains(probe.audio?.tags?["language"]))
    }

    @Test func keepsWhatIsAskedFor() async throws {
        let (_, probe, _) = try await bench.result(
            StripVideoMetadata.self, #"{"keep": ["copyright"]}"#, file: try personal())
        #expect(probe.format.tags?["copyright"] == "Owner" && probe.format.tags?["artist"] == nil)
    }

    @Test func keepsTheDisplayMatrix() async throws {
        let plain = try bench.video("plain.mp4", tone: false)
        let turned = bench.folder.appendingPathComponent("turned.mp4")
        try Tool.ffmpeg("-i \(plain.path) -c copy -metadata:s:v rotate=90", output: turned)
        let (report, probe, _) = try await bench.result(StripVideoMetadata.self, "{}", file: turned)
        #expect(probe.video?.side_data_list?.contains { abs($0.rotation ?? 0) == 90 } == true)
        #expect(report.width == 180 && report.height == 320)
    }

    @Test(arguments: ["mkv", "webm", "mp3", "ogg", "m4a"])
    func worksInOtherContainers(format: String) async throws {
        let file = bench.folder.appendingPathComponent("in.\(format)")
        let coding =
            switch format {
            case "mkv": "-f lavfi -i testsrc2=s=160x90:d=1 -c:v libx264 -pix_fmt yuv420p"
            case "webm": "-f lavfi -i testsrc2=s=160x90:d=1 -c:v libvpx-vp9 -deadline realtime -pix_fmt yuv420p"
            default: "-f lavfi -i sine=d=1"
            }
        try Tool.ffmpeg(coding, "-metadata title=Secret -metadata artist=Somebody", output: file)
        let (_, _, made) = try await bench.result(StripVideoMetadata.self, "{}", file: file)
        let after = try Tool.run("exiftool", ["-a", made.path])
        #expect(!after.contains("Secret") && !after.contains("Somebody"))
        #expect(made.pathExtension == format)
    }

    @Test(arguments: ["mp4", "mkv"])
    func theEncodersNameLeavesTheHeaderOfH265Too(format: String) async throws {
        let input = bench.folder.appendingPathComponent("in.\(format)")
        try Tool.ffmpeg(
            "-f lavfi -i testsrc2=s=160x90:d=1 -c:v libx265 -x265-params log-level=none -pix_fmt yuv420p",
            output: input)
        #expect(try Data(contentsOf: input).range(of: Data("x265".utf8)) != nil)
        let (report, _, file) = try await bench.result(StripVideoMetadata.self, "{}", file: input)
        #expect(try Data(contentsOf: file).range(of: Data("x265".utf8)) == nil)
        #expect((report.details["removed"]?["encoder_messages"]?.integerValue ?? 0) > 0)
        #expect(try streamHash(file, "0:v") == streamHash(input, "0:v"))
    }

    @Test func aResultThatFailsItsInspectionDoesNotAppear() async throws {
        let input = try bench.video(seconds: 1)
        let destination = OutputDestination(folder: bench.folder, stem: "out")
        let error = try await bench.failure {
            try await VideoPipeline.run(input: input, output: destination, progress: { _ in }) { pipeline in
                var plan = TranscodingPlan(container: .mp4)
                plan.video = .copy(try pipeline.video())
                return try pipeline.produce(plan) { _ in throw MediaError(.processingFailed, "Something is left") }
            }
        }
        #expect(error.message == "Something is left")
        #expect(try FileManager.default.contentsOfDirectory(atPath: bench.folder.path) == ["input.mp4"])
    }

    @Test func messagesAreRemovedFromUnitsWithStartCodesToo() throws {
        let filter = MessageFilter(codec: .h264, lengthSize: nil)
        let signature: [UInt8] = [0, 0, 0, 1, 0x06, 5, 4, 1, 2, 3, 4, 0x80]
        let caption: [UInt8] = [0, 0, 1, 0x06, 4, 2, 0xB5, 0, 0x80]
        let both: [UInt8] = [0, 0, 1, 0x06, 5, 1, 9, 4, 2, 0xB5, 0, 0x80]
        let picture: [UInt8] = [0, 0, 1, 0x65, 1, 2, 3]
        let result = (signature + caption + both + picture).withUnsafeBufferPointer { filter.rewritten($0) }
        #expect(result?.removed == 2)
        #expect(result?.bytes == caption + [0, 0, 0, 1, 0x06, 4, 2, 0xB5, 0, 0x80] + picture)
        #expect(picture.withUnsafeBufferPointer { filter.rewritten($0) } == nil)
    }

    @Test func damagedUnitsAreLeftAlone() {
        var generator = SeededGenerator(seed: 5)
        for lengthSize in [nil, 1, 2, 4] {
            for codec in [MessageFilter.Codec.h264, .hevc] {
                let filter = MessageFilter(codec: codec, lengthSize: lengthSize)
                for _ in 0..<500 {
                    let bytes = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
                        [0, 0, 1, 6, 5, 3, 0xFF, 78, UInt8.random(in: 0...255, using: &generator)]
                            .randomElement(using: &generator) ?? 0
                    }
                    let result = bytes.withUnsafeBufferPointer { filter.rewritten($0) }
                    if let result { #expect(result.bytes.count <= bytes.count) }
                }
            }
        }
    }
}

/// Random numbers that are the same in every run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
