// Videos and sounds made by the ffmpeg tool for the tests, and the tools that judge results: witnesses that share no code
// with what is tested but the libraries.

import Foundation

@testable import MediaProcessing

/// A tool started with a list of arguments, never through a shell.
enum Tool {
    @discardableResult
    static func run(_ name: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/\(name)")
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw FixtureError(message: "\(name) \(arguments.joined(separator: " ")) failed")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func ffmpeg(_ arguments: String..., output: URL) throws {
        let words = arguments.flatMap { $0.split(separator: " ").map(String.init) }
        try run("ffmpeg", ["-nostdin", "-v", "error", "-y"] + words + [output.path])
    }

    /// What ffprobe says about a file.
    static func probe(_ file: URL) throws -> Probe {
        let text = try run(
            "ffprobe",
            [
                "-v", "error", "-count_packets", "-show_format", "-show_streams", "-show_chapters", "-of", "json",
                file.path,
            ])
        return try JSONDecoder().decode(Probe.self, from: Data(text.utf8))
    }

    /// One value of the first video stream's frames, e.g. `pts_time`, for each frame.
    static func frames(_ file: URL, _ entry: String) throws -> [String] {
        try run(
            "ffprobe",
            ["-v", "error", "-select_streams", "v:0", "-show_entries", "frame=\(entry)", "-of", "csv=p=0", file.path]
        )
        .split(separator: "\n").map { String($0.prefix { $0 != "," }) }
    }

    /// The average colours of the quarters of a frame, as RGB, in reading order.
    static func quarters(_ file: URL, at time: Double = 0, columns: Int = 2, rows: Int = 2) throws -> [[Int]] {
        let raw = URL(fileURLWithPath: file.path + ".raw")
        defer { try? FileManager.default.removeItem(at: raw) }
        try run(
            "ffmpeg",
            [
                "-nostdin", "-v", "error", "-y", "-ss", "\(time)", "-i", file.path, "-frames:v", "1", "-vf",
                "scale=\(columns):\(rows):flags=area,format=rgb24", "-f", "rawvideo", raw.path,
            ])
        let bytes = try Data(contentsOf: raw).map(Int.init)
        return stride(from: 0, to: bytes.count - 2, by: 3).map { Array(bytes[$0..<$0 + 3]) }
    }

    /// Peak signal-to-noise ratio of two videos of one size, in dB.
    static func psnr(_ one: URL, _ other: URL) throws -> Double {
        let log = one.path + ".psnr"
        defer { try? FileManager.default.removeItem(atPath: log) }
        try run(
            "ffmpeg",
            [
                "-nostdin", "-v", "error", "-i", one.path, "-i", other.path, "-lavfi",
                "[0:v]settb=AVTB,setpts=PTS-STARTPTS[a];[1:v]settb=AVTB,setpts=PTS-STARTPTS[b];[a][b]psnr=stats_file=\(log)",
                "-f", "null", "-",
            ])
        let values = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").compactMap { line in
            line.split(separator: " ").first { $0.hasPrefix("mse_avg:") }.flatMap { Double($0.dropFirst(8)) }
        }
        let error = values.reduce(0, +) / Double(max(1, values.count))
        return error == 0 ? .infinity : 10 * log10(255 * 255 / error)
    }
}

/// The parts of ffprobe's report that tests look at.
struct Probe: Decodable {
    struct Stream: Decodable {
        var codec_name: String?
        var codec_type: String
        var codec_tag_string: String?
        var profile: String?
        var width: Int?
        var height: Int?
        var pix_fmt: String?
        var sample_aspect_ratio: String?
        var r_frame_rate: String?
        var avg_frame_rate: String?
        var duration: String?
        var start_time: String?
        var nb_read_packets: String?
        var channels: Int?
        var sample_rate: String?
        var color_space: String?
        var color_range: String?
        var color_transfer: String?
        var color_primaries: String?
        var field_order: String?
        var tags: [String: String]?
        var side_data_list: [SideData]?
    }
    struct SideData: Decodable {
        var side_data_type: String?
        var rotation: Int?
    }
    struct Format: Decodable {
        var format_name: String
        var duration: String?
        var tags: [String: String]?
    }
    struct Chapter: Decodable {}

    var streams: [Stream]
    var format: Format
    var chapters: [Chapter]

    var video: Stream? { streams.first { $0.codec_type == "video" } }
    var audio: Stream? { streams.first { $0.codec_type == "audio" } }
    var duration: Double { Double(format.duration ?? "") ?? 0 }
    var size: String { "\(video?.width ?? 0)x\(video?.height ?? 0)" }
}

extension Probe.Stream {
    var frames: Int { Int(nb_read_packets ?? "") ?? 0 }
    var seconds: Double { Double(duration ?? "") ?? 0 }
}

extension Workbench {
    /// A test pattern with a tone, H.264 and AAC.
    func video(
        _ name: String = "input.mp4", size: String = "320x180", rate: Int = 25, seconds: Double = 2,
        pattern: String = "testsrc2", tone: Bool = true, _ options: String = ""
    ) throws -> URL {
        let file = folder.appendingPathComponent(name)
        let sound = tone ? "-f lavfi -i sine=f=440:r=48000:d=\(seconds)" : ""
        let coding = options.isEmpty ? "-c:v libx264 -preset veryfast -pix_fmt yuv420p" : options
        try Tool.ffmpeg(
            "-f lavfi -i \(pattern)=s=\(size):r=\(rate):d=\(seconds)", sound, coding,
            tone ? "-c:a aac -ac 2 -shortest" : "-an", output: file)
        return file
    }

    /// Four coloured quarters: red, green, blue, white in reading order.
    func quarters(_ name: String = "quarters.mp4", size: (Int, Int) = (320, 180), _ options: String = "") throws -> URL
    {
        let file = folder.appendingPathComponent(name)
        let half = "\(size.0 / 2)x\(size.1 / 2):r=25:d=1"
        let coding = options.isEmpty ? "-c:v libx264 -preset veryfast -crf 10 -pix_fmt yuv420p" : options
        try Tool.ffmpeg(
            "-f lavfi -i color=red:s=\(half) -f lavfi -i color=lime:s=\(half)",
            "-f lavfi -i color=blue:s=\(half) -f lavfi -i color=white:s=\(half)",
            "-filter_complex [0][1]hstack[a];[2][3]hstack[b];[a][b]vstack", coding, output: file)
        return file
    }

    func run<Operation: MediaOperation>(
        _ type: Operation.Type, _ params: String, file: URL, stem: String = "out",
        progress: @escaping @Sendable (Double) -> Void = { _ in }
    ) async throws -> MediaReport {
        try await operation(type, params)
            .run(input: file, output: OutputDestination(folder: folder, stem: stem), progress: progress)
    }

    /// Runs an operation and looks at its result with ffprobe.
    func result<Operation: MediaOperation>(
        _ type: Operation.Type, _ params: String, file: URL, stem: String = "out"
    ) async throws -> (report: MediaReport, probe: Probe, file: URL) {
        let report = try await run(type, params, file: file, stem: stem)
        let made = URL(fileURLWithPath: report.path)
        return (report, try Tool.probe(made), made)
    }
}

/// Whether a colour is about another one.
func isNear(_ color: [Int], _ expected: [Int], within: Int = 40) -> Bool {
    zip(color, expected).allSatisfy { abs($0 - $1) <= within }
}
