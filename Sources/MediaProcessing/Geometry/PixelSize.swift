// Sizes and rectangles in whole pixels.

/// Width and height in pixels.
struct PixelSize: Equatable, Hashable, Sendable {
    var width: Int
    var height: Int

    var pixels: Int { width * height }
    /// The same picture lying on its side.
    var turned: PixelSize { PixelSize(width: height, height: width) }
}

extension PixelSize: CustomStringConvertible {
    var description: String { "\(width)x\(height)" }
}

/// A rectangle of pixels; x and y count from the top left corner.
struct PixelRectangle: Equatable, Sendable {
    var x: Int
    var y: Int
    var width: Int
    var height: Int

    var size: PixelSize { PixelSize(width: width, height: height) }
}
