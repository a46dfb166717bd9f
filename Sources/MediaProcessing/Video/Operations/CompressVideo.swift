// compress_video (media.md §9).

import CFFmpeg
public import FoundationEssentials
import Glibc

/// Makes a video smaller.
public struct CompressVideo: MediaOperation {
    /// The name by which jobs ask for it.
    public static let name = "compress_video"

    /// What decides the size.
    public enum Goal: Sendable, Equatable {
        /// Constant quality with a ceiling by height: the default.
        case automatic
        /// Constant quality in the codec's own scale, optionally with a ceiling in bits a second.
        case quality(Double, maximum: Int?)
        /// An average in bits a second, with optional ceiling and buffer in bits.
        case bitRate(Int, maximum: Int?, buffer: Int?)
        /// At most this many bytes for the whole file, and not less than 97 % of it where the material allows.
        case bytes(Int)
        /// This fraction of the input's bytes saved.
        case reduction(Double)
    }

    /// What decides the size.
    public var goal: Goal
    /// Length of the short side; nil leaves it to the goal.
    public var resolution: VideoResolution?
    /// Where the job wants the result.
    public var placement: OutputPlacement
    let encoding: EncodingParameters

    private static let keys = EncodingParameters.keys.union(OutputPlacement.keys).union([
        "bitrate", "maxrate", "bufsize", "target_size_mb", "target_reduction", "resolution",
    ])

    /// Reads the job's `params`; see media.md §9 for the keys.
    public init(from decoder: any Decoder) throws {
        let parameters = try StrictParameters(from: decoder, operation: Self.name, known: Self.keys)
        encoding = try EncodingParameters(parameters)
        resolution = try parameters.choice("resolution")
        placement = try OutputPlacement(parameters)
        goal = try Self.goal(parameters, encoding)
    }

    private static func goal(_ parameters: StrictParameters, _ encoding: EncodingParameters) throws -> Goal {
        let modes = ["crf", "bitrate", "target_size_mb", "target_reduction"].filter(parameters.has)
        if modes.count > 1 {
            throw parameters.wrong(modes[1], "absent when \"\(modes[0])\" is given: only one can decide the size")
        }
        let maximum = try parameters.bitRate("maxrate")
        let buffer = try parameters.bitRate("bufsize")
        if maximum != nil, !["crf", "bitrate"].contains(modes.first) {
            throw parameters.wrong("maxrate", "absent unless \"crf\" or \"bitrate\" is given")
        }
        if buffer != nil, maximum == nil { throw parameters.wrong("bufsize", "absent unless \"maxrate\" is given") }
        switch modes.first {
        case "crf": return .quality(encoding.quality ?? encoding.codec.defaultQuality, maximum: maximum)
        case "bitrate":
            let rate = try parameters.bitRate("bitrate") ?? 0
            if let maximum, maximum < rate { throw parameters.wrong("maxrate", "at least \"bitrate\"") }
            return .bitRate(rate, maximum: maximum, buffer: buffer)
        case "target_size_mb":
            let megabytes = try parameters.number("target_size_mb", in: 0.01...100_000) ?? 0
            try twoPassCodec(parameters, encoding)
            return .bytes(Int(megabytes * 1_000_000))
        case "target_reduction":
            try twoPassCodec(parameters, encoding)
            return .reduction(try parameters.number("target_reduction", in: 0.01...0.99) ?? 0)
        default: return .automatic
        }
    }

    private static func twoPassCodec(_ parameters: StrictParameters, _ encoding: EncodingParameters) throws {
        guard [.h264, .hevc].contains(encoding.codec) else {
            throw parameters.wrong("codec", "h264 or hevc when a size is to be met")
        }
    }

    /// Does the work; see ``MediaOperation/run(input:output:progress:)``.
    public func run(
        input: URL, output: OutputDestination, progress: @escaping @Sendable (Double) -> Void
    ) async throws -> MediaReport {
        try await VideoPipeline.run(input: input, output: output, progress: progress) { pipeline in
            let stream = try pipeline.video()
            switch goal {
            case .bytes(let bytes): return try fit(pipeline, stream, into: bytes)
            case .reduction(let share):
                return try fit(pipeline, stream, into: Int(Double(pipeline.input.bytes) * (1 - share)))
            case .automatic, .quality, .bitRate: return try encodeOnce(pipeline, stream)
            }
        }
    }

    // MARK: - By quality or rate

    private func encodeOnce(_ pipeline: VideoPipeline, _ stream: MediaStream) throws -> MediaReport {
        let geometry = geometry(for: stream.displaySize)
        var recipe = encoding.recipe(stream, geometry)
        recipe.rate = rate(geometry.canvas)
        var plan = TranscodingPlan(container: .mp4)
        plan.video = .encode(stream, recipe)
        plan.audio = encoding.audio(of: pipeline.input, in: .mp4)
        let file = try PendingFile(target: pipeline.output.file(withExtension: plan.container.fileExtension))
        let outcome = try pipeline.transcode(plan, to: file)
        if Double(try file.size) > 0.95 * Double(pipeline.input.bytes) { return try alreadySmall(pipeline) }
        var report = try pipeline.finish(file, plan, outcome)
        report.warnings += pipeline.warnings(for: stream)
        report.details["reduction"] = .number(Self.reduction(report.bytes, pipeline.input.bytes))
        return report
    }

    private func rate(_ size: PixelSize) -> RateMode {
        switch goal {
        case .quality(let quality, let maximum): .quality(quality, maximum: maximum)
        case .bitRate(let rate, let maximum, let buffer): .average(rate, maximum: maximum, buffer: buffer)
        case .automatic, .bytes, .reduction:
            .quality(encoding.codec.defaultQuality, maximum: Self.ceiling(size))
        }
    }

    /// A sane ceiling for delivery.
    private static func ceiling(_ size: PixelSize) -> Int {
        switch min(size.width, size.height) {
        case ...360: 1_200_000
        case ...480: 2_000_000
        case ...720: 3_500_000
        case ...1080: 6_000_000
        case ...1440: 12_000_000
        default: 24_000_000
        }
    }

    private func geometry(for size: PixelSize, atMost resolution: VideoResolution? = nil) -> VideoGeometry {
        guard let resolution = resolution ?? self.resolution else { return VideoGeometry(keeping: size) }
        return VideoGeometry(
            ResizePlan(input: size, request: resolution.request(for: size)), of: size, position: .center,
            background: CSSColor(red: 0, green: 0, blue: 0, alpha: 255))
    }

    private func alreadySmall(_ pipeline: VideoPipeline) throws -> MediaReport {
        try pipeline.keepInput(
            warnings: ["The input is already small: it is kept as it is"], details: ["skipped": "already_small"])
    }

    static func reduction(_ bytes: Int, _ before: Int) -> Double {
        (1000 * (1 - Double(bytes) / Double(max(1, before)))).rounded() / 1000
    }

    // MARK: - To a size

    private func fit(_ pipeline: VideoPipeline, _ stream: MediaStream, into target: Int) throws -> MediaReport {
        guard Double(target) <= 0.95 * Double(pipeline.input.bytes) else { return try alreadySmall(pipeline) }
        guard let duration = pipeline.input.duration, duration > 0.1 else {
            throw MediaError(.corruptInput, "The input does not tell how long it plays, so no size can be aimed at")
        }
        let budget = try SizeBudget(
            target: target, duration: duration, input: pipeline.input, audioBitRate: encoding.audioBitRate)
        let size = stream.displaySize
        let reduced = resolution ?? budget.affordableResolution(for: size)
        let geometry = geometry(for: size, atMost: reduced)
        var recipe = encoding.recipe(stream, geometry)
        var plan = TranscodingPlan(container: .mp4)
        plan.audio = budget.audio
        let passes = try PassLog(in: pipeline.output.folder)
        defer { passes.remove() }

        recipe.rate = .average(budget.videoRate)
        recipe.pass = .first(log: passes.path)
        var analysis = plan
        analysis.video = .encode(stream, recipe)
        analysis.audio = []
        _ = try pipeline.transcode(analysis, to: nil, share: 0...0.35)

        var rate = budget.videoRate
        var best: Attempt?
        for attempt in 0..<Self.mostAttempts {
            recipe.rate = .average(rate)
            recipe.pass = .second(log: passes.path)
            plan.video = .encode(stream, recipe)
            let file = try PendingFile(target: pipeline.output.file(withExtension: plan.container.fileExtension))
            let from = 0.35 + 0.6 * Double(attempt) / Double(Self.mostAttempts)
            let outcome = try pipeline.transcode(
                plan, to: file, share: from...(from + 0.6 / Double(Self.mostAttempts)))
            let bytes = try file.size
            let isBetter = best.map { bytes <= target && bytes > $0.bytes || $0.bytes > target } ?? true
            if isBetter { best = Attempt(file: file, bytes: bytes, outcome: outcome) }
            if bytes <= target, Double(bytes) >= 0.975 * Double(target) { break }
            // Aimed a little below the target: what is over it is worth nothing.
            let missing = 0.987 * Double(target) - Double(bytes)
            let next = Double(rate) + missing * 8 / duration
            guard next > 8000, abs(next - Double(rate)) > 0.002 * Double(rate) else { break }
            rate = min(Int(next), 4 * budget.videoRate)
        }
        guard let best else { throw MediaError(.processingFailed, "Nothing was made") }
        guard best.bytes <= target else {
            throw MediaError(
                .invalidParameter,
                "\(Self.name): the video cannot be made as small as \(target) bytes; \(best.bytes) was reached",
                parameter: "target_size_mb")
        }
        return try report(pipeline, stream, plan, best, target: target, reduced: reduced, size: size)
    }

    private static let mostAttempts = 4

    /// What a second pass made.
    private struct Attempt {
        var file: PendingFile
        var bytes: Int
        var outcome: TranscodingOutcome
    }

    private func report(
        _ pipeline: VideoPipeline, _ stream: MediaStream, _ plan: TranscodingPlan,
        _ best: Attempt, target: Int, reduced: VideoResolution?,
        size: PixelSize
    ) throws -> MediaReport {
        var report = try pipeline.finish(best.file, plan, best.outcome)
        report.warnings += pipeline.warnings(for: stream)
        if resolution == nil, reduced != nil {
            report.warnings.append(
                "The picture was reduced from \(size) to \(report.width)x\(report.height) to look acceptable at this size"
            )
        }
        if Double(report.bytes) < 0.97 * Double(target) {
            report.warnings.append("The video needs no more than \(report.bytes) bytes at its best quality")
        }
        report.details["target_bytes"] = .integer(target)
        report.details["reduction"] = .number(Self.reduction(report.bytes, pipeline.input.bytes))
        return report
    }
}

/// How a number of bytes is shared between pictures and sound.
private struct SizeBudget {
    let videoRate: Int
    let audio: [AudioTreatment]

    init(target: Int, duration: Double, input: MediaInput, audioBitRate: Int?) throws {
        // Index and packet headers need a little.
        let usable = Double(target) * 8 * 0.98 / duration
        guard let stream = input.audio else {
            audio = []
            videoRate = Int(usable)
            try Self.check(videoRate, target)
            return
        }
        // Sound gets at most a fifth, and no more than it needs.
        let channels = min(2, max(1, stream.channels))
        let wish = audioBitRate ?? min(64_000 * channels, max(24_000 * channels, Int(usable / 5)))
        let fits = stream.codec == AudioCodec.aac.id && stream.channels <= 2
        let isCheap = stream.bitRate > 0 && stream.bitRate <= wish * 11 / 10
        if fits, isCheap, audioBitRate == nil {
            audio = [.copy(stream)]
            videoRate = Int(usable) - stream.bitRate
        } else {
            audio = [.encode(stream, AudioRecipe(codec: .aac, bitRate: wish))]
            videoRate = Int(usable) - wish
        }
        try Self.check(videoRate, target)
    }

    private static func check(_ rate: Int, _ target: Int) throws {
        guard rate >= 10_000 else {
            throw MediaError(
                .invalidParameter,
                "\(CompressVideo.name): \(target) bytes are too few for a video of this length",
                parameter: "target_size_mb")
        }
    }

    /// The lowest bit rate at which a height still looks acceptable.
    private static let floors: [(VideoResolution, Int)] = [
        (.uhd, 6_000_000), (.qhd, 3_000_000), (.fullHD, 1_500_000), (.hd, 700_000), (.sd, 350_000), (.low, 200_000),
    ]

    /// A smaller size if the bits are too few for the one there is.
    func affordableResolution(for size: PixelSize) -> VideoResolution? {
        let side = min(size.width, size.height)
        guard let own = Self.floors.first(where: { side >= $0.0.shortSide }), videoRate < own.1 else { return nil }
        return Self.floors.first { $0.0.shortSide < own.0.shortSide && videoRate >= $0.1 }?.0 ?? .lowest
    }
}

/// Where a first pass leaves its findings: a hidden folder beside the result, gone afterwards.
private struct PassLog {
    private let folder: String
    var path: String { folder + "/stats" }

    init(in parent: URL) throws {
        var template = Array("\(parent.path)/.passes-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw MediaError(
                .unwritableOutput, "No folder for two passes can be made: \(String(cString: strerror(errno)))")
        }
        folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// What cannot be removed does no harm to the result.
    func remove() { try? FileManager.default.removeItem(atPath: folder) }
}
