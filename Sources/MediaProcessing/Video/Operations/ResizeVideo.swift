// resize_video (media.md §7).

import CFFmpeg
public import FoundationEssentials

/// Scales a video. Never enlarges unless told to.
public struct ResizeVideo: MediaOperation {
    /// The name by which jobs ask for it.
    public static let name = "resize_video"

    /// Width of the box in pixels.
    public var width: Int?
    /// Height of the box in pixels.
    public var height: Int?
    /// Length of the short side, instead of a box.
    public var resolution: VideoResolution?
    /// How the picture meets the box. Default ``FitRule/inside``.
    public var fit: FitRule
    /// Where ``FitRule/cover`` cuts and ``FitRule/contain`` places.
    public var position: ImagePosition
    /// What pads the picture. Default black.
    public var background: CSSColor
    /// Whether the picture is never scaled up. Default true.
    public var withoutEnlargement: Bool
    /// Where the job wants the result.
    public var placement: OutputPlacement
    let encoding: EncodingParameters

    private static let keys = EncodingParameters.keys.union(OutputPlacement.keys).union([
        "width", "height", "resolution", "fit", "position", "background", "withoutEnlargement",
    ])

    /// Reads the job's `params`; see media.md §7 for the keys.
    public init(from decoder: any Decoder) throws {
        let parameters = try StrictParameters(from: decoder, operation: Self.name, known: Self.keys)
        width = try parameters.integer("width", in: 2...8192)
        height = try parameters.integer("height", in: 2...8192)
        resolution = try parameters.choice("resolution")
        if resolution != nil, width != nil || height != nil {
            throw parameters.wrong("resolution", "absent when width or height is given")
        }
        guard width != nil || height != nil || resolution != nil else {
            throw parameters.missing("width", "give width, height, both, or resolution")
        }
        fit = try parameters.choice("fit") ?? .inside
        position =
            try parameters.text("position", allowed: "a compass word or \"x%,y%\"") { ImagePosition($0) } ?? .center
        background =
            try parameters.text("background", allowed: CSSColor.allowed) { CSSColor($0) }
            ?? CSSColor(red: 0, green: 0, blue: 0, alpha: 255)
        withoutEnlargement = try parameters.flag("withoutEnlargement") ?? true
        encoding = try EncodingParameters(parameters)
        placement = try OutputPlacement(parameters)
    }

    /// Does the work; see ``MediaOperation/run(input:output:progress:)``.
    public func run(
        input: URL, output: OutputDestination, progress: @escaping @Sendable (Double) -> Void
    ) async throws -> MediaReport {
        try await VideoPipeline.run(input: input, output: output, progress: progress) { pipeline in
            let stream = try pipeline.video()
            let geometry = geometry(for: stream.displaySize)
            var plan = TranscodingPlan(container: .mp4)
            plan.audio = encoding.audio(of: pipeline.input, in: .mp4)
            let copies = isSatisfied(by: stream, geometry)
            plan.video = copies ? .copy(stream) : .encode(stream, encoding.recipe(stream, geometry))
            var report = try pipeline.produce(plan)
            if copies {
                report.details["copied"] = true
            } else {
                report.warnings += pipeline.warnings(for: stream)
            }
            return report
        }
    }

    /// Where pixels go for an upright picture of a size.
    func geometry(for size: PixelSize) -> VideoGeometry {
        let request =
            resolution?.request(for: size, withoutEnlargement: withoutEnlargement)
            ?? ResizeRequest(width: width, height: height, fit: fit, withoutEnlargement: withoutEnlargement)
        return VideoGeometry(
            ResizePlan(input: size, request: request), of: size, position: position, background: background)
    }

    /// Nothing to do for what is already as asked.
    private func isSatisfied(by stream: MediaStream, _ geometry: VideoGeometry) -> Bool {
        geometry == VideoGeometry(keeping: stream.displaySize) && geometry.crop == nil && encoding.quality == nil
            && encoding.frameRate == nil && encoding.codec.id == stream.codec && stream.isPlainVideo
    }
}

extension VideoGeometry {
    /// The steps of a plan for pictures, with even sides.
    init(_ plan: ResizePlan, of size: PixelSize, position: ImagePosition, background: CSSColor) {
        let window = plan.window.evenDown
        var crop: PixelRectangle?
        if plan.window != plan.scaled || plan.precut != nil {
            // The window's share of the input.
            let scaleX = Double(plan.scaled.width) / Double(plan.precut?.width ?? size.width)
            let scaleY = Double(plan.scaled.height) / Double(plan.precut?.height ?? size.height)
            let part = PixelSize(
                width: min(size.width, max(1, Int((Double(plan.window.width) / scaleX).rounded()))),
                height: min(size.height, max(1, Int((Double(plan.window.height) / scaleY).rounded()))))
            if part != size {
                let offset = position.offset(of: part, in: size)
                crop = PixelRectangle(x: offset.x, y: offset.y, width: part.width, height: part.height)
            }
        }
        let canvas = plan.canvas == plan.window ? window : plan.canvas.evenDown
        self.init(
            crop: crop, scaled: window,
            canvas: PixelSize(width: max(canvas.width, window.width), height: max(canvas.height, window.height)))
        if self.canvas != scaled {
            let place = position.offset(of: scaled, in: self.canvas)
            offset = PixelPoint(x: place.x & ~1, y: place.y & ~1)
            self.background =
                UInt32(background.red) << 16 | UInt32(background.green) << 8 | UInt32(background.blue)
        }
    }
}

extension MediaStream {
    /// Whether every player shows the stored picture as it is: square pixels, upright, progressive, ordinary range.
    var isPlainVideo: Bool {
        pixelAspect.value == 1 && orientation == .upright && !isInterlaced && !isHighDynamicRange
            && pixelFormat == AV_PIX_FMT_YUV420P
    }
}
