// apply_watermark on pictures (media.md §13).

public import FoundationEssentials

/// Lays a text or a picture over a picture, on every frame of an animation.
public struct WatermarkImage: MediaOperation {
    /// The name by which jobs ask for it.
    public static let name = "apply_watermark"

    /// What is laid over, and how.
    public var watermark: VisibleWatermark
    /// Format of the result; nil means that of the input (JPEG for HEIC).
    public var format: ImageFormat?
    /// How the result is encoded.
    public var encoding: ImageEncoding
    /// Where the job wants the result.
    public var placement: OutputPlacement
    private var overlays: [PlacedOverlay] = []
    private(set) var warnings: [String] = []

    private static let keys = VisibleWatermark.keys.union(ImageEncoding.keys).union(OutputPlacement.keys)
        .union(["format"])

    /// Reads the job's `params`; see media.md §13 for the keys.
    public init(from decoder: any Decoder) throws {
        let parameters = try StrictParameters(from: decoder, operation: Self.name, known: Self.keys)
        watermark = try VisibleWatermark(parameters)
        format = try parameters.text(
            "format", allowed: "one of: \(ImageFormat.outputNames)", parse: ImageFormat.init(outputName:))
        encoding = try ImageEncoding(parameters)
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
        try await ImagePipeline.run(self, input: input, output: output, progress: progress)
    }
}

extension WatermarkImage: ImageTransformation {
    var requestedFormat: ImageFormat? { format }

    func resultSize(of upright: PixelSize) throws -> PixelSize { upright }

    func prepared(for upright: PixelSize) throws -> WatermarkImage {
        var copy = self
        copy.overlays = try watermark.rendered(for: upright)
        copy.warnings = try watermark.warnings()
        return copy
    }

    func finish(_ picture: borrowing Wand, upright: PixelSize, background: CSSColor) throws -> [String] {
        var chosen = overlays
        var notes: [String] = []
        let seen = try visibility(of: overlays, on: picture)
        if seen.difference < WatermarkVisibility.minimum {
            chosen = try watermark.rendered(for: upright, halo: seen.backdrop < 128 ? .light : .dark)
            let improved = try visibility(of: chosen, on: picture)
            notes.append(
                improved.peak < WatermarkVisibility.minimum
                    ? "The watermark is hard to see on this picture: raise \"opacity\""
                    : "The watermark got a rim, since it was hard to see on this picture")
        }
        for overlay in chosen { try picture.overlay(overlay, blend: watermark.blend) }
        return notes
    }

    /// Measured on the mark that lies nearest to the middle of the list: for tiles, one that is not cut off.
    private func visibility(
        of overlays: [PlacedOverlay], on picture: borrowing Wand
    ) throws -> WatermarkVisibility.Measure {
        guard !overlays.isEmpty else { return WatermarkVisibility.Measure(difference: 0, peak: 0, backdrop: 0) }
        let overlay = overlays[overlays.count / 2]
        let area = PixelRectangle(
            x: overlay.x, y: overlay.y, width: overlay.bitmap.size.width, height: overlay.bitmap.size.height)
        return WatermarkVisibility.measure(
            overlay.bitmap, over: try picture.pixels("RGB", in: area), blend: watermark.blend)
    }
}
