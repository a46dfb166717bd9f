// Upper bounds that are checked before memory is spent (media.md §20).

/// What an input and a result may be at most.
public struct ImageLimits: Sendable, Equatable {
    /// Largest input file in bytes. Default 100 MB.
    public var inputBytes = 100_000_000
    /// Most pixels of one frame. Default 100 megapixels (800 MB of working memory).
    public var pixels = 100_000_000
    /// Most frames. Default 500.
    public var frames = 500
    /// Most pixels of all frames together. Default 400 megapixels.
    public var framePixels = 400_000_000
    /// Longest side in pixels. Default 16384; the library enforces the same.
    public var side = 16384
    /// Largest colour profile that is interpreted, in bytes. Default 4 MiB; a larger one is ignored with a warning.
    public var profileBytes = 4 << 20

    /// The default limits.
    public init() {}

    static let standard = ImageLimits()

    /// Refuses a size or frame count that is over a limit; `what` names the culprit in the message.
    func check(_ size: PixelSize, frames count: Int = 1, what: String) throws {
        guard size.width <= side, size.height <= side else {
            throw MediaError(.tooLarge, "\(what) is \(size) pixels; no side may be longer than \(side)")
        }
        guard size.pixels <= pixels else {
            throw MediaError(.tooLarge, "\(what) has \(size.pixels) pixels (\(size)); at most \(pixels) are accepted")
        }
        guard count <= frames else {
            throw MediaError(.tooLarge, "\(what) has \(count) frames; at most \(frames) are accepted")
        }
        guard size.pixels * count <= framePixels else {
            throw MediaError(
                .tooLarge, "\(what) has \(count) frames of \(size), together more than \(framePixels) pixels")
        }
    }
}
