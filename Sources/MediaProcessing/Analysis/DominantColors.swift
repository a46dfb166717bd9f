// The few colours a picture is made of (media.md §16): median cut, then means.

/// A colour and how much of a picture it stands for.
public struct DominantColor: Sendable, Equatable {
    /// The colour.
    public var color: CSSColor
    /// Its share of the picture, 0 to 1.
    public var share: Double
}

extension RGBBitmap {
    /// Up to `count` colours, the most frequent first; a picture with fewer colours has fewer.
    public func dominantColors(count: Int = 5) -> [DominantColor] {
        // Counted in steps of 8: neighbours that nobody can tell apart fall together.
        var histogram: [Int: Bucket] = [:]
        for index in 0..<size.pixels {
            let rgb = (pixels[3 * index], pixels[3 * index + 1], pixels[3 * index + 2])
            let key = Int(rgb.0 >> 3) << 10 | Int(rgb.1 >> 3) << 5 | Int(rgb.2 >> 3)
            histogram[key, default: Bucket()].add(rgb)
        }
        var boxes = [ColorBox(histogram.keys.sorted().compactMap { histogram[$0] })]
        while boxes.count < max(1, count) {
            // The box whose colours are spread most, weighted by how many pixels it has.
            guard let index = boxes.indices.max(by: { boxes[$0].urgency < boxes[$1].urgency }),
                let (low, high) = boxes[index].split()
            else { break }
            boxes[index] = low
            boxes.append(high)
        }
        return boxes.map { box in DominantColor(color: box.mean, share: Double(box.count) / Double(size.pixels)) }
            .sorted { ($0.share, $0.color.description) > ($1.share, $1.color.description) }
    }
}

/// Pixels of nearly one colour.
private struct Bucket {
    var count = 0
    var sums = [0, 0, 0]

    mutating func add(_ rgb: (UInt8, UInt8, UInt8)) {
        count += 1
        sums[0] += Int(rgb.0)
        sums[1] += Int(rgb.1)
        sums[2] += Int(rgb.2)
    }

    func mean(_ channel: Int) -> Double { Double(sums[channel]) / Double(count) }
}

/// A box in colour space.
private struct ColorBox {
    let buckets: [Bucket]
    let count: Int
    /// The channel with the largest variance, and that variance times the number of pixels.
    let widest: Int
    let urgency: Double

    init(_ buckets: [Bucket]) {
        self.buckets = buckets
        count = buckets.reduce(0) { $0 + $1.count }
        let total = Double(max(1, count))
        let spreads = (0..<3).map { channel in
            let mean = buckets.reduce(0.0) { $0 + Double($1.sums[channel]) } / total
            return buckets.reduce(0.0) { sum, bucket in
                let distance = bucket.mean(channel) - mean
                return sum + distance * distance * Double(bucket.count)
            }
        }
        let widest = (0..<3).max { spreads[$0] < spreads[$1] } ?? 0
        self.widest = widest
        urgency = buckets.count > 1 ? spreads[widest] : -1
    }

    var mean: CSSColor {
        let channels = (0..<3).map { channel in
            UInt8((Double(buckets.reduce(0) { $0 + $1.sums[channel] }) / Double(max(1, count))).rounded())
        }
        return CSSColor(red: channels[0], green: channels[1], blue: channels[2])
    }

    /// Two boxes with the mean between them; nil if all colours are one, or nearly so.
    func split() -> (ColorBox, ColorBox)? {
        guard buckets.count > 1, urgency > 16 * Double(count) else { return nil }
        let middle = buckets.reduce(0.0) { $0 + Double($1.sums[widest]) } / Double(count)
        let low = buckets.filter { $0.mean(widest) <= middle }
        let high = buckets.filter { $0.mean(widest) > middle }
        return low.isEmpty || high.isEmpty ? nil : (ColorBox(low), ColorBox(high))
    }
}

extension CSSColor: CustomStringConvertible {
    /// `#rrggbb`, or `#rrggbbaa` if it is not opaque.
    public var description: String {
        let channels = alpha == 255 ? [red, green, blue] : [red, green, blue, alpha]
        return "#" + channels.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
