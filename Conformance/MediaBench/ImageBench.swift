// Pictures against the command-line tools, each job a process of its own on both sides: wall time, peak memory, and how
// near the results are to what they should be.

import Foundation

/// One job on a picture, done by the library and by two tools.
private struct ImageCase {
    var name: String
    var operation: String
    var params: String
    /// Name of the input among the material.
    var input: String
    /// Arguments of ImageMagick's tool between input and output; nil where its memory is not allowed to suffice.
    var convert: [String]?
    /// Extension of the result.
    var output: String
    /// Arguments of libvips' tool before the input; nil where it has no such job.
    var vips: [String]?
    /// What follows the output's name in libvips' tool.
    var vipsSaving = ""
    /// How long the library may take, as a multiple of ImageMagick's tool; nil where only memory matters.
    var allowed: Double?
}

/// The comparison for pictures.
struct ImageBench {
    private let rounds: Int
    private let folder: URL
    private let convert = "/usr/bin/convert-im6.q16"
    private let compare = "/usr/bin/compare-im6.q16"
    private let vips = "/usr/bin/vipsthumbnail"
    /// Most memory for a picture of 100 megapixels, in MB.
    private let memoryLimit = 2000.0

    /// Prepares a comparison; a quick one measures thrice.
    init(quick: Bool) throws {
        rounds = quick ? 3 : 9
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("bench-images-\(getpid())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    private var cases: [ImageCase] {
        let saving = ["-quality", "80", "-sampling-factor", "4:2:0", "-interlace", "Plane", "-strip"]
        let jpeg = "[Q=80,strip,interlace,optimize-coding]"
        return [
            ImageCase(
                name: "JPEG 12 MP to 800 px", operation: "resize_image", params: #"{"width":800,"sharpen":false}"#,
                input: "photo.jpg",
                convert: ["-auto-orient", "-filter", "Lanczos", "-resize", "800x"] + saving, output: "jpg",
                vips: ["-s", "800x"], vipsSaving: jpeg, allowed: 0.7),
            ImageCase(
                name: "the same with its size hint", operation: "resize_image",
                params: #"{"width":800,"sharpen":false}"#,
                input: "photo.jpg",
                convert: ["-auto-orient", "-filter", "Lanczos", "-resize", "800x"] + saving, output: "jpg",
                vips: ["-s", "800x"], vipsSaving: jpeg),
            ImageCase(
                name: "JPEG 12 MP to 2000 px", operation: "resize_image", params: #"{"width":2000,"sharpen":false}"#,
                input: "photo.jpg",
                convert: ["-auto-orient", "-filter", "Lanczos", "-resize", "2000x"] + saving, output: "jpg",
                vips: ["-s", "2000x"], vipsSaving: jpeg, allowed: 0.7),
            ImageCase(
                name: "JPEG 6 MP to 588 px cover", operation: "resize_image",
                params: #"{"width":720,"height":588,"sharpen":false}"#, input: "medium.jpg",
                convert: [
                    "-auto-orient", "-filter", "Lanczos", "-resize", "720x588^", "-gravity", "center", "-extent",
                    "720x588",
                ] + saving, output: "jpg", vips: ["-s", "720x588", "--smartcrop", "centre"], vipsSaving: jpeg,
                allowed: 0.7),
            ImageCase(
                name: "PNG 3 MP to 500 px", operation: "resize_image", params: #"{"width":500,"sharpen":false}"#,
                input: "small.png",
                convert: ["-auto-orient", "-filter", "Lanczos", "-resize", "500x", "-strip"], output: "png",
                vips: ["-s", "500x"], vipsSaving: "[strip]", allowed: 0.7),
            ImageCase(
                name: "JPEG 3 MP to WebP", operation: "convert_image", params: #"{"format":"webp"}"#,
                input: "small.jpg", convert: ["-auto-orient", "-quality", "80", "-strip"], output: "webp", allowed: 1.05
            ),
            ImageCase(
                name: "JPEG 100 MP to 1000 px", operation: "resize_image", params: #"{"width":1000,"sharpen":false}"#,
                input: "huge.jpg", convert: ["-filter", "Lanczos", "-resize", "1000x"] + saving, output: "jpg",
                vips: ["-s", "1000x"], vipsSaving: jpeg, allowed: 0.7),
            ImageCase(
                name: "JPEG 100 MP turned, to JPEG", operation: "convert_image", params: #"{"format":"jpeg"}"#,
                input: "turned.jpg", convert: nil, output: "jpg"),
            ImageCase(
                name: "JPEG 100 MP watermark", operation: "apply_watermark", params: #"{"text":"bench","tile":true}"#,
                input: "huge.jpg", convert: nil, output: "jpg"),
            ImageCase(
                name: "JPEG 100 MP stripped", operation: "strip_metadata", params: "{}", input: "huge.jpg",
                convert: nil,
                output: "jpg"),
        ]
    }

    /// Makes the material, measures, prints the table.
    func run() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try makeMaterial()
        print(
            Self.row(
                "case", "ours s", "convert s", "ratio", "limit", "cpu ratio", "in proc.", "vips s", "ratio", "ours MB",
                "conv. MB",
                "dB ours",
                "dB conv."))
        for item in cases { print(try measure(item)) }
    }

    // MARK: - Material

    private func file(_ name: String) -> String { folder.appendingPathComponent(name).path }

    private func makeMaterial() throws {
        print("Making test pictures ...")
        // Clouds with edges and grain: compresses about as a photograph does.
        for (name, size, source) in [
            ("photo.jpg", "4000x3000", "plasma:tomato-steelblue"), ("medium.jpg", "2725x2225", "plasma:gold-navy"),
            ("small.jpg", "2000x1500", "plasma:pink-olive"), ("small.png", "2000x1500", "plasma:pink-olive"),
        ] {
            try tool(
                convert,
                ["-seed", "7", "-size", size, source, "-paint", "3", "-attenuate", "0.3", "+noise", "Gaussian"]
                    + ["-depth", "8", "-quality", name.hasSuffix("png") ? "75" : "92", file(name)])
        }
        try tool("/usr/bin/vips", ["resize", file("photo.jpg"), file("huge.jpg") + "[Q=88]", "2.88"])
        try FileManager.default.copyItem(atPath: file("huge.jpg"), toPath: file("turned.jpg"))
        try tool("/usr/bin/exiftool", ["-q", "-overwrite_original", "-Orientation#=6", file("turned.jpg")])
    }

    private func tool(_ path: String, _ arguments: [String]) throws {
        _ = try ChildProgram.run(path, arguments, log: file("tool.log"))
    }

    // MARK: - Measuring

    private func measure(_ item: ImageCase) throws -> String {
        let theirs = file("theirs.\(item.output)")
        let third = file("vips.\(item.output)")
        let ours = file("ours.\(item.output)")
        let hint = item.name.contains("hint") ? ["-define", "jpeg:size=1600x1200"] : []
        var inProcess: [Double] = []
        var costs: (ours: [Cost], convert: [Cost], vips: [Cost]) = ([], [], [])
        // One round more than is counted, to warm the file cache; the three take turns. The library does not sharpen,
        // since the tools do not, either.
        for round in 0...rounds {
            let own = try ChildProgram.run(
                CommandLine.arguments[0], ["job", item.operation, item.params, file(item.input), folder.path, "ours"],
                log: file("ours.log"))
            let their = try item.convert.map {
                try ChildProgram.run(convert, hint + [file(item.input)] + $0 + [theirs], log: file("convert.log"))
            }
            guard round > 0 else { continue }
            costs.ours.append(own)
            inProcess.append(try reportedSeconds())
            if let their { costs.convert.append(their) }
            guard let arguments = item.vips else { continue }
            costs.vips.append(
                try ChildProgram.run(
                    vips, arguments + [file(item.input), "-o", third + item.vipsSaving], log: file("vips.log")))
        }
        let own = Self.median(costs.ours)
        let their = item.convert.map { _ in Self.median(costs.convert) }
        let ratio = their.map { own / $0 }
        let memory = Self.peak(costs.ours)
        var verdict = ""
        if let allowed = item.allowed, let ratio, ratio > allowed { verdict = " TOO SLOW" }
        if memory > memoryLimit { verdict += " TOO LARGE" }
        let quality = try item.operation == "resize_image" && item.convert != nil ? distances(item, ours, theirs) : nil
        return Self.row(
            item.name, Self.number(own, 3), their.map { Self.number($0, 3) } ?? "-",
            ratio.map { Self.number($0, 2) } ?? "-",
            item.allowed.map { Self.number($0, 2) } ?? "-",
            their.map { _ in Self.number(Self.processor(costs.ours) / Self.processor(costs.convert), 2) } ?? "-",
            Self.number(inProcess.sorted()[inProcess.count / 2], 3),
            costs.vips.isEmpty ? "-" : Self.number(Self.median(costs.vips), 3),
            costs.vips.isEmpty ? "-" : Self.number(own / Self.median(costs.vips), 2), Self.number(memory, 0),
            their.map { _ in Self.number(Self.peak(costs.convert), 0) } ?? "-",
            quality.map { Self.number($0.ours, 2) } ?? "-",
            quality.map { Self.number($0.theirs, 2) } ?? "-") + verdict
    }

    /// What the library's job itself took, without the start and end of its process.
    private func reportedSeconds() throws -> Double {
        struct Report: Decodable { var ms: Int }
        let log = try Data(contentsOf: URL(fileURLWithPath: file("ours.log")))
        return Double(try JSONDecoder().decode(Report.self, from: log).ms) / 1000
    }

    /// How far both results are from the lossless one, in dB of PSNR: more is nearer.
    private func distances(
        _ item: ImageCase, _ ours: String, _ theirs: String
    ) throws -> (ours: Double, theirs: Double)? {
        let ideal = file("ideal.png")
        let geometry = (item.convert ?? []).prefix { $0 != "-quality" && $0 != "-strip" }
        try tool(convert, [file(item.input)] + geometry + ["-depth", "16", ideal])
        func distance(_ path: String) throws -> Double? {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: compare)
            process.arguments = ["-metric", "PSNR", path, ideal, "null:"]
            let output = Pipe()
            process.standardError = output
            try process.run()
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            return Double(text.prefix { $0 != " " && $0 != "\n" })
        }
        guard let own = try distance(ours), let their = try distance(theirs) else { return nil }
        return (own, their)
    }

    private static func median(_ costs: [Cost]) -> Double {
        let sorted = costs.map(\.seconds).sorted()
        return sorted[sorted.count / 2]
    }

    private static func processor(_ costs: [Cost]) -> Double {
        let sorted = costs.map(\.processorSeconds).sorted()
        return sorted[sorted.count / 2]
    }

    private static func peak(_ costs: [Cost]) -> Double { Double(costs.map(\.memory).max() ?? 0) / 1e6 }

    private static func number(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }

    private static func row(_ cells: String...) -> String {
        cells.enumerated().map { index, cell in
            let width = index == 0 ? 30 : 9
            let padding = String(repeating: " ", count: max(0, width - cell.count))
            return index == 0 ? cell + padding : padding + cell
        }.joined(separator: " ")
    }
}
