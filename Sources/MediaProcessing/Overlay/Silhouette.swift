// What a mark casts around itself: outline, shadow and halo, all made from the blurred shape of its alpha.

struct Silhouette {
    let size: PixelSize
    private(set) var alpha: [UInt8]

    /// The shape of a bitmap, with `border` empty pixels around it.
    init(of bitmap: OverlayBitmap, border: Int) {
        size = PixelSize(width: bitmap.size.width + 2 * border, height: bitmap.size.height + 2 * border)
        alpha = [UInt8](repeating: 0, count: size.pixels)
        for y in 0..<bitmap.size.height {
            for x in 0..<bitmap.size.width {
                alpha[(y + border) * size.width + x + border] = bitmap.pixels[4 * (y * bitmap.size.width + x) + 3]
            }
        }
    }

    /// Spreads the shape: three running means of this radius, then a gain that turns a soft edge into a line.
    func spread(radius: Int, gain: Int) -> Silhouette {
        var result = self
        for _ in 0..<3 {
            result.mean(
                radius: max(1, radius / 2), step: 1, lines: size.height, lineStep: size.width, count: size.width)
            result.mean(
                radius: max(1, radius / 2), step: size.width, lines: size.width, lineStep: 1, count: size.height)
        }
        result.alpha = result.alpha.map { UInt8(min(255, Int($0) * gain)) }
        return result
    }

    private mutating func mean(radius: Int, step: Int, lines: Int, lineStep: Int, count: Int) {
        let window = 2 * radius + 1
        var line = [Int](repeating: 0, count: count)
        for index in 0..<lines {
            let start = index * lineStep
            for place in 0..<count { line[place] = Int(alpha[start + place * step]) }
            var sum = line[0..<min(radius, count)].reduce(0, +)
            for place in 0..<count {
                if place + radius < count { sum += line[place + radius] }
                if place - radius - 1 >= 0 { sum -= line[place - radius - 1] }
                alpha[start + place * step] = UInt8(sum / window)
            }
        }
    }

    /// The shape filled with a colour, moved by `offset` pixels to the right and down.
    func filled(_ color: CSSColor, offset: Int = 0) -> OverlayBitmap {
        var pixels = [UInt8](repeating: 0, count: 4 * size.pixels)
        for y in offset..<max(offset, size.height) {
            for x in offset..<max(offset, size.width) {
                let weight = Int(alpha[(y - offset) * size.width + x - offset]) * Int(color.alpha) / 255
                let place = 4 * (y * size.width + x)
                pixels[place] = UInt8(Int(color.red) * weight / 255)
                pixels[place + 1] = UInt8(Int(color.green) * weight / 255)
                pixels[place + 2] = UInt8(Int(color.blue) * weight / 255)
                pixels[place + 3] = UInt8(weight)
            }
        }
        return OverlayBitmap(size: size, pixels: pixels)
    }
}

extension OverlayBitmap {
    /// This bitmap with `upper` laid over its middle; both are premultiplied.
    func covered(by upper: OverlayBitmap) -> OverlayBitmap {
        var result = pixels
        let left = (size.width - upper.size.width) / 2
        let top = (size.height - upper.size.height) / 2
        for y in 0..<upper.size.height {
            for x in 0..<upper.size.width {
                let from = 4 * (y * upper.size.width + x)
                let to = 4 * ((y + top) * size.width + x + left)
                let rest = 255 - Int(upper.pixels[from + 3])
                for channel in 0..<4 {
                    let sum = Int(upper.pixels[from + channel]) + (Int(result[to + channel]) * rest + 127) / 255
                    result[to + channel] = UInt8(min(255, sum))
                }
            }
        }
        return OverlayBitmap(size: size, pixels: result)
    }
}
