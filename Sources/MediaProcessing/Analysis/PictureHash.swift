// Hashes by which pictures that look alike are found (media.md §16).

import Glibc

/// A 64-bit hash of what a picture looks like: small changes of the picture change few bits.
public struct PictureHash: Sendable, Hashable, CustomStringConvertible {
    /// The bits.
    public let bits: UInt64

    /// Makes a hash from its bits.
    public init(bits: UInt64) { self.bits = bits }

    /// Sixteen hexadecimal digits.
    public var description: String {
        let digits = String(bits, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// In how many bits two hashes differ, 0 to 64; pictures that look alike differ in no more than ten.
    public func distance(to other: PictureHash) -> Int { (bits ^ other.bits).nonzeroBitCount }

    /// The perceptual hash: signs of the low frequencies of a 32 × 32 cosine transform against their median.
    public static func perceptual(of picture: RGBBitmap) -> PictureHash {
        let side = 32
        let luma = picture.averaged(to: PixelSize(width: side, height: side)).luma
        // Frequencies 1 to 8 both ways: without the constant ones, which say only how bright the picture is.
        let waves = (1...8).map { frequency in
            (0..<side).map { cos(Double.pi / Double(side) * (Double($0) + 0.5) * Double(frequency)) }
        }
        var values: [Double] = []
        for vertical in waves {
            let columns = (0..<side).map { x in (0..<side).reduce(0.0) { $0 + vertical[$1] * luma[$1 * side + x] } }
            for horizontal in waves {
                // Rounded, so that the last bit of floating point does not decide about flat pictures.
                let value = (0..<side).reduce(0.0) { $0 + horizontal[$1] * columns[$1] }
                values.append((value * 1000).rounded() / 1000)
            }
        }
        let sorted = values.sorted()
        let median = (sorted[31] + sorted[32]) / 2
        return PictureHash(bits: values.reduce(0) { $0 << 1 | ($1 > median ? 1 : 0) })
    }

    /// The difference hash: whether each of 8 × 8 cells is brighter than its left neighbour.
    public static func difference(of picture: RGBBitmap) -> PictureHash {
        let luma = picture.averaged(to: PixelSize(width: 9, height: 8)).luma
        var bits: UInt64 = 0
        for y in 0..<8 {
            for x in 0..<8 { bits = bits << 1 | (luma[y * 9 + x + 1] > luma[y * 9 + x] ? 1 : 0) }
        }
        return PictureHash(bits: bits)
    }
}
