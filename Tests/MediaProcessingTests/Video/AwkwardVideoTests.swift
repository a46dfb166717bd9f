// Files as they come: turned, uneven, interlaced, damaged, mislabelled.

import Foundation
import Testing

@testable import MediaProcessing

@Suite struct AwkwardVideoTests {
    let bench: Workbench

    init() throws { bench = try Workbench() }

    private func made(_ name: String, _ arguments: String...) throws -> URL {
        let file = bench.folder.appendingPathComponent(name)
        try Tool.ffmpeg(arguments.joined(separator: " "), output: file)
        return file
    }

    private let x264 = "-c:v libx264 -preset veryfast -pix_fmt yuv420p"

    @Test(arguments: [90, 180, 270])
    func turnedVideosComeOutUprightLikeTheToolsOwn(degrees: Int) async throws {
        let plain = try bench.quarters()
        let turned = try made("turned.mp4", "-i \(plain.path) -c copy -metadata:s:v rotate=\(degrees)")
        let (report, probe, file) = try await bench.result(
            ResizeVideo.self, #"{"width": 160, "crf": 10}"#, file: turned)
        let expected = try made("expected.mp4", "-i \(turned.path) \(x264)")
        #expect(probe.video?.side_data_list?.contains { ($0.rotation ?? 0) != 0 } != true)
        #expect(
            try Tool.quarters(file).map { $0.map { $0 / 64 } } == Tool.quarters(expected).map { $0.map { $0 / 64 } })
        #expect((report.height > report.width) == (degrees != 180))
    }

    @Test func rectanglesMeanTheUprightPicture() async throws {
        let plain = try bench.quarters()
        let turned = try made("turned.mp4", "-i \(plain.path) -c copy -metadata:s:v rotate=90")
        let (_, probe, file) = try await bench.result(
            CropVideo.self, #"{"x": 0, "y": 0, "width": 90, "height": 160}"#, file: turned)
        let expected = try made("expected.mp4", "-i \(turned.path) -vf crop=90:160:0:0 \(x264)")
        #expect(probe.size == "90x160")
        let (one, other) = (
            try Tool.quarters(file, columns: 1, rows: 1), try Tool.quarters(expected, columns: 1, rows: 1)
        )
        #expect(isNear(one[0], other[0]))
    }

    @Test func variableFrameRatesKeepTheirTimes() async throws {
        let input = try made(
            "vfr.mp4", "-f lavfi -i testsrc2=s=320x180:r=30:d=2 -vf select='not(mod(n\\,3))+lt(n\\,20)' -vsync vfr",
            x264)
        let before = try Tool.frames(input, "pts_time").compactMap(Double.init)
        let (_, _, file) = try await bench.result(ResizeVideo.self, #"{"width": 160}"#, file: input)
        let after = try Tool.frames(file, "pts_time").compactMap(Double.init)
        #expect(before.count == after.count && before.count > 20)
        for (one, other) in zip(before, after) { #expect(abs((one - before[0]) - other) < 0.002) }
    }

    @Test(arguments: ["yuv422p", "yuv444p", "yuv420p10le", "yuv422p10le"])
    func deepAndRichPixelFormatsBecomeOrdinaryOnes(format: String) async throws {
        let input = try made("in.mkv", "-f lavfi -i testsrc2=s=320x180:r=25:d=0.4 -c:v libx264 -pix_fmt \(format)")
        let (_, probe, _) = try await bench.result(Transcode.self, #"{"format": "mp4"}"#, file: input)
        #expect(probe.video?.pix_fmt == "yuv420p" && probe.video?.frames == 10)
    }

    @Test func fullRangeIsConvertedNotRelabelled() async throws {
        let input = try made(
            "full.mp4",
            "-f lavfi -i color=white:s=160x90:r=25:d=0.4 -vf scale=out_range=pc,format=yuvj420p -c:v libx264 -color_range pc"
        )
        let (_, probe, file) = try await bench.result(ResizeVideo.self, #"{"width": 80}"#, file: input)
        #expect(probe.video?.color_range == "tv" && probe.video?.pix_fmt == "yuv420p")
        #expect(isNear(try Tool.quarters(file)[0], [255, 255, 255], within: 4))
    }

    @Test func highDynamicRangeIsMappedToOrdinaryRange() async throws {
        let input = try made(
            "hdr.mp4", "-f lavfi -i testsrc2=s=320x180:r=25:d=0.4 -c:v libx265 -pix_fmt yuv420p10le",
            "-color_primaries bt2020 -color_trc smpte2084 -colorspace bt2020nc -x265-params log-level=none")
        let (_, probe, _) = try await bench.result(ResizeVideo.self, #"{"width": 160}"#, file: input)
        #expect(probe.video?.color_transfer == "bt709" && probe.video?.color_space == "bt709")
        #expect(probe.video?.pix_fmt == "yuv420p")
    }

    @Test(arguments: ["161x91", "33x35"])
    func oddSizesBecomeEven(size: String) async throws {
        let input = try made("odd.mkv", "-f lavfi -i testsrc2=s=\(size):r=25:d=0.4 -c:v libx264 -pix_fmt yuv444p")
        let (_, probe, _) = try await bench.result(Transcode.self, #"{"format": "mp4"}"#, file: input)
        #expect((probe.video?.width ?? 1) % 2 == 0 && (probe.video?.height ?? 1) % 2 == 0)
        #expect(probe.video?.frames == 10)
    }

    @Test func interlacedPicturesAreJoined() async throws {
        let input = try made(
            "interlaced.ts", "-f lavfi -i testsrc2=s=320x180:r=50:d=1 -vf tinterlace=interleave_top,fieldorder=tff",
            "-c:v mpeg2video -flags +ilme+ildct -b:v 4M")
        let (_, probe, _) = try await bench.result(Transcode.self, "{}", file: input)
        #expect([nil, "progressive"].contains(probe.video?.field_order))
        #expect(probe.video?.frames == 25)
    }

    @Test func stretchedPixelsBecomeSquare() async throws {
        let input = try made("wide.mp4", "-f lavfi -i testsrc2=s=180x144:r=25:d=0.4 -vf setsar=16/9", x264)
        let (_, probe, _) = try await bench.result(Transcode.self, "{}", file: input)
        #expect(probe.size == "320x144" && ["1:1", nil].contains(probe.video?.sample_aspect_ratio))
    }

    @Test func videosWithoutSoundOrWithOneChannelStaySo() async throws {
        let silent = try bench.video("silent.mp4", tone: false)
        #expect(try await bench.result(ResizeVideo.self, #"{"width": 160}"#, file: silent).probe.audio == nil)
        let mono = try made("mono.mkv", "-f lavfi -i testsrc2=s=160x90:d=1 -f lavfi -i sine=d=1 -ac 1 -c:a flac", x264)
        let (_, probe, _) = try await bench.result(Transcode.self, #"{"crf": 30, "audio_codec": "aac"}"#, file: mono)
        #expect(probe.audio?.channels == 1)
    }

    @Test func soundThatBeginsLaterStaysInStep() async throws {
        let input = try made(
            "late.mkv", "-f lavfi -i testsrc2=s=160x90:r=25:d=2 -itsoffset 0.8 -f lavfi -i sine=f=880:d=1.2 -c:a flac",
            x264)
        let (_, _, file) = try await bench.result(Transcode.self, #"{"crf": 30}"#, file: input)
        let text = try Tool.run(
            "ffmpeg",
            ["-v", "error", "-i", file.path, "-af", "silencedetect=d=0.3,ametadata=print:file=-", "-f", "null", "-"])
        let end = try #require(
            text.split(separator: "\n").first { $0.contains("silence_end") }?.split(separator: "=").last)
        #expect(abs((Double(end) ?? 0) - 0.8) < 0.05)
    }

    @Test func truncatedFilesAreUsedAsFarAsTheyGoAndSaidToBeShort() async throws {
        let whole = try bench.video(seconds: 6, "-c:v libx264 -preset veryfast -pix_fmt yuv420p -movflags +faststart")
        let bytes = try Data(contentsOf: whole)
        let cut = try bench.file("cut.mp4", Array(bytes.prefix(bytes.count / 2)))
        let (report, probe, _) = try await bench.result(ResizeVideo.self, #"{"width": 160}"#, file: cut)
        #expect((probe.video?.frames ?? 0) > 20 && (probe.video?.frames ?? 999) < 150)
        #expect(report.warnings.contains { $0.contains("ends early") })
    }

    @Test func damageInsidePicturesIsSaid() async throws {
        let whole = try bench.video(seconds: 4, tone: false)
        let packets = try Tool.run(
            "ffprobe", ["-v", "error", "-show_entries", "packet=size,pos", "-of", "csv=p=0", whole.path]
        )
        .split(separator: "\n").map { $0.split(separator: ",").compactMap { Int($0) } }
        // Not the first pictures, and not the lengths in front of their parts. Many, since decoders that work on several
        // pictures at once do not tell of each.
        let largest = packets.dropFirst(30).sorted { $0[0] > $1[0] }.prefix(12)
        try #require(largest.count == 12)
        var bytes = Array(try Data(contentsOf: whole))
        for packet in largest {
            let middle = packet[1] + packet[0] / 2
            for index in middle..<min(middle + 60, packet[1] + packet[0]) { bytes[index] ^= 0x5A }
        }
        let damaged = try bench.file("damaged.mp4", bytes)
        let (report, probe, _) = try await bench.result(ResizeVideo.self, #"{"width": 160}"#, file: damaged)
        #expect(probe.video?.frames == 100)
        #expect(report.warnings.contains { $0.contains("are damaged") })
        let healthy = try await bench.result(ResizeVideo.self, #"{"width": 160}"#, file: whole)
        #expect(healthy.report.warnings.isEmpty)
    }

    @Test(arguments: [
        ("", MediaError.Code.corruptInput), ("just some text that is no video at all\n", .corruptInput),
        ("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n", .unsupportedFormat),
        ("ffconcat version 1.0\nfile /etc/passwd\n", .unsupportedFormat),
        ("<?xml version=\"1.0\"?><MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\"></MPD>", .unsupportedFormat),
    ])
    func textsAreRefused(text: String, code: MediaError.Code) async throws {
        let input = try bench.file("input.mp4", Array(text.utf8))
        let error = try await bench.failure { try await bench.run(ResizeVideo.self, #"{"width": 160}"#, file: input) }
        #expect([code, .corruptInput, .unsupportedFormat].contains(error.code))
        #expect(!error.message.contains(bench.folder.path))
    }

    @Test func aFileWithoutItsIndexIsRefused() async throws {
        let whole = try bench.video(seconds: 1)
        let bytes = try Data(contentsOf: whole)
        let cut = try bench.file("cut.mp4", Array(bytes.prefix(bytes.count / 2)))
        let error = try await bench.failure { try await bench.run(ResizeVideo.self, #"{"width": 160}"#, file: cut) }
        #expect(error.code == .corruptInput)
    }

    @Test func theNameOfAFileSaysNothing() async throws {
        let matroska = try bench.video("in.mkv")
        let input = bench.folder.appendingPathComponent("photo.jpg")
        try FileManager.default.moveItem(at: matroska, to: input)
        let (_, probe, _) = try await bench.result(ResizeVideo.self, #"{"width": 160}"#, file: input)
        #expect(probe.size == "160x90")
    }

    @Test func soundAloneIsNoVideo() async throws {
        let input = try made("sound.mp3", "-f lavfi -i sine=d=1")
        let error = try await bench.failure { try await bench.run(ResizeVideo.self, #"{"width": 160}"#, file: input) }
        #expect(error.code == .unsupportedFormat)
    }

    @Test func foldersAndMissingFilesAreUnreadable() async throws {
        for input in [bench.folder, bench.folder.appendingPathComponent("nothing.mp4")] {
            let error = try await bench.failure {
                try await bench.run(ResizeVideo.self, #"{"width": 160}"#, file: input)
            }
            #expect(error.code == .unreadableInput)
        }
    }

    @Test func videosOverALimitAreRefusedBeforeDecoding() throws {
        let input = try bench.video(seconds: 2)
        var limits = VideoLimits()
        limits.pixels = 1000
        #expect(throws: MediaError.self) { try MediaInput(input, limits: limits) }
        limits = VideoLimits()
        limits.seconds = 1
        #expect(throws: MediaError.self) { try MediaInput(input, limits: limits) }
        limits = VideoLimits()
        limits.streams = 1
        #expect(throws: MediaError.self) { try MediaInput(input, limits: limits) }
    }

    @Test func changesOfSizeInTheMiddleAreScaledAway() async throws {
        let one = try made("one.ts", "-f lavfi -i testsrc2=s=320x180:r=25:d=0.4", x264)
        let two = try made("two.ts", "-f lavfi -i testsrc2=s=160x90:r=25:d=0.4 -output_ts_offset 0.4", x264)
        let joined = try bench.file("joined.ts", Array(try Data(contentsOf: one) + Data(contentsOf: two)))
        let (_, probe, _) = try await bench.result(ResizeVideo.self, #"{"width": 200}"#, file: joined)
        #expect(probe.size == "200x112" && (probe.video?.frames ?? 0) >= 18)
    }
}
