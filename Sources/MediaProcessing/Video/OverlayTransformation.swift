// Lays bitmaps with transparency over frames, in the frames' own colours: nothing is converted but the bitmap, once.

/// A visible mark on every frame, as strong as a function of time says.
final class OverlayTransformation: FrameTransformation {
    /// What shows at a moment: which of the variants, and how strongly, 0 to 1.
    typealias Schedule = (_ time: Double) -> (variant: Int, strength: Double)

    private let variants: [[PlacedOverlay]]
    private let schedule: Schedule
    private var prepared: [Int: [PlanarOverlay]] = [:]

    /// Makes a transformation.
    ///
    /// - Parameter variants: Lists of overlays of which one shows at a time, e.g. one for each corner.
    init(variants: [[PlacedOverlay]], schedule: @escaping Schedule) {
        self.variants = variants
        self.schedule = schedule
    }

    func apply(to picture: VideoPicture, time: Double) throws {
        let (variant, strength) = schedule(time)
        guard strength > 0, variants.indices.contains(variant) else { return }
        let overlays: [PlanarOverlay]
        if let known = prepared[variant] {
            overlays = known
        } else {
            overlays = variants[variant].map { PlanarOverlay($0, for: picture) }
            prepared[variant] = overlays
        }
        let weight = Int((min(1, strength) * 256).rounded())
        for overlay in overlays { overlay.draw(on: picture, weight: weight) }
    }
}

/// A bitmap in the planes of a frame, premultiplied, with its transparency in both resolutions.
private struct PlanarOverlay {
    private struct Plane {
        var x: Int
        var y: Int
        var width: Int
        var height: Int
        var samples: [UInt8]
        var alpha: [UInt8]

        /// Mixes into a plane of the frame; `weight` is 256 for full strength.
        func mix(into target: VideoPicture.Plane, weight: Int) {
            let columns = min(width, target.width - x)
            guard columns > 0 else { return }
            samples.withUnsafeBufferPointer { samples in
                alpha.withUnsafeBufferPointer { alpha in
                    for row in 0..<min(height, target.height - y) {
                        let pixels = target.row(y + row)
                        let start = row * width
                        for column in 0..<columns {
                            let opacity = Int(alpha[start + column]) * weight
                            guard opacity > 0 else { continue }
                            let below = Int(pixels[x + column]) * (65_280 - opacity)
                            let above = Int(samples[start + column]) * weight * 255
                            pixels[x + column] = UInt8(min(255, (below + above + 32_640) / 65_280))
                        }
                    }
                }
            }
        }
    }

    private let luma: Plane
    private let blue: Plane
    private let red: Plane

    init(_ overlay: PlacedOverlay, for picture: VideoPicture) {
        let size = overlay.bitmap.size
        let matrix = ColorMatrix(isBT709: picture.isBT709)
        let count = size.pixels
        var y = [UInt8](repeating: 0, count: count)
        var alpha = [UInt8](repeating: 0, count: count)
        var difference = (blue: [Double](repeating: 0, count: count), red: [Double](repeating: 0, count: count))
        overlay.bitmap.pixels.withUnsafeBufferPointer { pixels in
            for index in 0..<count {
                let opacity = Double(pixels[4 * index + 3])
                let color = matrix.convert(
                    red: Double(pixels[4 * index]), green: Double(pixels[4 * index + 1]),
                    blue: Double(pixels[4 * index + 2]), opacity: opacity)
                y[index] = UInt8(min(255, max(0, color.luma.rounded())))
                alpha[index] = pixels[4 * index + 3]
                difference.blue[index] = color.blue
                difference.red[index] = color.red
            }
        }
        luma = Plane(x: overlay.x, y: overlay.y, width: size.width, height: size.height, samples: y, alpha: alpha)
        let reduced = Self.reduced(
            overlay, difference.blue, difference.red, alpha, shift: picture.chromaShift)
        blue = reduced.blue
        red = reduced.red
    }

    /// Averages over the pixels that share a chroma sample; what lies outside the bitmap counts as transparent.
    private static func reduced(
        _ overlay: PlacedOverlay, _ blue: [Double], _ red: [Double], _ alpha: [UInt8], shift: (x: Int, y: Int)
    ) -> (blue: Plane, red: Plane) {
        let size = overlay.bitmap.size
        let left = overlay.x >> shift.x
        let top = overlay.y >> shift.y
        let width = ((overlay.x + size.width - 1) >> shift.x) - left + 1
        let height = ((overlay.y + size.height - 1) >> shift.y) - top + 1
        var sums = (
            blue: [Double](repeating: 0, count: width * height), red: [Double](repeating: 0, count: width * height),
            alpha: [Double](repeating: 0, count: width * height)
        )
        for row in 0..<size.height {
            let target = (((overlay.y + row) >> shift.y) - top) * width
            for column in 0..<size.width {
                let place = target + ((overlay.x + column) >> shift.x) - left
                let index = row * size.width + column
                sums.blue[place] += blue[index]
                sums.red[place] += red[index]
                sums.alpha[place] += Double(alpha[index])
            }
        }
        let share = Double(1 << (shift.x + shift.y))
        func bytes(_ sums: [Double]) -> [UInt8] { sums.map { UInt8(min(255, max(0, ($0 / share).rounded()))) } }
        let reducedAlpha = bytes(sums.alpha)
        return (
            Plane(x: left, y: top, width: width, height: height, samples: bytes(sums.blue), alpha: reducedAlpha),
            Plane(x: left, y: top, width: width, height: height, samples: bytes(sums.red), alpha: reducedAlpha)
        )
    }

    func draw(on picture: VideoPicture, weight: Int) {
        luma.mix(into: picture.luma, weight: weight)
        blue.mix(into: picture.chroma.blue, weight: weight)
        red.mix(into: picture.chroma.red, weight: weight)
    }
}

/// From premultiplied RGB to premultiplied YUV in limited range.
private struct ColorMatrix {
    private let red: Double
    private let blue: Double

    init(isBT709: Bool) {
        red = isBT709 ? 0.2126 : 0.299
        blue = isBT709 ? 0.0722 : 0.114
    }

    func convert(
        red r: Double, green g: Double, blue b: Double, opacity: Double
    ) -> (luma: Double, blue: Double, red: Double) {
        let y = red * r + (1 - red - blue) * g + blue * b
        let share = opacity / 255
        return (
            16 * share + y * 219 / 255,
            128 * share + (b - y) / (2 * (1 - blue)) * 224 / 255,
            128 * share + (r - y) / (2 * (1 - red)) * 224 / 255
        )
    }
}
