// create_teaser (media.md §12): its parameters, and how the chosen moments become a short video.

import CFFmpeg
public import FoundationEssentials

/// A short video of a long one's best moments.
public struct CreateTeaser: MediaOperation {
    /// The name by which jobs ask for it.
    public static let name = "create_teaser"

    /// How moments are chosen.
    public enum Strategy: String, Sendable, CaseIterable {
        /// Where most happens: motion, loudness, sharp pictures. The default.
        case highlights
        /// The beginning.
        case start
        /// Evenly spread.
        case even
    }

    /// What becomes of the sound.
    public enum Sound: String, Sendable, CaseIterable {
        /// Kept, at a loudness of -16 LUFS. The default.
        case keep
        /// Left out.
        case mute
        /// Kept, and faded together with the pictures.
        case fade
    }

    /// Playing time in seconds, 3 to 60. Default 15.
    public var duration: Double
    /// Number of clips, 1 to 12; nil lets the playing time decide.
    public var clips: Int?
    /// How moments are chosen. Default ``Strategy/highlights``.
    public var strategy: Strategy
    /// Seconds of fade at the ends of each clip, 0 to 2. Default 0.3.
    public var fade: Double
    /// Width in pixels, instead of a resolution.
    public var width: Int?
    /// Length of the short side. Default 720p.
    public var resolution: VideoResolution
    /// Shape of the result, width divided by height; nil keeps that of the input.
    public var aspect: Double?
    /// What becomes of the sound. Default ``Sound/keep``.
    public var sound: Sound
    /// Strength of a blur, 0 to 50 pixels. Default 0.
    public var blur: Double
    /// A mark on every frame.
    public var watermark: VisibleWatermark?
    /// A line of text at the bottom of the first clip.
    public var text: String?
    /// Where the job wants the result.
    public var placement: OutputPlacement
    let encoding: EncodingParameters

    private static let keys = EncodingParameters.keys.union(OutputPlacement.keys).union([
        "duration", "clips", "strategy", "fade", "width", "resolution", "aspect", "audio", "watermark", "blur", "text",
    ])

    /// Reads the job's `params`; see media.md §12 for the keys.
    public init(from decoder: any Decoder) throws {
        let parameters = try StrictParameters(from: decoder, operation: Self.name, known: Self.keys)
        duration = try parameters.number("duration", in: 3...60) ?? 15
        clips = try parameters.integer("clips", in: 1...12)
        strategy = try parameters.choice("strategy") ?? .highlights
        fade = try parameters.number("fade", in: 0...2) ?? 0.3
        width = try parameters.integer("width", in: 16...4096)
        if width != nil, parameters.has("resolution") {
            throw parameters.wrong("resolution", "absent when \"width\" is given")
        }
        resolution = try parameters.choice("resolution") ?? .hd
        aspect = try parameters.text("aspect", allowed: "a shape such as \"9:16\"", parse: parseAspect)
        sound = try parameters.choice("audio") ?? .keep
        blur = try parameters.number("blur", in: 0...50) ?? 0
        text = try parameters.text("text", allowed: "1 to 100 characters") { text in
            (1...100).contains(text.count) ? text : nil
        }
        watermark = try Self.watermark(parameters, decoder)
        encoding = try EncodingParameters(parameters)
        placement = try OutputPlacement(parameters)
    }

    private enum NestedKey: String, CodingKey { case watermark }

    private static func watermark(_ parameters: StrictParameters, _ decoder: any Decoder) throws -> VisibleWatermark? {
        guard parameters.has("watermark") else { return nil }
        let nested = try decoder.container(keyedBy: NestedKey.self).superDecoder(forKey: .watermark)
        let mark = try VisibleWatermark(from: nested)
        guard mark.blend == .over else {
            throw MediaError(
                .invalidParameter, "\(name): the watermark's \"blend\" must be over", parameter: "watermark")
        }
        return mark
    }

    /// The watermark's picture, if it is one.
    public var attachments: [MediaAttachment] { watermark?.attachments ?? [] }

    /// Takes the fetched picture.
    public mutating func attach(_ file: URL, for attachment: MediaAttachment) {
        watermark?.attach(file, for: attachment)
    }

    /// Does the work; see ``MediaOperation/run(input:output:progress:)``.
    public func run(
        input: URL, output: OutputDestination, progress: @escaping @Sendable (Double) -> Void
    ) async throws -> MediaReport {
        try await VideoPipeline.run(input: input, output: output, progress: progress) { pipeline in
            let stream = try pipeline.video()
            guard let length = pipeline.input.duration, length > 0.2 else {
                throw MediaError(.corruptInput, "The input does not tell how long it plays")
            }
            var warnings = pipeline.warnings(for: stream)
            let moments = try moments(stream, pipeline, length, &warnings)
            var recipe = encoding.recipe(stream, geometry(for: stream.displaySize))
            recipe.fade = min(fade, (moments.map(\.length).min() ?? 1) / 3)
            recipe.blur = blur
            recipe.transformations = try transformations(for: recipe.geometry.canvas, moments)
            var plan = TranscodingPlan(container: .mp4)
            plan.video = .encode(stream, recipe)
            plan.segments = moments.map { Segment(start: $0.start, end: $0.start + $0.length) }
            plan.audio = try audio(pipeline, plan.segments, fade: recipe.fade)
            var report = try pipeline.produce(plan, share: 0.5...1)
            report.warnings += warnings
            report.details["clips"] = .list(
                moments.map {
                    ["start_ms": .integer(Int($0.start * 1000)), "duration_ms": .integer(Int($0.length * 1000))]
                })
            return report
        }
    }

    // MARK: - Choosing

    private func moments(
        _ stream: MediaStream, _ pipeline: VideoPipeline, _ length: Double, _ warnings: inout [String]
    ) throws -> [TeaserMoment] {
        guard length > duration + 0.5 else {
            warnings.append("The input is not longer than the teaser: all of it is used")
            return [TeaserMoment(start: 0, length: length)]
        }
        var chooser = TeaserChooser(length: length, wanted: duration, clips: clips)
        switch strategy {
        case .start: return [TeaserMoment(start: 0, length: duration)]
        case .even: return chooser.even()
        case .highlights:
            let scan = try SceneScan(stream, in: pipeline) { try pipeline.work.advance(to: 0.35 * $0) }
            var energy: [Double] = []
            if let sound = pipeline.input.audio {
                energy = try AudioScanner(input: pipeline.input, stream: sound, work: pipeline.work).energy()
            }
            try pipeline.work.advance(to: 0.45)
            chooser.read(scan, energy: energy)
            return chooser.highlights()
        }
    }

    private func geometry(for size: PixelSize) -> VideoGeometry {
        let shape = aspect.map { size.largestPart(ofAspect: $0) } ?? size
        let request = width.map { ResizeRequest(width: $0, height: nil) } ?? resolution.request(for: shape)
        let scaled = ResizePlan(input: shape, request: request).scaled.evenDown
        guard shape != size else { return VideoGeometry(crop: nil, scaled: scaled) }
        let offset = ImagePosition.center.offset(of: shape, in: size)
        return VideoGeometry(
            crop: PixelRectangle(x: offset.x & ~1, y: offset.y & ~1, width: shape.width, height: shape.height),
            scaled: scaled)
    }

    // MARK: - Marks and sound

    private func transformations(
        for canvas: PixelSize, _ moments: [TeaserMoment]
    ) throws -> [any FrameTransformation] {
        let length = moments.reduce(0) { $0 + $1.length }
        var result: [any FrameTransformation] = []
        if let text {
            var caption = VisibleWatermark(.text(text))
            caption.place = .position(ImagePosition(horizontal: 0.5, vertical: 1))
            caption.margin = .fraction(0.08)
            caption.opacity = 1
            caption.scale = 0.045
            caption.timing.end = max(1, moments.first?.length ?? 3)
            caption.timing.fade = 0.3
            result.append(try caption.transformation(for: canvas, length: length))
        }
        if let watermark { result.append(try watermark.transformation(for: canvas, length: length)) }
        return result
    }

    private func audio(_ pipeline: VideoPipeline, _ segments: [Segment], fade: Double) throws -> [AudioTreatment] {
        guard sound != .mute, let stream = pipeline.input.audio else { return [] }
        let scanner = AudioScanner(input: pipeline.input, stream: stream, work: pipeline.work)
        let loudness = try Loudness.measure(scanner, segments)
        var recipe = AudioRecipe(codec: .aac, bitRate: encoding.audioBitRate)
        if let integrated = loudness.integrated { recipe.gain = min(20, max(-30, -16 - integrated)) }
        // A twentieth of a second is enough against clicks.
        recipe.fade = sound == .fade ? max(fade, 0.05) : 0.05
        return [.encode(stream, recipe)]
    }
}
