// A picture as plain numbers, for arithmetic that needs no image library.

/// An opaque picture in sRGB, 8 bits a channel.
public struct RGBBitmap: Sendable, Equatable {
    /// Size in pixels.
    public let size: PixelSize
    /// Red, green, blue; rows from the top down, without padding.
    public let pixels: [UInt8]

    /// Makes a picture; `pixels` has three bytes for each pixel of `size`.
    public init(size: PixelSize, pixels: [UInt8]) {
        precondition(pixels.count == 3 * size.pixels && size.pixels > 0, "three bytes a pixel")
        self.size = size
        self.pixels = pixels
    }

    /// The picture in another size; each new pixel is the mean of those it covers, in fractions.
    func averaged(to target: PixelSize) -> RGBBitmap {
        var result: [UInt8] = []
        result.reserveCapacity(3 * target.pixels)
        let columns = (0..<target.width).map { Self.span($0, of: target.width, over: size.width) }
        for y in 0..<target.height {
            let rows = Self.span(y, of: target.height, over: size.height)
            for column in columns {
                var sum = (0.0, 0.0, 0.0)
                var total = 0.0
                for (row, share) in rows {
                    for (x, part) in column {
                        let place = 3 * (row * size.width + x)
                        let weight = share * part
                        sum.0 += weight * Double(pixels[place])
                        sum.1 += weight * Double(pixels[place + 1])
                        sum.2 += weight * Double(pixels[place + 2])
                        total += weight
                    }
                }
                for channel in [sum.0, sum.1, sum.2] { result.append(UInt8((channel / total).rounded())) }
            }
        }
        return RGBBitmap(size: target, pixels: result)
    }

    /// The pixels that one new pixel covers, with the share of each that it covers.
    private static func span(_ index: Int, of count: Int, over length: Int) -> [(index: Int, share: Double)] {
        let step = Double(length) / Double(count)
        let (from, to) = (Double(index) * step, Double(index + 1) * step)
        let last = min(length - 1, Int(to.rounded(.up)) - 1)
        return (min(last, Int(from))...last).map { place in
            (place, max(1e-9, min(to, Double(place + 1)) - max(from, Double(place))))
        }
    }

    /// Luma of every pixel, 0 to 255 (BT.601, as the usual hashes have it).
    var luma: [Double] {
        (0..<size.pixels).map { index in
            let (red, green, blue) = (pixels[3 * index], pixels[3 * index + 1], pixels[3 * index + 2])
            let warm: Double = 0.299 * Double(red) + 0.587 * Double(green)
            return warm + 0.114 * Double(blue)
        }
    }
}
