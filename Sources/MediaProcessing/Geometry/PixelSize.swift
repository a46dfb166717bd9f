// Sizes and rectangles in whole pixels.

/// Width and height in pixels.
public struct PixelSize: Equatable, Hashable, Sendable {
    /// Width in pixels.
    public var width: Int
    /// Height in pixels.
    public var height: Int

    /// Makes a size.
    public init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    /// Number of pixels.
    public var pixels: Int { width * height }
    /// The length of the shorter side.
    public var shortSide: Int { min(width, height) }
    /// The same picture lying on its side.
    var turned: PixelSize { PixelSize(width: height, height: width) }
}

extension PixelSize: CustomStringConvertible {
    /// `width`x`height`.
    public var description: String { "\(width)x\(height)" }
}

/// A rectangle of pixels; x and y count from the top left corner.
struct PixelRectangle: Equatable, Sendable {
    var x: Int
    var y: Int
    var width: Int
    var height: Int

    var size: PixelSize { PixelSize(width: width, height: height) }

    /// What this rectangle and another have in common; nil if that is nothing.
    func intersection(_ other: PixelRectangle) -> PixelRectangle? {
        let (left, top) = (max(x, other.x), max(y, other.y))
        let (right, bottom) = (min(x + width, other.x + other.width), min(y + height, other.y + other.height))
        guard left < right, top < bottom else { return nil }
        return PixelRectangle(x: left, y: top, width: right - left, height: bottom - top)
    }
}
