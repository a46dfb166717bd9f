// What a picture's header tells, for those who do not want its pixels.

public import FoundationEssentials

/// Format, size and frames of a picture, without decoding it.
public struct ImageInspection: Sendable {
    /// The format, by the first bytes.
    public let format: ImageFormat
    /// Size as a viewer sees it.
    public let upright: PixelSize
    /// EXIF orientation that a viewer applies, 1 to 8.
    public let orientation: Int
    /// Number of frames.
    public let frames: Int

    /// Reads a file's header; limits on size and frames apply.
    ///
    /// - Throws: ``MediaError``.
    public init(of file: URL) throws {
        let source = try ImageSource(reading: file, limits: .standard)
        format = source.format
        upright = source.upright
        orientation = source.orientation
        frames = source.frames
    }
}
