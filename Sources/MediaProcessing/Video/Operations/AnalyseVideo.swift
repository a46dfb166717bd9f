// analysis for video and sound (media.md §16).

import CFFmpeg
import Crypto
public import FoundationEssentials

/// Finds out what a file holds and writes it as JSON; the report's details hold the same.
public struct AnalyseVideo: MediaOperation {
    /// The name by which jobs ask for it.
    public static let name = "analysis"

    /// Whether everything is decoded: loudness, scenes, black and silent stretches. Default true.
    public var deep: Bool
    /// How many dominant colours are looked for, 1 to 16. Default 5.
    public var colors: Int
    /// Where the job wants the result.
    public var placement: OutputPlacement

    /// Most scenes that are listed.
    static let mostScenes = 500

    /// Reads the job's `params`: `deep`, `colors`, and where the result goes.
    public init(from decoder: any Decoder) throws {
        let parameters = try StrictParameters(
            from: decoder, operation: Self.name, known: OutputPlacement.keys.union(["deep", "colors"]))
        colors = try parameters.integer("colors", in: 1...16) ?? 5
        deep = try parameters.flag("deep") ?? true
        placement = try OutputPlacement(parameters)
    }

    /// Does the work; see ``MediaOperation/run(input:output:progress:)``.
    public func run(
        input: URL, output: OutputDestination, progress: @escaping @Sendable (Double) -> Void
    ) async throws -> MediaReport {
        try await VideoPipeline.run(input: input, output: output, progress: progress) { pipeline in
            var warnings: [String] = []
            var found = try facts(pipeline)
            if let stream = pipeline.input.video { try look(at: stream, pipeline, &found, &warnings) }
            if deep, let stream = pipeline.input.audio { try listen(to: stream, pipeline, &found) }
            if pipeline.input.isBroken { warnings.append(MediaInput.brokenWarning) }
            found["warnings"] = .list(warnings.map { .text($0) })
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            let bytes = try encoder.encode(found)
            let file = pipeline.output.file(withExtension: "json")
            try AtomicFile.write(bytes, to: file)
            let size = pipeline.input.video?.displaySize ?? PixelSize(width: 0, height: 0)
            return MediaReport(
                path: file.path, bytes: bytes.count, width: size.width, height: size.height,
                frames: pipeline.input.video?.frameCount ?? 0, format: "json",
                duration: pipeline.elapsed, warnings: warnings,
                playingTime: pipeline.input.duration.map { .seconds($0) }, details: found)
        }
    }

    // MARK: - What the file says

    private func facts(_ pipeline: VideoPipeline) throws -> [String: MediaValue] {
        let input = pipeline.input
        var found: [String: MediaValue] = [
            "container": .text(input.containerNames.joined(separator: ",")),
            "size": .integer(input.bytes),
            "duration_ms": input.duration.map { .integer(Int(($0 * 1000).rounded())) } ?? .null,
            "bitrate": .integer(input.bitRate),
            "hashes": ["sha256": .text(try SHA256.hexadecimal(of: pipeline.source, work: pipeline.work))],
            "streams": .list(input.streams.map { .text("\($0.kind): \($0.codecName)") }),
            "chapters": .integer(input.chapterCount),
            "gps": .boolean(input.tags.keys.contains { $0.lowercased().contains("location") }),
        ]
        if let stream = input.video { found["video"] = Self.describe(video: stream) }
        if let stream = input.audio { found["audio"] = Self.describe(audio: stream) }
        return found
    }

    private static func describe(video stream: MediaStream) -> MediaValue {
        let format = av_pix_fmt_desc_get(stream.pixelFormat)
        let colors = stream.parameters.pointee
        let display = stream.displaySize
        return [
            "codec": .text(stream.codecName), "profile": stream.profile.map { .text($0) } ?? .null,
            "width": .integer(stream.width), "height": .integer(stream.height),
            "display_width": .integer(display.width), "display_height": .integer(display.height),
            "rotation": .integer(stream.orientation.quarterTurns * 90),
            "mirrored": .boolean(stream.orientation.isMirrored),
            "fps": stream.frameRate.map { .number(($0 * 1000).rounded() / 1000) } ?? .null,
            "vfr": .boolean(stream.constantFrameRate == nil),
            "pix_fmt": format.map { .text(String(cString: $0.pointee.name)) } ?? .null,
            "bit_depth": format.map { .integer(Int(cffmpeg_component($0, 0).depth)) } ?? .null,
            "interlaced": .boolean(stream.isInterlaced), "hdr": .boolean(stream.isHighDynamicRange),
            "color": [
                "range": name(av_color_range_name(colors.color_range)),
                "primaries": name(av_color_primaries_name(colors.color_primaries)),
                "transfer": name(av_color_transfer_name(colors.color_trc)),
                "matrix": name(av_color_space_name(colors.color_space)),
            ],
            "frames": .integer(stream.frameCount), "bitrate": .integer(stream.bitRate),
        ]
    }

    private static func name(_ text: UnsafePointer<CChar>?) -> MediaValue {
        text.map { .text(String(cString: $0)) } ?? .null
    }

    private static func describe(audio stream: MediaStream) -> MediaValue {
        [
            "codec": .text(stream.codecName), "channels": .integer(stream.channels),
            "layout": .text(stream.channelLayout), "sample_rate": .integer(stream.sampleRate),
            "bitrate": .integer(stream.bitRate), "language": stream.tags["language"].map { .text($0) } ?? .null,
        ]
    }

    // MARK: - What is seen

    private func look(
        at stream: MediaStream, _ pipeline: VideoPipeline, _ found: inout [String: MediaValue],
        _ warnings: inout [String]
    ) throws {
        let end = pipeline.input.duration ?? 0
        var starts: [Double] = []
        if deep {
            let scan = try SceneScan(stream, in: pipeline) { try pipeline.work.advance(to: 0.5 * $0) }
            guard let last = scan.frames.last else {
                throw MediaError(.corruptInput, "No frame of the input can be decoded")
            }
            starts = scan.sceneStarts
            let finish = max(end, last.time)
            found["scenes"] = Self.scenes(starts, end: finish)
            if starts.count > Self.mostScenes {
                warnings.append("Only the first \(Self.mostScenes) of \(starts.count) scenes are listed")
            }
            let black = scan.stretches(longerThan: 0.1, end: finish) { $0.brightness < 8 }
            found["black"] = Self.list(black)
            // The first frame has nothing to be compared with.
            let frozen = scan.stretches(longerThan: 2, end: finish) { $0.motion < 0.02 && $0.time > 0 }
            found["frozen"] = Self.list(frozen)
        }
        try fingerprint(stream, pipeline, starts, end, &found)
    }

    private static func scenes(_ starts: [Double], end: Double) -> MediaValue {
        let ends = starts.dropFirst() + [end]
        return list(zip(starts, ends).prefix(mostScenes).map { Segment(start: $0, end: $1) })
    }

    private static func list(_ segments: [Segment]) -> MediaValue {
        .list(
            segments.map {
                [
                    "start_ms": .integer(Int(($0.start * 1000).rounded())),
                    "end_ms": .integer(Int((($0.end ?? $0.start) * 1000).rounded())),
                ]
            })
    }

    /// Hashes of key frames spread over the file, and the colours of the one in the middle.
    private func fingerprint(
        _ stream: MediaStream, _ pipeline: VideoPipeline, _ starts: [Double], _ end: Double,
        _ found: inout [String: MediaValue]
    ) throws {
        let box = ResizeRequest(width: 128, height: 128, fit: .inside)
        let size = ResizePlan(input: stream.displaySize, request: box).scaled
        let sampler = try FrameSampler(stream, of: pipeline.input, size: size, form: .rgb, work: pipeline.work)
        var hashes: [MediaValue] = []
        var times: Set<Int> = []
        var samples: [SampledFrame] = []
        for index in 0..<8 {
            guard let frame = try sampler.frame(at: end * (Double(index) + 0.5) / 8, exact: false) else { continue }
            let time = Int((frame.time * 1000).rounded())
            guard times.insert(time).inserted else { continue }
            hashes.append([
                "time_ms": .integer(time), "phash": .text(PictureHash.perceptual(of: frame.bitmap).description),
            ])
            samples.append(frame)
        }
        guard !samples.isEmpty else { throw MediaError(.corruptInput, "No frame of the input can be decoded") }
        if case .object(var all) = found["hashes"] {
            all["keyframes"] = .list(hashes)
            found["hashes"] = .object(all)
        }
        let best = samples.max { PictureScore.value($0) < PictureScore.value($1) } ?? samples[0]
        let small = best.bitmap.averaged(to: best.size.inside(BlurHash.thumbnailSide))
        found["blurhash"] = .text(BlurHash.encode(small))
        found["dominant_colors"] = .list(
            best.bitmap.dominantColors(count: colors).map { entry in
                [
                    "color": .text(entry.color.description),
                    "share": .number((entry.share * 10_000).rounded() / 10_000),
                ]
            })
    }

    // MARK: - What is heard

    private func listen(
        to stream: MediaStream, _ pipeline: VideoPipeline, _ found: inout [String: MediaValue]
    ) throws {
        let scanner = AudioScanner(input: pipeline.input, stream: stream, work: pipeline.work)
        var meter = LoudnessMeter()
        var silence: [Segment] = []
        var silentSince: Double?
        var lastTime = 0.0
        let duration = max(0.1, pipeline.input.duration ?? 1)
        let steps = [FilterStep("silencedetect", [("noise", "0.001"), ("duration", "0.5")])] + LoudnessMeter.steps
        try scanner.scan(
            [.whole], steps: steps, progress: { try pipeline.work.advance(to: 0.6 + 0.35 * min(1, $0 / duration)) }
        ) {
            frame, time in
            meter.read(frame)
            lastTime =
                time + Double(frame.pointer.pointee.nb_samples) / Double(max(1, frame.pointer.pointee.sample_rate))
            let notes = frame.pointer.pointee.metadata
            if let start = number(notes, "lavfi.silence_start") { silentSince = max(0, start) }
            if let end = number(notes, "lavfi.silence_end"), let start = silentSince {
                silence.append(Segment(start: start, end: end))
                silentSince = nil
            }
        }
        if let silentSince, lastTime > silentSince { silence.append(Segment(start: silentSince, end: lastTime)) }
        func tenths(_ value: Double?) -> MediaValue { value.map { .number(($0 * 10).rounded() / 10) } ?? .null }
        found["loudness"] = [
            "integrated_lufs": tenths(meter.loudness.integrated), "range_lu": tenths(meter.loudness.range),
            "true_peak_dbtp": tenths(meter.loudness.truePeak),
        ]
        found["silence"] = Self.list(silence)
    }
}
