// How a picture is written: the parameters that resize_image and convert_image share (media.md §3), and their defaults.

/// Chroma resolution of a JPEG.
public enum ChromaSubsampling: String, Sendable, CaseIterable {
    /// Half the resolution in both directions. The default, right for photographs.
    case halved = "4:2:0"
    /// Full resolution, right for text and graphics.
    case full = "4:4:4"
}

/// How the result is encoded. Every value that is nil has a default that depends on the format.
public struct ImageEncoding: Sendable, Equatable {
    /// 1 to 100. Default 80 for JPEG and WebP, 50 for AVIF; without effect on lossless formats.
    public var quality: Int?
    /// Whether WebP is written lossless. Default false.
    public var lossless: Bool?
    /// Whether a JPEG is progressive. Default true.
    public var progressive: Bool?
    /// Chroma resolution of a JPEG. Default ``ChromaSubsampling/halved``.
    public var chromaSubsampling: ChromaSubsampling?
    /// How hard to compress: WebP 0 to 6 (default 4), PNG 0 to 9 (default 6).
    public var effort: Int?
    /// What shines through where the result cannot be transparent, and what pads it. Default white when transparency
    /// must go, transparent when padding a format that can be transparent.
    public var background: CSSColor?
    /// Whether an animation stays one if the format can hold it. Default true.
    public var animated: Bool?
    /// Bits a channel: 8 (default) or, for PNG and TIFF, 16.
    public var bitDepth: Int?
    /// What of the metadata is kept. Default ``MetadataPolicy/strip``.
    public var metadata: MetadataPolicy

    /// An encoding with all defaults.
    public init() { metadata = .strip }

    static let keys: Set<String> = [
        "quality", "lossless", "progressive", "chromaSubsampling", "effort", "background", "animated", "bitdepth",
        "metadata",
    ]

    init(_ parameters: StrictParameters) throws {
        quality = try parameters.integer("quality", in: 1...100)
        lossless = try parameters.flag("lossless")
        progressive = try parameters.flag("progressive")
        chromaSubsampling = try parameters.choice("chromaSubsampling")
        effort = try parameters.integer("effort", in: 0...9)
        background = try parameters.text("background", allowed: CSSColor.allowed) { CSSColor($0) }
        animated = try parameters.flag("animated")
        bitDepth = try parameters.integer("bitdepth", in: 8...16)
        if let bitDepth, bitDepth != 8, bitDepth != 16 { throw parameters.wrong("bitdepth", "8 or 16") }
        metadata = try parameters.choice("metadata") ?? .strip
    }

    /// Checks what only makes sense once the format is known, before any pixel is decoded.
    ///
    /// - Returns: Warnings about parameters that have no effect on `format`.
    func check(for format: ImageFormat) throws -> [String] {
        if lossless == true {
            switch format {
            case .jpeg:
                throw MediaError(
                    .invalidParameter, "\"lossless\" cannot be true for jpeg; use png or webp", parameter: "lossless")
            case .avif:
                throw MediaError(
                    .capabilityMissing, "The installed library writes avif only lossy; use webp or png for lossless",
                    parameter: "lossless")
            default: break
            }
        }
        if bitDepth == 16, !format.holds16Bits {
            throw MediaError(
                .invalidParameter, "\"bitdepth\" must be 8 for \(format.rawValue); png and tiff can hold 16",
                parameter: "bitdepth")
        }
        if format == .webp, let effort, effort > 6 {
            throw MediaError(
                .invalidParameter, "\"effort\" must be an integer from 0 to 6 for webp, but is \(effort)",
                parameter: "effort")
        }
        var idle: [String] = []
        if quality != nil, [.png, .gif, .tiff].contains(format) { idle.append("quality") }
        if lossless != nil, ![.webp, .avif].contains(format) { idle.append("lossless") }
        if progressive != nil, format != .jpeg { idle.append("progressive") }
        if chromaSubsampling != nil, format != .jpeg { idle.append("chromaSubsampling") }
        if effort != nil, ![.webp, .png].contains(format) { idle.append("effort") }
        return idle.map { "\"\($0)\" has no effect on \(format.rawValue)" }
    }
}
