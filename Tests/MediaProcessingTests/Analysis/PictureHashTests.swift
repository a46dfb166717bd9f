// Hashes, blurhash, dominant colours and SHA-256 as pure arithmetic, against published or independently made vectors.

import Foundation
import Testing

@testable import MediaProcessing

@Suite struct PictureArithmeticTests {
    func bitmap(_ width: Int, _ height: Int, _ pixel: (Int, Int) -> (Int, Int, Int)) -> RGBBitmap {
        let pixels = (0..<height).flatMap { y in
            (0..<width).flatMap { x in
                let color = pixel(x, y)
                return [color.0, color.1, color.2].map { UInt8(truncatingIfNeeded: $0) }
            }
        }
        return RGBBitmap(size: PixelSize(width: width, height: height), pixels: pixels)
    }

    @Test(
        "blurhash is that of the reference implementation",
        arguments: [
            (4, 3, "LxH27h2lwtX3mAWUjwfAgFfmfTfi"), (1, 1, "00H27h"), (3, 5, "cxH27h2lwtmAWUjwgFfmfTn$Wsjse-fTfN"),
        ])
    func blurhash(columns: Int, rows: Int, expected: String) {
        let picture = bitmap(32, 24) { x, y in (x * 8, y * 10, x * y) }
        #expect(BlurHash.encode(picture, columns: columns, rows: rows) == expected)
    }

    @Test("blurhash of one colour is that colour") func flatBlurhash() {
        #expect(BlurHash.encode(bitmap(8, 8) { _, _ in (255, 255, 255) }, columns: 1, rows: 1) == "00TSUA")
        #expect(BlurHash.encode(bitmap(8, 8) { _, _ in (0, 0, 0) }, columns: 1, rows: 1) == "000000")
    }

    static func scene(_ x: Double, _ y: Double) -> (Int, Int, Int) {
        let value = 128 + 60 * sin(6 * x + 2 * y) + 50 * cos(9 * y * y)
        return (Int(value), Int(value * 0.8), Int(200 - value / 2))
    }

    @Test("pictures that look alike have near hashes, others have not") func likeness() {
        let large = bitmap(400, 300) { x, y in Self.scene(Double(x) / 400, Double(y) / 300) }
        let small = bitmap(120, 90) { x, y in Self.scene(Double(x) / 120, Double(y) / 90) }
        let brighter = bitmap(400, 300) { x, y in
            let color = Self.scene(Double(x) / 400, Double(y) / 300)
            return (color.0 * 9 / 10 + 20, color.1 * 9 / 10 + 20, color.2 * 9 / 10 + 20)
        }
        let other = bitmap(400, 300) { x, y in Self.scene(Double(y) / 120, Double(x) / 90) }
        for hash in [PictureHash.perceptual, PictureHash.difference] as [(RGBBitmap) -> PictureHash] {
            #expect(hash(large).distance(to: hash(small)) <= 10)
            #expect(hash(large).distance(to: hash(brighter)) <= 10)
            #expect(hash(large).distance(to: hash(other)) >= 16)
        }
    }

    @Test("a hash is written with all its digits") func digits() {
        #expect(PictureHash(bits: 0xAB).description == "00000000000000ab")
        let rising = bitmap(90, 80) { x, _ in (2 * x, 2 * x, 2 * x) }
        #expect(PictureHash.difference(of: rising).description == "ffffffffffffffff")
    }

    @Test("the dominant colours of three areas are these three, the largest first") func dominant() {
        let picture = bitmap(100, 100) { _, y in y < 50 ? (200, 30, 30) : y < 80 ? (20, 160, 40) : (10, 10, 120) }
        let found = picture.dominantColors()
        #expect(found.map(\.color.description) == ["#c81e1e", "#14a028", "#0a0a78"])
        #expect(found.map(\.share) == [0.5, 0.3, 0.2])
    }

    @Test("averaging keeps the mean at any ratio") func averaging() {
        let picture = bitmap(37, 23) { x, y in (x % 2 * 255, y * 11, 77) }
        let small = picture.averaged(to: PixelSize(width: 5, height: 4))
        func mean(_ picture: RGBBitmap, _ channel: Int) -> Double {
            stride(from: channel, to: picture.pixels.count, by: 3).reduce(0) { $0 + Double(picture.pixels[$1]) }
                / Double(picture.size.pixels)
        }
        for channel in 0..<3 { #expect(abs(mean(picture, channel) - mean(small, channel)) < 1) }
        #expect(bitmap(1, 1) { _, _ in (9, 8, 7) }.averaged(to: PixelSize(width: 3, height: 2)).pixels[0] == 9)
    }
}
