// Owns the question whether the template is there, and where its square begins: the cross-correlation of phases with the
// template over all cyclic shifts of the tile. Its height is given in standard deviations of what an unmarked picture gives.

/// Compares phases with the template of a key.
struct TemplateMatch {
    private let patterns: TilePatterns
    private let transform: FourierTransform
    private let template: [Float]
    /// The standard deviation of the correlation when nothing is there.
    private let deviation: Float

    /// A place and a height.
    struct Peak {
        /// In standard deviations.
        var height: Float
        /// Where the tile begins, in pixels of the mark.
        var x: Float
        var y: Float
    }

    /// - Parameter resolution: how many shifts are tried along each axis: 64 is fast, 128 is each pixel of the mark.
    init(patterns: TilePatterns, resolution: Int) {
        self.patterns = patterns
        transform = FourierTransform(side: resolution)
        template = Array(patterns.coefficients.prefix(patterns.stride))
        // Each frequency and its opposite give the shifted surface a variance of 2·|t|², and |t|² sum to 1.
        deviation = Float(2).squareRoot()
    }

    /// The highest peaks of two sets of phases: one transform serves both, since the surfaces are real.
    func peaks(_ first: [Float], _ second: [Float]) -> (Peak, Peak) {
        let surfaces = correlate(first, second)
        return (peak(surfaces.real), peak(surfaces.imaginary))
    }

    private func correlate(_ first: [Float], _ second: [Float]) -> ComplexPlane {
        let side = transform.side
        let half = patterns.frequencies.count
        var plane = ComplexPlane(side: side)
        for (index, frequency) in patterns.frequencies.enumerated() {
            let (a, b) = (template[index], template[half + index])
            let firstReal = first[index] * a + first[half + index] * b
            let firstImaginary = first[half + index] * a - first[index] * b
            let secondReal = second[index] * a + second[half + index] * b
            let secondImaginary = second[half + index] * a - second[index] * b
            let position = (frequency.x & (side - 1)) * side + (frequency.y & (side - 1))
            let opposite = (-frequency.x & (side - 1)) * side + (-frequency.y & (side - 1))
            plane.real[position] = firstReal - secondImaginary
            plane.imaginary[position] = firstImaginary + secondReal
            plane.real[opposite] = firstReal + secondImaginary
            plane.imaginary[opposite] = secondReal - firstImaginary
        }
        transform.inverse(&plane)
        return plane
    }

    private func peak(_ surface: [Float]) -> Peak {
        let side = transform.side
        var best: Float = -.infinity
        var place = 0
        for (index, value) in surface.enumerated() where value > best {
            best = value
            place = index
        }
        let (y, x) = (place / side, place % side)
        func value(_ dx: Int, _ dy: Int) -> Float { surface[((y + dy) & (side - 1)) * side + ((x + dx) & (side - 1))] }
        let pixel = Float(TilePatterns.side / side)
        return Peak(
            height: best / deviation,
            x: pixel * (Float(x) + Self.summit(value(-1, 0), best, value(1, 0))),
            y: pixel * (Float(y) + Self.summit(value(0, -1), best, value(0, 1)))
        )
    }

    /// Where the parabola through three heights is highest, from the middle one.
    private static func summit(_ left: Float, _ middle: Float, _ right: Float) -> Float {
        let curvature = left - 2 * middle + right
        guard curvature < 0 else { return 0 }
        return min(max((left - right) / (2 * curvature), -0.5), 0.5)
    }

    /// The phases as they would be if the tile began at the origin.
    func aligned(_ phases: [Float], to peak: Peak) -> [Float] {
        let half = patterns.frequencies.count
        var aligned = phases
        for (index, frequency) in patterns.frequencies.enumerated() {
            let angle =
                2 * Float.pi * (Float(frequency.x) * peak.x + Float(frequency.y) * peak.y) / Float(TilePatterns.side)
            let (c, s) = (cosine(angle), sine(angle))
            aligned[index] = phases[index] * c - phases[half + index] * s
            aligned[half + index] = phases[index] * s + phases[half + index] * c
        }
        return aligned
    }

    /// Aligned phases, weighted by how well the template is heard at their distance from the origin.
    func weighted(_ aligned: [Float]) -> [Float] {
        let half = patterns.frequencies.count
        let rings = 8
        let top = TilePatterns.band.upperBound * Float(TilePatterns.side)
        let ringOf = patterns.frequencies.map { frequency in
            let radius = Float(frequency.x * frequency.x + frequency.y * frequency.y).squareRoot()
            return min(Int(radius / top * Float(rings)), rings - 1)
        }
        var heard = [Float](repeating: 0, count: rings + 2)
        var possible = [Float](repeating: 1e-6, count: rings + 2)
        for index in 0..<half {
            let (a, b) = (template[index], template[half + index])
            heard[ringOf[index] + 1] += aligned[index] * a + aligned[half + index] * b
            possible[ringOf[index] + 1] += (a * a + b * b).squareRoot()
        }
        let coherence = (1...rings).map { ring in
            heard[ring - 1...ring + 1].reduce(0, +) / possible[ring - 1...ring + 1].reduce(0, +)
        }
        let highest = max(coherence.max() ?? 0, 1e-6)
        var result = aligned
        for index in 0..<half {
            let weight = max(coherence[ringOf[index]] / highest, 0.15)
            result[index] *= weight
            result[half + index] *= weight
        }
        return result
    }
}
