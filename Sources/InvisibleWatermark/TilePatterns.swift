// Owns the patterns of a key: 128 pseudo-random signals on a square of 128 pixels that repeats over the picture. Pattern 0 is
// the template that tells where the squares lie; the others carry one bit of the code word each.
//
// A pattern lives in the frequencies of `band` alone (coarser waves drown in the picture, finer ones die in the first
// re-encoding). The signals are real, so half of the frequencies say everything. Patterns are made orthonormal: no bit
// disturbs another.

/// The patterns of one key.
final class TilePatterns: Sendable {
    /// The period of the mark in its own pixels.
    static let side = 128
    /// Cycles for each pixel.
    static let band: ClosedRange<Float> = 0.02...0.24
    static let count = BCHCode.length + 1

    /// A frequency in whole cycles for each tile.
    struct Frequency: Sendable {
        let x: Int
        let y: Int
    }

    /// The half of the band that says everything.
    let frequencies: [Frequency]
    /// Coefficients of one pattern: all real parts, all imaginary parts, zeros to a multiple of `vectorWidth`.
    let stride: Int
    /// `count` rows of `stride` coefficients, orthonormal.
    let coefficients: [Float]

    init(source: KeyedHash) {
        let limit = Self.side / 2
        var frequencies: [Frequency] = []
        for y in 0..<limit {
            for x in -limit + 1..<limit where y > 0 || x > 0 {
                let cycles = Float(x * x + y * y).squareRoot() / Float(Self.side)
                if Self.band.contains(cycles) { frequencies.append(Frequency(x: x, y: y)) }
            }
        }
        self.frequencies = frequencies
        let used = 2 * frequencies.count
        stride = (used + vectorWidth - 1) / vectorWidth * vectorWidth
        var rows = [Float](repeating: 0, count: stride * Self.count)
        let bytes = source.bytes((used * Self.count + 7) / 8, for: "signs")
        for index in 0..<used * Self.count {
            let bit = bytes[index / 8] >> UInt8(index % 8) & 1
            rows[index / used * stride + index % used] = bit == 1 ? 1 : -1
        }
        Self.orthonormalise(&rows, stride: stride)
        coefficients = rows
    }

    /// Gram and Schmidt's procedure.
    private static func orthonormalise(_ rows: inout [Float], stride: Int) {
        rows.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            for row in 0..<count {
                let current = base + row * stride
                for other in 0..<row {
                    let projection = dotProduct(current, base + other * stride, count: stride)
                    addScaled(current, -projection, base + other * stride, count: stride)
                }
                let scale = 1 / dotProduct(current, current, count: stride).squareRoot()
                for index in 0..<stride { current[index] *= scale }
            }
        }
    }

    /// How much of each pattern a vector of coefficients contains.
    func correlations(with vector: [Float]) -> [Float] {
        coefficients.withUnsafeBufferPointer { rows in
            vector.withUnsafeBufferPointer { vector in
                guard let rows = rows.baseAddress, let vector = vector.baseAddress else { return [] }
                return (0..<Self.count).map { dotProduct(rows + $0 * stride, vector, count: stride) }
            }
        }
    }

    /// The sum of the patterns, weighted.
    func combination(_ weights: [Float]) -> [Float] {
        var sum = [Float](repeating: 0, count: stride)
        coefficients.withUnsafeBufferPointer { rows in
            sum.withUnsafeMutableBufferPointer { sum in
                guard let rows = rows.baseAddress, let sum = sum.baseAddress else { return }
                for (index, weight) in weights.enumerated() {
                    addScaled(sum, weight, rows + index * stride, count: stride)
                }
            }
        }
        return sum
    }

    /// The signal of a vector of coefficients of length 1: `side²` samples whose mean square is 1.
    func signal(of vector: [Float], transform: FourierTransform) -> [Float] {
        var plane = ComplexPlane(side: Self.side)
        let half = frequencies.count
        let scale = Float(0.5).squareRoot()
        for (index, frequency) in frequencies.enumerated() {
            let position = Self.position(frequency)
            let opposite = Self.position(Frequency(x: -frequency.x, y: -frequency.y))
            plane.real[position] = scale * vector[index]
            plane.imaginary[position] = scale * vector[half + index]
            plane.real[opposite] = scale * vector[index]
            plane.imaginary[opposite] = -scale * vector[half + index]
        }
        transform.inverse(&plane)
        return plane.real
    }

    /// The coefficients of a signal of `side²` samples, in the scale of `signal(of:transform:)`.
    func coefficients(of signal: [Float], transform: FourierTransform) -> [Float] {
        var plane = ComplexPlane(side: Self.side)
        plane.real = signal
        transform.forward(&plane)
        var vector = [Float](repeating: 0, count: stride)
        let half = frequencies.count
        let scale = Float(2).squareRoot() / Float(Self.side * Self.side)
        for (index, frequency) in frequencies.enumerated() {
            let position = Self.position(frequency)
            vector[index] = scale * plane.real[position]
            vector[half + index] = scale * plane.imaginary[position]
        }
        return vector
    }

    /// Where a frequency lies in a (transposed) transform of a tile.
    private static func position(_ frequency: Frequency) -> Int {
        (frequency.x & (side - 1)) * side + (frequency.y & (side - 1))
    }
}
