// The comparison: material, cases, rounds in turn, and the table.

import Foundation

/// One job, done by the library and by the tool.
struct BenchCase {
    var name: String
    var operation: String
    var params: String
    /// Name of the input among the material.
    var input: String
    /// Arguments of the tool between input and output.
    var tool: [String]
    /// Arguments of the tool before the input.
    var before: [String] = []
    /// How much longer than the tool the library may take.
    var allowed = 1.05
    /// Filter that makes the ideal result from the input; nil where results must be equal.
    var reference: String?
    /// Most memory the library may take, in MB.
    var memory: Int?
}

struct Comparison {
    private let rounds: Int
    private let folder: URL
    private let seconds: Int
    private let ffmpeg = "/usr/bin/ffmpeg"

    init(quick: Bool) throws {
        rounds = quick ? 1 : 5
        seconds = quick ? 5 : 10
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("bench-media-\(getpid())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private static let encoding = [
        "-c:v", "libx264", "-preset", "medium", "-crf", "23", "-profile:v", "high", "-g", "120", "-pix_fmt", "yuv420p",
        "-movflags", "+faststart",
    ]

    private var cases: [BenchCase] {
        let flags = "flags=bicubic+accurate_rnd"
        return [
            BenchCase(
                name: "resize 1080p to 720p", operation: "resize_video", params: #"{"resolution":"720p"}"#,
                input: "full", tool: ["-vf", "scale=1280:720:\(flags)"] + Self.encoding + ["-c:a", "copy"],
                reference: "scale=1280:720:\(flags)"),
            BenchCase(
                name: "crop 1080p to 4:5", operation: "crop_video",
                params: #"{"x":528,"y":0,"width":864,"height":1080}"#, input: "full",
                tool: ["-vf", "crop=864:1080:528:0"] + Self.encoding + ["-c:a", "copy"],
                reference: "crop=864:1080:528:0"),
            BenchCase(
                name: "compress 720p, crf 28", operation: "compress_video", params: #"{"crf":28}"#, input: "half",
                tool: Self.encoding.map { $0 == "23" ? "28" : $0 } + ["-c:a", "copy"], reference: "null"),
            BenchCase(
                name: "cut 3 s out of 1080p", operation: "transcoding",
                params: #"{"start":0.5,"duration":3,"audio_bitrate":128000}"#, input: "full",
                tool: Self.encoding + ["-c:a", "aac", "-b:a", "128k"], before: ["-ss", "0.5", "-t", "3"],
                reference: "trim=0.5:3.5,setpts=PTS-STARTPTS"),
            teaser,
            BenchCase(
                name: "resize 4K to 1080p", operation: "resize_video", params: #"{"resolution":"1080p"}"#,
                input: "large", tool: ["-vf", "scale=1920:1080:\(flags)"] + Self.encoding + ["-c:a", "copy"],
                reference: "scale=1920:1080:\(flags)", memory: 1000),
            // The library looks ahead less and works on fewer frames at once to save memory; so shall the tool.
            BenchCase(
                name: "compress 4K", operation: "compress_video", params: #"{"crf":28}"#, input: "large",
                tool: Self.encoding.map { $0 == "23" ? "28" : $0 }
                    + ["-rc-lookahead", "10", "-threads", "2", "-c:a", "copy"],
                before: ["-threads", "2"], reference: "null", memory: 1000),
            BenchCase(
                name: "strip metadata", operation: "strip_metadata", params: "{}", input: "long",
                tool: ["-map", "0:v", "-map", "0:a", "-c", "copy", "-map_metadata", "-1", "-movflags", "+faststart"],
                allowed: 1.1),
        ]
    }

    /// Three clips of a second each, at equal distances as the library chooses them; in the tool's hands an input for each.
    private var teaser: BenchCase {
        let starts = (0..<3).map { 0.03 * Double(seconds) + Double($0) * (0.92 * Double(seconds) - 1) / 2 }
        let clips = starts.map { ["-ss", "\($0)", "-t", "1"] }
        let isInside = starts.map { "gte(t,\($0 - 0.001))*lt(t,\($0 + 0.999))" }.joined(separator: "+")
        return BenchCase(
            name: "teaser of three cuts", operation: "create_teaser",
            params: #"{"strategy":"even","duration":3,"clips":3,"fade":0,"resolution":"1080p","audio":"mute"}"#,
            input: "full",
            tool: ["-filter_complex", "[0:v][1:v][2:v]concat=n=3:v=1:a=0[v]", "-map", "[v]"] + Self.encoding,
            before: clips[0] + ["-i", file("full")] + clips[1] + ["-i", file("full")] + clips[2],
            reference: "select='\(isInside)',setpts=N/30/TB")
    }

    func run() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try makeMaterial()
        show(
            Self.row("case", "ours s", "tool s", "ratio", "limit", "ours MB", "tool MB", "dB ours", "dB tool", "size"))
        for item in cases { show(try measure(item)) }
    }

    /// Rows appear as they are measured, in a file as well, where `print` would keep them back.
    private func show(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }

    // MARK: - Material

    private func file(_ name: String) -> String { folder.appendingPathComponent(name + ".mp4").path }

    private func makeMaterial() throws {
        show("Making test videos of \(seconds) s ...")
        let picture = "testsrc2=s=%:r=30:d=\(seconds)"
        for (name, size, preset) in [
            ("half", "1280x720", "ultrafast"), ("full", "1920x1080", "ultrafast"), ("large", "3840x2160", "ultrafast"),
        ] {
            let source = picture.replacingOccurrences(of: "%", with: size) + ",noise=alls=6:allf=t"
            try tool([
                "-f", "lavfi", "-i", source, "-f", "lavfi", "-i", "sine=f=440:r=48000:d=\(seconds)", "-c:v", "libx264",
                "-preset", preset, "-crf", "20", "-pix_fmt", "yuv420p", "-c:a", "aac", "-ac", "2", "-shortest",
                file(name),
            ])
        }
        // Copying is over in no time: many minutes of it can be measured.
        try tool([
            "-stream_loop", "\(240 / seconds)", "-i", file("full"), "-c", "copy", "-metadata", "title=private",
            file("long"),
        ])
    }

    private func tool(_ arguments: [String]) throws {
        _ = try ChildProgram.run(ffmpeg, ["-nostdin", "-v", "error", "-y"] + arguments, log: file("tool") + ".log")
    }

    // MARK: - Measuring

    private func measure(_ item: BenchCase) throws -> String {
        let input = file(item.input)
        let theirs = folder.appendingPathComponent("theirs.mp4").path
        let ours = folder.appendingPathComponent("ours.mp4").path
        var ourCosts: [Cost] = []
        var theirCosts: [Cost] = []
        func runOurs() throws {
            try makeWay(for: ours)
            ourCosts.append(
                try ChildProgram.run(
                    "/proc/self/exe", ["job", item.operation, item.params, input, folder.path, "ours"],
                    log: file("ours") + ".log"))
        }
        func runTool() throws {
            try makeWay(for: theirs)
            theirCosts.append(
                try ChildProgram.run(
                    ffmpeg, ["-nostdin", "-v", "error", "-y"] + item.before + ["-i", input] + item.tool + [theirs],
                    log: file("tool") + ".log"))
        }
        for round in 0..<rounds {
            if round.isMultiple(of: 2) {
                try runOurs()
                try runTool()
            } else {
                try runTool()
                try runOurs()
            }
        }
        let (our, their) = (Self.median(ourCosts.map(\.seconds)), Self.median(theirCosts.map(\.seconds)))
        let quality = try item.reference.map { (try psnr(ours, input, $0), try psnr(theirs, input, $0)) }
        func number(_ value: Double, _ digits: Int = 2) -> String { String(format: "%.\(digits)f", value) }
        let memory = (ourCosts.map(\.memory).max() ?? 0) / 1_000_000
        var verdict = our / their > item.allowed ? " TOO SLOW" : ""
        if let most = item.memory, memory > most { verdict += " TOO LARGE" }
        if let quality, quality.0 < quality.1 - Self.tolerance { verdict += " TOO BAD" }
        return Self.row(
            item.name, number(our), number(their), number(our / their), number(item.allowed),
            "\(memory)",
            "\((theirCosts.map(\.memory).max() ?? 0) / 1_000_000)",
            quality.map { number($0.0) } ?? "copy", quality.map { number($0.1) } ?? "copy",
            number(Double(size(ours)) / Double(max(1, size(theirs))), 3))
            + verdict
    }

    /// Nobody shall pay for removing an earlier result, or for what others left to be written to the disk.
    private func makeWay(for result: String) throws {
        if FileManager.default.fileExists(atPath: result) { try FileManager.default.removeItem(atPath: result) }
        sync()
    }

    /// How much worse a result may be, in dB.
    private static let tolerance = 0.1

    private func size(_ path: String) -> Int {
        ((try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int) ?? 0
    }

    private func psnr(_ result: String, _ input: String, _ reference: String) throws -> Double {
        let log = folder.appendingPathComponent("psnr.log").path
        try tool([
            "-i", result, "-i", input, "-lavfi",
            "[0:v]settb=AVTB,setpts=PTS-STARTPTS[a];[1:v]\(reference),settb=AVTB,setpts=PTS-STARTPTS[b];"
                + "[a][b]psnr=stats_file=\(log)", "-f", "null", "-",
        ])
        let errors = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").compactMap { line in
            line.split(separator: " ").first { $0.hasPrefix("mse_avg:") }.flatMap { Double($0.dropFirst(8)) }
        }
        let mean = errors.reduce(0, +) / Double(max(1, errors.count))
        return mean > 0 ? 10 * log10(255 * 255 / mean) : 100
    }

    private static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
    }

    private static func row(_ name: String, _ cells: String...) -> String {
        let padded = cells.map { String(repeating: " ", count: max(0, 8 - $0.count)) + $0 }
        return name.padding(toLength: 24, withPad: " ", startingAt: 0) + padded.joined(separator: " ")
    }
}
