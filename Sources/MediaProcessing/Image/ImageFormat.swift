// The picture formats this module knows. Owns: their names, extensions and abilities; nothing about a library.

/// A picture format.
public enum ImageFormat: String, Sendable, CaseIterable, Codable {
    /// JPEG: no transparency, no animation.
    case jpeg
    /// PNG: lossless, up to 16 bits a channel.
    case png
    /// WebP: lossy or lossless, transparency, animation.
    case webp
    /// AVIF: AV1 still pictures.
    case avif
    /// GIF: 256 colours, animation.
    case gif
    /// TIFF: lossless, up to 16 bits a channel; the first page of several.
    case tiff
    /// HEIC: read only.
    case heic

    /// Formats that results may be written in.
    public static let writable: [ImageFormat] = [.jpeg, .png, .webp, .avif, .gif, .tiff]

    /// Reads a format name as jobs write it; `jpg` and `tif` are accepted, `heic` is not.
    init?(outputName: String) {
        switch outputName {
        case "jpg": self = .jpeg
        case "tif": self = .tiff
        default:
            guard let format = ImageFormat(rawValue: outputName), Self.writable.contains(format) else { return nil }
            self = format
        }
    }

    static let outputNames = "jpeg (or jpg), png, webp, avif, gif, tiff"

    /// The usual extension, without dot.
    public var fileExtension: String {
        switch self {
        case .jpeg: "jpg"
        case .tiff: "tif"
        default: rawValue
        }
    }

    /// Whether a file of this format may carry the extension (lower case, without dot).
    func accepts(fileExtension: String) -> Bool {
        switch self {
        case .jpeg: ["jpg", "jpeg", "jpe"].contains(fileExtension)
        case .tiff: ["tif", "tiff"].contains(fileExtension)
        case .heic: ["heic", "heif"].contains(fileExtension)
        default: fileExtension == rawValue
        }
    }

    /// Whether a file can hold several frames that play.
    public var holdsAnimation: Bool { self == .gif || self == .webp }
    /// Whether pixels can be transparent.
    ///
    /// AVIF could, but ImageMagick 6 neither reads nor writes its transparency.
    public var holdsAlpha: Bool { ![.jpeg, .avif, .heic].contains(self) }
    /// Whether a file can hold 16 bits a channel.
    var holds16Bits: Bool { self == .png || self == .tiff }
    /// Whether the decoder already turns the picture upright, so that an EXIF orientation must not be applied again:
    /// the container's own rotation property is the only one that counts there.
    var isUprightWhenDecoded: Bool { self == .heic || self == .avif }

    /// The format a result gets when the job names none.
    var defaultOutput: ImageFormat { self == .heic ? .jpeg : self }
}
