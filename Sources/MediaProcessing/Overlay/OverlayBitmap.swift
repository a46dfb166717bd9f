// What is laid over a picture or a frame: pixels with transparency, and where they go.

/// A small picture with transparency, ready to be laid over another one.
public struct OverlayBitmap: Sendable, Equatable {
    /// Size in pixels.
    public let size: PixelSize
    /// Premultiplied red, green, blue, alpha; rows from the top down, without padding. sRGB.
    public let pixels: [UInt8]

    /// Makes a bitmap; `pixels` has four bytes for each pixel of `size`.
    public init(size: PixelSize, pixels: [UInt8]) {
        precondition(pixels.count == 4 * size.pixels, "four bytes a pixel")
        self.size = size
        self.pixels = pixels
    }
}

/// A bitmap and the place of its top left corner on a canvas; all of it lies inside the canvas.
public struct PlacedOverlay: Sendable, Equatable {
    /// What is laid over.
    public let bitmap: OverlayBitmap
    /// Distance of its left edge from that of the canvas, in pixels.
    public let x: Int
    /// Distance of its upper edge from that of the canvas, in pixels.
    public let y: Int

    /// Makes a placement.
    public init(bitmap: OverlayBitmap, x: Int, y: Int) {
        self.bitmap = bitmap
        self.x = x
        self.y = y
    }
}

extension OverlayBitmap {
    /// The same bitmap, each channel multiplied by `factor` (0 to 1).
    func faded(by factor: Double) -> OverlayBitmap {
        let weight = Int((min(1, max(0, factor)) * 256).rounded())
        return OverlayBitmap(size: size, pixels: pixels.map { UInt8((Int($0) * weight + 128) >> 8) })
    }

    /// Puts the bitmap on a canvas; nil if it would be wholly outside. What sticks out is cut off.
    func placed(x: Int, y: Int, on canvas: PixelSize) -> PlacedOverlay? {
        let whole = PixelRectangle(x: x, y: y, width: size.width, height: size.height)
        let frame = PixelRectangle(x: 0, y: 0, width: canvas.width, height: canvas.height)
        guard let visible = whole.intersection(frame) else { return nil }
        guard visible != whole else { return PlacedOverlay(bitmap: self, x: x, y: y) }
        var cut: [UInt8] = []
        cut.reserveCapacity(4 * visible.size.pixels)
        for row in 0..<visible.height {
            let start = 4 * ((visible.y - y + row) * size.width + visible.x - x)
            cut += pixels[start..<start + 4 * visible.width]
        }
        return PlacedOverlay(bitmap: OverlayBitmap(size: visible.size, pixels: cut), x: visible.x, y: visible.y)
    }
}
