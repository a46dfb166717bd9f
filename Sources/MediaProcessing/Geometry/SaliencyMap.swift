// Where the interesting part of a picture is (media.md §5): a small map of weights and the window that collects most of
// them. Pure arithmetic on a thumbnail; knows no image library.

import Glibc

/// A thumbnail's weights, summed up so that any window's weight is four look-ups.
struct SaliencyMap: Sendable {
    enum Measure: Sendable {
        /// Edge energy, saturation and skin tones, favouring the middle a little.
        case attention
        /// Local variety of luminance (Shannon entropy of each cell).
        case entropy
    }

    /// Longest side of the thumbnail that a map is made from.
    static let thumbnailSide = 128

    private let size: PixelSize
    /// `(width + 1) × (height + 1)` prefix sums.
    private let integral: [Double]

    /// Makes a map from the RGB bytes of a thumbnail.
    init(rgb: [UInt8], size: PixelSize, measure: Measure) {
        self.size = size
        let luminance = (0..<size.pixels).map { Self.luminance(rgb[(3 * $0)..<(3 * $0 + 3)]) }
        var weights: [Double]
        switch measure {
        case .attention: weights = Self.attention(rgb: rgb, luminance: luminance, size: size)
        case .entropy: weights = Self.entropy(luminance: luminance, size: size)
        }
        // A flat picture has no favourite: a breath of weight in the middle decides for the centre.
        for y in 0..<size.height {
            for x in 0..<size.width {
                weights[y * size.width + x] += 1e-6 * Self.centrePrior(x: x, y: y, size: size)
            }
        }
        var integral = [Double](repeating: 0, count: (size.width + 1) * (size.height + 1))
        for y in 0..<size.height {
            var row = 0.0
            for x in 0..<size.width {
                row += weights[y * size.width + x]
                integral[(y + 1) * (size.width + 1) + x + 1] = integral[y * (size.width + 1) + x + 1] + row
            }
        }
        self.integral = integral
    }

    /// The top left corner of the window of size `inner` inside `outer` that collects the most weight.
    func bestOffset(of inner: PixelSize, in outer: PixelSize) -> (x: Int, y: Int) {
        let scaleX = Double(size.width) / Double(outer.width)
        let scaleY = Double(size.height) / Double(outer.height)
        let width = min(size.width, max(1, Int((Double(inner.width) * scaleX).rounded())))
        let height = min(size.height, max(1, Int((Double(inner.height) * scaleY).rounded())))
        var best = (x: 0, y: 0, weight: -Double.infinity)
        for y in 0...(size.height - height) {
            for x in 0...(size.width - width) {
                let weight = sum(x: x, y: y, width: width, height: height)
                if weight > best.weight { best = (x, y, weight) }
            }
        }
        return (
            min(outer.width - inner.width, Int((Double(best.x) / scaleX).rounded())),
            min(outer.height - inner.height, Int((Double(best.y) / scaleY).rounded()))
        )
    }

    private func sum(x: Int, y: Int, width: Int, height: Int) -> Double {
        let stride = size.width + 1
        return integral[(y + height) * stride + x + width] - integral[y * stride + x + width]
            - integral[(y + height) * stride + x] + integral[y * stride + x]
    }

    private static func luminance(_ pixel: ArraySlice<UInt8>) -> Double {
        zip(pixel, [0.2126, 0.7152, 0.0722]).reduce(0) { sum, channel in sum + Double(channel.0) * channel.1 }
    }

    private static func centrePrior(x: Int, y: Int, size: PixelSize) -> Double {
        let dx = (Double(x) + 0.5) / Double(size.width) - 0.5
        let dy = (Double(y) + 0.5) / Double(size.height) - 0.5
        return 1 - (dx * dx + dy * dy)
    }

    private static func attention(rgb: [UInt8], luminance: [Double], size: PixelSize) -> [Double] {
        var weights = [Double](repeating: 0, count: size.pixels)
        for y in 0..<size.height {
            for x in 0..<size.width {
                let index = y * size.width + x
                let right = luminance[y * size.width + min(x + 1, size.width - 1)]
                let below = luminance[min(y + 1, size.height - 1) * size.width + x]
                let edge = abs(right - luminance[index]) + abs(below - luminance[index])
                let (red, green, blue) = (
                    Double(rgb[3 * index]), Double(rgb[3 * index + 1]), Double(rgb[3 * index + 2])
                )
                let saturation = max(red, green, blue) - min(red, green, blue)
                let skin = isSkin(red: red, green: green, blue: blue) ? 64.0 : 0
                weights[index] = (edge + 0.3 * saturation + skin) * centrePrior(x: x, y: y, size: size)
            }
        }
        return weights
    }

    /// The usual rule for skin in RGB under daylight, wide enough for dark and light skin.
    private static func isSkin(red: Double, green: Double, blue: Double) -> Bool {
        red > 60 && red > green && green > blue * 0.8 && red - min(green, blue) > 15 && red - green > 8
            && red - green < 100
    }

    /// Entropy of a 16-level histogram in cells of 8 × 8, spread evenly over the cell.
    private static func entropy(luminance: [Double], size: PixelSize) -> [Double] {
        var weights = [Double](repeating: 0, count: size.pixels)
        let cell = 8
        for top in stride(from: 0, to: size.height, by: cell) {
            for left in stride(from: 0, to: size.width, by: cell) {
                let rows = top..<min(top + cell, size.height)
                let columns = left..<min(left + cell, size.width)
                var histogram = [Int](repeating: 0, count: 16)
                for y in rows {
                    for x in columns { histogram[min(15, Int(luminance[y * size.width + x]) / 16)] += 1 }
                }
                let count = Double(rows.count * columns.count)
                let entropy = histogram.reduce(0.0) { sum, hits in
                    guard hits > 0 else { return sum }
                    let share = Double(hits) / count
                    return sum - share * log2(share)
                }
                for y in rows {
                    for x in columns { weights[y * size.width + x] = entropy }
                }
            }
        }
        return weights
    }
}
