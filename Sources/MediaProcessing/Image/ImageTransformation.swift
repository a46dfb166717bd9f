// What an image operation adds to the pipeline that all of them share.

/// The part of an operation that differs: sizes, geometry and finishing. Reading, orientation, colour, encoding and
/// writing are the pipeline's.
protocol ImageTransformation: Sendable {
    /// Format asked for; nil keeps the input's.
    var requestedFormat: ImageFormat? { get }
    var encoding: ImageEncoding { get }

    /// What is known to be worth telling before the work begins.
    var warnings: [String] { get }

    /// Size of the result for an upright input of this size.
    func resultSize(of upright: PixelSize) throws -> PixelSize
    /// The transformation with all that depends on the input's size, but not on its pixels, worked out.
    func prepared(for upright: PixelSize) throws -> Self
    /// Fraction of the input's size that is enough to decode; 1 or more means all of it.
    func decodingScale(of upright: PixelSize) -> Double
    /// Cuts and scales one frame. Colours may not be sRGB yet. `focus` is the same for all frames.
    func reshape(_ picture: borrowing Wand, upright: PixelSize, focus: inout FrameFocus) throws
    /// Sharpens, pads, draws: whatever needs final colours. Returns warnings.
    func finish(_ picture: borrowing Wand, upright: PixelSize, background: CSSColor) throws -> [String]
}

extension ImageTransformation {
    var warnings: [String] { [] }
    func prepared(for upright: PixelSize) throws -> Self { self }
    func decodingScale(of upright: PixelSize) -> Double { 1 }
    func reshape(_ picture: borrowing Wand, upright: PixelSize, focus: inout FrameFocus) throws {}
    func finish(_ picture: borrowing Wand, upright: PixelSize, background: CSSColor) throws -> [String] { [] }
}
