// Whether a mark can be seen where it lies (media.md §13). Pure arithmetic.

/// The measure of how much a mark changes what is beneath it.
public enum WatermarkVisibility {
    /// The least mean difference of luma, on the scale of 0 to 255, at which a mark counts as visible.
    public static let minimum = 12.0

    /// How much a mark changes what it covers, on the scale of 0 to 255.
    public struct Measure: Sendable, Equatable {
        /// The mean difference of luma.
        public var difference: Double
        /// The mean difference in the tenth of the pixels that change most: a thin rim counts here.
        public var peak: Double
        /// The mean luma of what is beneath.
        public var backdrop: Double
    }

    /// Compares a mark with what is beneath it.
    ///
    /// - Parameters:
    ///   - overlay: The mark.
    ///   - rgb: What is beneath it: three bytes for each of its pixels.
    public static func measure(
        _ overlay: OverlayBitmap, over rgb: [UInt8], blend: VisibleWatermark.BlendMode = .over
    ) -> Measure {
        precondition(rgb.count == 3 * overlay.size.pixels, "three bytes for each pixel of the overlay")
        var (changes, base) = ([Double](), 0.0)
        let weights = (0.2126, 0.7152, 0.0722)
        for index in 0..<overlay.size.pixels {
            let alpha = Double(overlay.pixels[4 * index + 3]) / 255
            guard alpha > 0.1 else { continue }
            func channel(_ offset: Int) -> (before: Double, after: Double) {
                let before = Double(rgb[3 * index + offset]) / 255
                let source = min(1, Double(overlay.pixels[4 * index + offset]) / 255 / alpha)
                return (before, before + alpha * (blend.mixed(source, over: before) - before))
            }
            let (red, green, blue) = (channel(0), channel(1), channel(2))
            let before = weights.0 * red.before + weights.1 * green.before + weights.2 * blue.before
            let after = weights.0 * red.after + weights.1 * green.after + weights.2 * blue.after
            changes.append(255 * abs(after - before))
            base += 255 * before
        }
        guard !changes.isEmpty else { return Measure(difference: 0, peak: 0, backdrop: 0) }
        changes.sort(by: >)
        let strongest = changes.prefix(max(1, changes.count / 10))
        return Measure(
            difference: changes.reduce(0, +) / Double(changes.count),
            peak: strongest.reduce(0, +) / Double(strongest.count), backdrop: base / Double(changes.count))
    }
}

extension VisibleWatermark.BlendMode {
    /// One channel of an opaque mark on a backdrop, all from 0 to 1 (as in the CSS compositing specification).
    public func mixed(_ source: Double, over backdrop: Double) -> Double {
        switch self {
        case .over: return source
        case .multiply: return source * backdrop
        case .screen: return source + backdrop - source * backdrop
        case .softLight:
            guard source > 0.5 else { return backdrop - (1 - 2 * source) * backdrop * (1 - backdrop) }
            let raised =
                backdrop <= 0.25 ? ((16 * backdrop - 12) * backdrop + 4) * backdrop : backdrop.squareRoot()
            return backdrop + (2 * source - 1) * (raised - backdrop)
        }
    }
}
