// resize_image (media.md §4): its parameters and how they become a plan.

public import FoundationEssentials

/// The kernel that computes new pixels.
public enum ResizeKernel: String, Sendable, CaseIterable {
    /// Sharp, the default.
    case lanczos3
    /// A little softer, hardly any ringing.
    case mitchell
    /// Catmull-Rom.
    case cubic
    /// Triangle.
    case linear
    /// No mixing of pixels at all: for pixel art.
    case nearest
}

/// Whether the result is sharpened after scaling.
public enum Sharpening: Sendable, Equatable {
    /// Lightly, if the picture became less than half as large. The default.
    case automatic
    /// Never.
    case off
    /// Always, with this radius (standard deviation) in pixels, 0.1 to 10.
    case sigma(Double)
}

/// Where `cover` cuts and `contain` places.
public enum ImageFocus: Sendable, Equatable {
    /// A fixed place.
    case position(ImagePosition)
    /// The part that draws the eye: edges, colour, skin tones. For `cover` only.
    case attention
    /// The part with the most varied luminance. For `cover` only.
    case entropy
}

/// Scales a picture. Never enlarges unless told to (``withoutEnlargement`` is true by default, unlike in sharp).
public struct ResizeImage: MediaOperation {
    /// The name by which jobs ask for it.
    public static let name = "resize_image"

    /// Longest side that can be asked for, pixel ratio included.
    public static let longestSide = 16383

    /// Width of the box in pixels, before ``pixelRatio``. At least one of width and height is set.
    public var width: Int?
    /// Height of the box in pixels, before ``pixelRatio``.
    public var height: Int?
    /// How the picture meets the box. Default ``FitRule/cover``. Without meaning if only one side is given.
    public var fit: FitRule
    /// Where to cut or place. Default the centre.
    public var focus: ImageFocus
    /// Whether the picture is never scaled up. Default true.
    public var withoutEnlargement: Bool
    /// Whether the picture is never scaled down. Default false.
    public var withoutReduction: Bool
    /// Device pixel ratio by which the box is multiplied, 1 to 4. Default 1.
    public var pixelRatio: Double
    /// The kernel. Default ``ResizeKernel/lanczos3``.
    public var kernel: ResizeKernel
    /// Sharpening after scaling. Default ``Sharpening/automatic``.
    public var sharpening: Sharpening
    /// Format of the result; nil means that of the input (JPEG for HEIC).
    public var format: ImageFormat?
    /// How the result is encoded.
    public var encoding: ImageEncoding
    /// Where the job wants the result.
    public var placement: OutputPlacement

    private static let keys = ImageEncoding.keys.union(OutputPlacement.keys).union([
        "width", "height", "fit", "mode", "position", "withoutEnlargement", "withoutReduction", "dpr", "kernel",
        "sharpen", "format",
    ])

    /// Reads the job's `params`; see media.md §4 for the keys.
    public init(from decoder: any Decoder) throws {
        let parameters = try StrictParameters(from: decoder, operation: Self.name, known: Self.keys)
        width = try parameters.integer("width", in: 1...Self.longestSide)
        height = try parameters.integer("height", in: 1...Self.longestSide)
        guard width != nil || height != nil else {
            throw parameters.missing("width", "give width, height or both")
        }
        let mode: CloudinaryMode? = try parameters.choice("mode")
        if mode != nil, parameters.has("fit") {
            throw parameters.wrong("mode", "absent when \"fit\" is given: they say the same in different words")
        }
        fit = try parameters.choice("fit") ?? mode?.fit ?? .cover
        let enlargement = try parameters.flag("withoutEnlargement")
        if mode?.forbidsEnlargement == true, enlargement == false {
            throw parameters.wrong("mode", "other than limit or lfill when \"withoutEnlargement\" is false")
        }
        withoutEnlargement = enlargement ?? true
        withoutReduction = try parameters.flag("withoutReduction") ?? false
        pixelRatio = try parameters.number("dpr", in: 1...4) ?? 1
        kernel = try parameters.choice("kernel") ?? .lanczos3
        focus = try parameters.text("position", allowed: ImagePosition.allowed, parse: Self.focus) ?? .position(.center)
        sharpening = try Self.sharpening(parameters)
        format = try parameters.text("format", allowed: "one of: \(ImageFormat.outputNames)") {
            ImageFormat(outputName: $0)
        }
        encoding = try ImageEncoding(parameters)
        placement = try OutputPlacement(parameters)

        for (key, side) in [("width", width), ("height", height)] {
            if let side, self.side(side) > Self.longestSide {
                throw parameters.wrong(key, "at most \(Self.longestSide) after multiplication by \"dpr\"")
            }
        }
        if focus.isStrategy, fit != .cover || width == nil || height == nil {
            throw parameters.wrong("position", "a fixed place unless \"fit\" is cover and both sides are given")
        }
    }

    /// Does the work; see ``MediaOperation/run(input:output:progress:)``.
    public func run(
        input: URL, output: OutputDestination, progress: @escaping @Sendable (Double) -> Void
    ) async throws -> MediaReport {
        try await ImagePipeline.run(self, input: input, output: output, progress: progress)
    }

    private static func focus(_ text: String) -> ImageFocus? {
        switch text {
        case "attention": .attention
        case "entropy": .entropy
        default: ImagePosition(text).map(ImageFocus.position)
        }
    }

    private static func sharpening(_ parameters: StrictParameters) throws -> Sharpening {
        let allowed = "true, false or a number from 0.1 to 10"
        if let flag = try? parameters.flag("sharpen") { return flag ? .sigma(0.5) : .off }
        guard parameters.has("sharpen") else { return .automatic }
        guard let sigma = try? parameters.number("sharpen", in: 0.1...10) else {
            throw parameters.wrong("sharpen", allowed)
        }
        return .sigma(sigma)
    }

    /// A side of the box in pixels of the result.
    func side(_ length: Int) -> Int { Int((Double(length) * pixelRatio).rounded()) }
}

extension ImageFocus {
    var isStrategy: Bool {
        if case .position = self { false } else { true }
    }
}

/// The words of Cloudinary's crop modes, accepted under `mode` only: there `fill` means what is called cover here.
private enum CloudinaryMode: String, CaseIterable {
    case fill, fit, limit, pad, scale, lfill

    var fit: FitRule {
        switch self {
        case .fill, .lfill: .cover
        case .fit, .limit: .inside
        case .pad: .contain
        case .scale: .fill
        }
    }

    var forbidsEnlargement: Bool { self == .limit || self == .lfill }
}
