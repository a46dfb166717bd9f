// Owns the two-dimensional discrete Fourier transform of square planes whose side is a power of two.
//
// Real and imaginary parts are kept apart, and a transform runs down all columns at once: each butterfly works on two
// whole rows with one factor, which is straight-line vector code. Rows become columns by transposing in between, so the
// result is **transposed**: element `[kx * side + ky]`.

/// Transforms of one size.
struct FourierTransform: Sendable {
    let side: Int
    private let cosines: [Float]
    private let sines: [Float]
    private let reversed: [Int]

    /// - Precondition: `side` is a power of two, at least 2.
    init(side: Int) {
        precondition(side >= 2 && side & (side - 1) == 0, "the side is a power of two")
        self.side = side
        let angles = (0..<side / 2).map { -2 * Double.pi * Double($0) / Double(side) }
        cosines = angles.map { Float(cosine($0)) }
        sines = angles.map { Float(sine($0)) }
        let bits = side.trailingZeroBitCount
        reversed = (0..<side).map { index in
            (0..<bits).reduce(0) { $0 << 1 | (index >> $1 & 1) }
        }
    }

    /// Transforms in place; the result is transposed.
    func forward(_ plane: inout ComplexPlane) {
        plane.real.withUnsafeMutableBufferPointer { real in
            plane.imaginary.withUnsafeMutableBufferPointer { imaginary in
                transform(real, imaginary)
            }
        }
    }

    /// The inverse without the factor `1 / side²`; the result is transposed (so forward and inverse together are not).
    func inverse(_ plane: inout ComplexPlane) {
        plane.real.withUnsafeMutableBufferPointer { real in
            plane.imaginary.withUnsafeMutableBufferPointer { imaginary in
                transform(imaginary, real)
            }
        }
    }

    private func transform(_ real: UnsafeMutableBufferPointer<Float>, _ imaginary: UnsafeMutableBufferPointer<Float>) {
        alongColumns(real, imaginary)
        transpose(real)
        transpose(imaginary)
        alongColumns(real, imaginary)
    }

    private func alongColumns(_ real: UnsafeMutableBufferPointer<Float>, _ imaginary: UnsafeMutableBufferPointer<Float>)
    {
        // A strip of columns at a time stays in the cache through all stages.
        let strip = min(side, 64)
        for column in stride(from: 0, to: side, by: strip) {
            for row in 0..<side where reversed[row] > row {
                let first = row * side + column
                let second = reversed[row] * side + column
                for x in 0..<strip {
                    real.swapAt(first + x, second + x)
                    imaginary.swapAt(first + x, second + x)
                }
            }
            var half = 1
            while half < side {
                let step = side / (2 * half)
                for offset in 0..<half {
                    let factor = (cosines[offset * step], sines[offset * step])
                    for row in stride(from: offset, to: side, by: 2 * half) {
                        butterfly(real, imaginary, row * side + column, (row + half) * side + column, factor, strip)
                    }
                }
                half *= 2
            }
        }
    }

    @inline(__always)
    private func butterfly(
        _ real: UnsafeMutableBufferPointer<Float>, _ imaginary: UnsafeMutableBufferPointer<Float>, _ upper: Int,
        _ lower: Int, _ factor: (real: Float, imaginary: Float), _ count: Int
    ) {
        for x in 0..<count {
            let lowerReal = real[lower + x]
            let lowerImaginary = imaginary[lower + x]
            let turnedReal = lowerReal * factor.real - lowerImaginary * factor.imaginary
            let turnedImaginary = lowerReal * factor.imaginary + lowerImaginary * factor.real
            let upperReal = real[upper + x]
            let upperImaginary = imaginary[upper + x]
            real[upper + x] = upperReal + turnedReal
            imaginary[upper + x] = upperImaginary + turnedImaginary
            real[lower + x] = upperReal - turnedReal
            imaginary[lower + x] = upperImaginary - turnedImaginary
        }
    }

    private func transpose(_ plane: UnsafeMutableBufferPointer<Float>) {
        let block = min(side, 16)
        for top in stride(from: 0, to: side, by: block) {
            for left in stride(from: top, to: side, by: block) {
                for y in top..<top + block {
                    for x in (left == top ? y + 1 : left)..<left + block {
                        plane.swapAt(y * side + x, x * side + y)
                    }
                }
            }
        }
    }
}

/// A square of complex numbers, real and imaginary parts apart.
struct ComplexPlane {
    var real: [Float]
    var imaginary: [Float]

    init(side: Int) {
        real = [Float](repeating: 0, count: side * side)
        imaginary = real
    }
}
