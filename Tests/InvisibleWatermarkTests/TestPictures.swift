// Owns the pictures of the tests: photographs that `make deps` lays out as grey 512x512 pixmaps, and what is done to them.

import Foundation

@testable import InvisibleWatermark

enum TestPictures {
    static let secret = Array("a secret for tests only".utf8)

    /// The photographs' names.
    static let names = ["coffee", "china", "astronaut"]

    struct Missing: Error, CustomStringConvertible {
        let description: String
    }

    static func photograph(_ name: String) throws -> LumaPlane {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = root.appendingPathComponent(".venv/photographs/grey/\(name).pgm")
        guard let data = FileManager.default.contents(atPath: file.path) else {
            throw Missing(description: "\(file.path) is missing: run `make deps`")
        }
        let pixels = [UInt8](data.suffix(512 * 512))
        return try pixels.withUnsafeBytes { try LumaPlane(width: 512, height: 512, bytes: $0, rowBytes: 512) }
    }

    static func noise(width: Int, height: Int) -> LumaPlane {
        var generator = SeededGenerator(state: 11)
        let samples = (0..<width * height).map { _ in 128 + 40 * generator.nextSigned() }
        return LumaPlane(unchecked: width, height, samples)
    }
}

extension LumaPlane {
    /// Whole grey levels, as a file would hold them.
    func rounded() -> LumaPlane {
        LumaPlane(unchecked: width, height, samples.map { min(max($0.rounded(), 0), 255) })
    }

    func cropped(x: Int, y: Int, width newWidth: Int, height newHeight: Int) -> LumaPlane {
        let rows = (y..<y + newHeight).flatMap { samples[$0 * width + x..<$0 * width + x + newWidth] }
        return LumaPlane(unchecked: newWidth, newHeight, rows)
    }

    func mirrored() -> LumaPlane {
        LumaPlane(
            unchecked: width, height,
            (0..<height).flatMap { samples[$0 * width..<($0 + 1) * width].reversed() })
    }

    func rotated(degrees: Float) -> LumaPlane {
        let (c, s) = (cosine(degrees * .pi / 180), sine(degrees * .pi / 180))
        var result = [Float](repeating: 128, count: samples.count)
        for y in 0..<height {
            for x in 0..<width {
                let (dx, dy) = (Float(x) - Float(width) / 2, Float(y) - Float(height) / 2)
                let u = c * dx + s * dy + Float(width) / 2
                let v = c * dy - s * dx + Float(height) / 2
                guard u >= 0, v >= 0, u < Float(width - 1), v < Float(height - 1) else { continue }
                let (left, top) = (Int(u), Int(v))
                let (right, down) = (u - Float(left), v - Float(top))
                let upper = samples[top * width + left] * (1 - right) + samples[top * width + left + 1] * right
                let lower =
                    samples[(top + 1) * width + left] * (1 - right) + samples[(top + 1) * width + left + 1] * right
                result[y * width + x] = upper * (1 - down) + lower * down
            }
        }
        return LumaPlane(unchecked: width, height, result)
    }

    /// What JPEG at quality 50 does to brightness: the discrete cosine transform of 8x8 blocks, quantised by the standard's
    /// own table. Sides are multiples of 8.
    func quantisedLikeJPEG50() -> LumaPlane {
        let basis = (0..<8).map { k -> [Float] in
            let scale: Float = k == 0 ? Float(0.125).squareRoot() : 0.5
            return (0..<8).map { x -> Float in scale * cosine(Float((2 * x + 1) * k) * .pi / 16) }
        }
        var result = samples
        for top in stride(from: 0, to: height, by: 8) {
            for left in stride(from: 0, to: width, by: 8) {
                var block = (0..<64).map { index -> Float in
                    samples[(top + index / 8) * width + left + index % 8] - 128
                }
                block = Self.separable(block) { basis[$0][$1] }
                for index in 0..<64 {
                    let step = Self.luminanceTable[index]
                    block[index] = (block[index] / step).rounded() * step
                }
                block = Self.separable(block) { basis[$1][$0] }
                for index in 0..<64 { result[(top + index / 8) * width + left + index % 8] = block[index] + 128 }
            }
        }
        return LumaPlane(unchecked: width, height, result).rounded()
    }

    private static func separable(_ block: [Float], _ factor: (Int, Int) -> Float) -> [Float] {
        var rows = [Float](repeating: 0, count: 64)
        for y in 0..<8 {
            for index in 0..<64 { rows[y * 8 + index / 8] += factor(index / 8, index % 8) * block[y * 8 + index % 8] }
        }
        var both = [Float](repeating: 0, count: 64)
        for x in 0..<8 {
            for index in 0..<64 { both[index / 8 * 8 + x] += factor(index / 8, index % 8) * rows[index % 8 * 8 + x] }
        }
        return both
    }

    private static let luminanceTable: [Float] = [
        16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29,
        51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121,
        120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
    ]
}
