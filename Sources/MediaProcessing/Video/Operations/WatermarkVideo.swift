// apply_watermark for video (media.md §13).

public import FoundationEssentials

/// Lays a text or a picture over every frame of a video, or over those of a stretch of time.
public struct WatermarkVideo: MediaOperation {
    /// The name by which jobs ask for it.
    public static let name = "apply_watermark"

    /// What is laid over, and when.
    public var watermark: VisibleWatermark
    /// Where the job wants the result.
    public var placement: OutputPlacement
    let encoding: EncodingParameters

    private static let keys = VisibleWatermark.keys.union(WatermarkTiming.keys).union(EncodingParameters.keys)
        .union(OutputPlacement.keys)

    /// Reads the job's `params`; see media.md §13 for the keys.
    public init(from decoder: any Decoder) throws {
        let parameters = try StrictParameters(from: decoder, operation: Self.name, known: Self.keys)
        watermark = try VisibleWatermark(parameters)
        guard watermark.blend == .over else { throw parameters.wrong("blend", "over for a video") }
        encoding = try EncodingParameters(parameters)
        placement = try OutputPlacement(parameters)
    }

    /// The watermark's picture, if it is one.
    public var attachments: [MediaAttachment] { watermark.attachments }

    /// Takes the fetched picture.
    public mutating func attach(_ file: URL, for attachment: MediaAttachment) {
        watermark.attach(file, for: attachment)
    }

    /// Does the work; see ``MediaOperation/run(input:output:progress:)``.
    public func run(
        input: URL, output: OutputDestination, progress: @escaping @Sendable (Double) -> Void
    ) async throws -> MediaReport {
        try await VideoPipeline.run(input: input, output: output, progress: progress) { pipeline in
            let stream = try pipeline.video()
            let geometry = VideoGeometry(keeping: stream.displaySize)
            var recipe = encoding.recipe(stream, geometry)
            recipe.transformations = [
                try watermark.transformation(for: geometry.canvas, length: pipeline.input.duration)
            ]
            var plan = TranscodingPlan(container: .mp4)
            plan.video = .encode(stream, recipe)
            plan.audio = encoding.audio(of: pipeline.input, in: .mp4)
            var report = try pipeline.produce(plan)
            report.warnings += try pipeline.warnings(for: stream) + watermark.warnings()
            return report
        }
    }
}

extension VisibleWatermark {
    /// The mark as a change to frames of a size.
    func transformation(for canvas: PixelSize, length: Double?) throws -> OverlayTransformation {
        let timing = timing
        guard timing.movement == .corners, !tiled else {
            return OverlayTransformation(variants: [try rendered(for: canvas)]) { time in
                (0, timing.strength(at: time, length: length))
            }
        }
        // Four corners, in the order in which they are visited.
        let variants = try (0..<4).map { index in
            var mark = self
            let moment = timing.start + (Double(index) + 0.5) * timing.interval
            if let corner = timing.corner(at: moment) { mark.place = .position(corner) }
            return try mark.rendered(for: canvas)
        }
        return OverlayTransformation(variants: variants) { time in
            let visit = Int(max(0, time - timing.start) / timing.interval)
            return (visit % variants.count, timing.strength(at: time, length: length))
        }
    }
}
