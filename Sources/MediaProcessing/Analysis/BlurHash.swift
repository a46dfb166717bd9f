// BlurHash: a picture's colours in some twenty characters, to be shown while the picture itself is on its way
// (media.md §16). Follows the format's published description.

import Glibc

/// Encodes BlurHash.
public enum BlurHash {
    private static let alphabet = Array(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~".utf8)

    /// Longest side of the thumbnail that is enough.
    static let thumbnailSide = 32

    /// The hash of a picture, which should be small: the cost grows with its pixels.
    ///
    /// - Parameters:
    ///   - columns: Horizontal components, 1 to 9.
    ///   - rows: Vertical components, 1 to 9.
    public static func encode(_ picture: RGBBitmap, columns: Int = 4, rows: Int = 3) -> String {
        precondition((1...9).contains(columns) && (1...9).contains(rows), "1 to 9 components each way")
        let linear = picture.pixels.map { linearTable[Int($0)] }
        let factors = (0..<rows).flatMap { row in
            (0..<columns).map { column in component(column, row, of: linear, size: picture.size) }
        }
        let details = factors.dropFirst()
        var result: [UInt8] = []
        append(columns - 1 + (rows - 1) * 9, digits: 1, to: &result)
        let peak = details.flatMap { $0.map(abs) }.max() ?? 0
        let quantised = details.isEmpty ? 0 : max(0, min(82, Int((peak * 166 - 0.5).rounded(.down))))
        append(quantised, digits: 1, to: &result)
        let scale = details.isEmpty ? 1 : Double(quantised + 1) / 166
        let mean = factors[0].map(gamma)
        append(mean[0] << 16 | mean[1] << 8 | mean[2], digits: 4, to: &result)
        for factor in details {
            let steps = factor.map { value in
                let root = (value < 0 ? -1.0 : 1.0) * (abs(value) / scale).squareRoot()
                return max(0, min(18, Int((root * 9 + 9.5).rounded(.down))))
            }
            append((steps[0] * 19 + steps[1]) * 19 + steps[2], digits: 2, to: &result)
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func component(_ column: Int, _ row: Int, of linear: [Double], size: PixelSize) -> [Double] {
        let across = (0..<size.width).map { cos(.pi * Double(column) * Double($0) / Double(size.width)) }
        var sum = [0.0, 0.0, 0.0]
        for y in 0..<size.height {
            let down = cos(.pi * Double(row) * Double(y) / Double(size.height))
            for x in 0..<size.width {
                let place = 3 * (y * size.width + x)
                let weight = across[x] * down
                for channel in 0..<3 { sum[channel] += weight * linear[place + channel] }
            }
        }
        let scale = (column == 0 && row == 0 ? 1.0 : 2.0) / Double(size.pixels)
        return sum.map { $0 * scale }
    }

    private static func append(_ value: Int, digits: Int, to result: inout [UInt8]) {
        var divisor = (1..<digits).reduce(1) { power, _ in power * 83 }
        for _ in 0..<digits {
            result.append(alphabet[value / divisor % 83])
            divisor /= 83
        }
    }

    private static let linearTable: [Double] = (0..<256).map { value in
        let share = Double(value) / 255
        return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
    }

    private static func gamma(_ value: Double) -> Int {
        let share = max(0, min(1, value))
        return Int((share <= 0.0031308 ? share * 12.92 : 1.055 * pow(share, 1 / 2.4) - 0.055) * 255 + 0.5)
    }
}
