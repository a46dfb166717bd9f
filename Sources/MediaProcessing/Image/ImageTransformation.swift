// What an image operation adds to the pipeline that all of them share.

/// The part of an operation that differs: sizes, geometry and finishing. Reading, orientation, colour, encoding and
/// writing are the pipeline's.
protocol ImageTransformation: Sendable {
    /// Format asked for; nil keeps the input's.
    var requestedFormat: ImageFormat? { get }
    var encoding: ImageEncoding { get }

    /// Size of the result for an upright input of this size.
    func resultSize(of upright: PixelSize) -> PixelSize
    /// Fraction of the input's size that is enough to decode; 1 or more means all of it.
    func decodingScale(of upright: PixelSize) -> Double
    /// Cuts and scales one frame. Colours may not be sRGB yet.
    func reshape(_ picture: borrowing Wand, upright: PixelSize) throws
    /// Sharpens, pads, draws: whatever needs final colours.
    func finish(_ picture: borrowing Wand, upright: PixelSize, background: CSSColor) throws
}

extension ImageTransformation {
    func decodingScale(of upright: PixelSize) -> Double { 1 }
    func reshape(_ picture: borrowing Wand, upright: PixelSize) throws {}
    func finish(_ picture: borrowing Wand, upright: PixelSize, background: CSSColor) throws {}
}
