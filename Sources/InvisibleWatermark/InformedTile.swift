// Owns informed embedding: the embedder knows the picture, so the picture need not be noise. The detector looks at nothing but
// the phases of the tile's frequencies; where the picture is weak a little signal turns its phase, where it is strong turning
// it would cost too much. So instead of adding the patterns as they are, the signal of the given strength is sought that
// makes the detector's answer clearest, for the whole picture and for crops of it at once.

/// Finds the tile for one picture and one code word.
struct InformedTile {
    /// The share of the signal's energy that goes to the template.
    private static let templateShare: Float = 0.22
    private static let iterations = 20
    private static let step: Float = 0.4
    /// What a crop counts against the whole picture.
    private static let cropWeight: Float = 0.3
    /// The noise to expect later, relative to the signal.
    private static let expectedNoise: Float = 0.7

    private let patterns: TilePatterns
    private let regions: [Region]
    private let responses: [Float]
    /// Signs of all patterns, the template's first.
    private let signs: [Float]

    private struct Region {
        /// The coefficients of the picture itself, folded into one tile.
        let host: [Float]
        /// How strongly a signal shows there after normalisation.
        let gain: Float
        let weight: Float
    }

    init(
        patterns: TilePatterns, signs: [Float], contrast: LocalContrast, mask: PerceptualMask,
        transform: FourierTransform
    ) {
        self.patterns = patterns
        self.signs = [1] + signs
        let response = patterns.frequencies.map(LocalContrast.response(to:))
        responses = response + response
        let gains = (0..<mask.strengths.count).map { mask.strengths[$0] / contrast.deviation[$0] }
        regions = Self.rectangles(contrast.width, contrast.height).map { rectangle in
            let folded = Self.fold(contrast.normalised, width: contrast.width, rectangle)
            return Region(
                host: patterns.coefficients(of: folded, transform: transform),
                gain: Self.mean(gains, width: contrast.width, rectangle),
                weight: rectangle.weight
            )
        }
    }

    /// The vector of coefficients (of length 1) that serves best at the given root mean square in grey levels before the
    /// mask.
    func vector(strength: Float) -> [Float] {
        let energies =
            [Self.templateShare]
            + Array(repeating: (1 - Self.templateShare) / Float(signs.count - 1), count: signs.count - 1)
        var weights = zip(signs, energies).map { $0 * $1.squareRoot() }
        var vector = patterns.combination(weights)
        normalise(&vector)
        for iteration in 0..<Self.iterations {
            let views = regions.map { view(of: vector, in: $0, strength: strength) }
            if iteration > Self.iterations / 4 {
                equalise(&weights, answers: patterns.correlations(with: sum(views)))
            }
            var direction = gradient(views, wanted: patterns.combination(weights))
            normalise(&direction)
            for index in vector.indices { vector[index] += Self.step * direction[index] }
            normalise(&vector)
        }
        return vector
    }

    /// What the detector would see in one region.
    private struct View {
        /// The coefficients, divided by `magnitudes`.
        var phases: [Float]
        /// The magnitude of each coefficient with the expected noise.
        var magnitudes: [Float]
        var weight: Float
    }

    private func view(of vector: [Float], in region: Region, strength: Float) -> View {
        let half = patterns.frequencies.count
        let gain = strength * region.gain
        var energy: Float = 0
        var phases = region.host
        for index in 0..<2 * half {
            let signal = gain * responses[index] * vector[index]
            energy += signal * signal
            phases[index] += signal
        }
        let noise = Self.expectedNoise * Self.expectedNoise * energy / Float(half) + 1e-12
        var magnitudes = [Float](repeating: 1, count: half)
        for index in 0..<half {
            let (real, imaginary) = (phases[index], phases[half + index])
            let magnitude = (real * real + imaginary * imaginary + noise).squareRoot()
            magnitudes[index] = magnitude
            phases[index] = real / magnitude
            phases[half + index] = imaginary / magnitude
        }
        return View(phases: phases, magnitudes: magnitudes, weight: region.weight)
    }

    private func sum(_ views: [View]) -> [Float] {
        var sum = [Float](repeating: 0, count: patterns.stride)
        for view in views {
            for index in sum.indices { sum[index] += view.weight * view.phases[index] }
        }
        return sum
    }

    /// Gives more weight to bits that answer weakly and less to the others.
    private func equalise(_ weights: inout [Float], answers: [Float]) {
        let answers = zip(answers, signs).map { $0 * $1 }
        let median = answers.dropFirst().sorted()[(answers.count - 1) / 2]
        var energy: Float = 0
        for index in 1..<weights.count {
            let excess = min(max((answers[index] - median) / max(median, 0.1), -1), 1)
            weights[index] *= exponential(-0.3 * excess)
            energy += weights[index] * weights[index]
        }
        let scale = ((1 - Self.templateShare) / energy).squareRoot()
        for index in 1..<weights.count { weights[index] *= scale }
    }

    /// How the detector's answer grows with each coefficient of the signal.
    private func gradient(_ views: [View], wanted: [Float]) -> [Float] {
        let half = patterns.frequencies.count
        var gradient = [Float](repeating: 0, count: patterns.stride)
        for view in views {
            for index in 0..<half {
                let (real, imaginary) = (view.phases[index], view.phases[half + index])
                let along = wanted[index] * real + wanted[half + index] * imaginary
                let scale = view.weight * responses[index] / view.magnitudes[index]
                gradient[index] += scale * (wanted[index] - along * real)
                gradient[half + index] += scale * (wanted[half + index] - along * imaginary)
            }
        }
        return gradient
    }

    private func normalise(_ vector: inout [Float]) {
        let energy = vector.reduce(0) { $0 + $1 * $1 }
        let scale = 1 / energy.squareRoot()
        for index in vector.indices { vector[index] *= scale }
    }

    private struct Rectangle {
        let rows: Range<Int>
        let columns: Range<Int>
        let weight: Float
    }

    /// The whole picture, and what remains of it when a quarter of the area is cut away at different sides.
    private static func rectangles(_ width: Int, _ height: Int) -> [Rectangle] {
        let cropWidth = Int(0.866 * Float(width))
        let cropHeight = Int(0.866 * Float(height))
        let corners = [(0, 0), (1, 0), (0, 1), (1, 1), (0.5, 0.5)]
        return [Rectangle(rows: 0..<height, columns: 0..<width, weight: 1)]
            + corners.map { across, down in
                let left = Int(across * Double(width - cropWidth))
                let top = Int(down * Double(height - cropHeight))
                return Rectangle(
                    rows: top..<top + cropHeight, columns: left..<left + cropWidth, weight: cropWeight)
            }
    }

    /// The mean of all tiles of a region.
    private static func fold(_ plane: [Float], width: Int, _ rectangle: Rectangle) -> [Float] {
        let side = TilePatterns.side
        var tile = [Float](repeating: 0, count: side * side)
        plane.withUnsafeBufferPointer { plane in
            tile.withUnsafeMutableBufferPointer { tile in
                for y in rectangle.rows {
                    let source = y * width
                    let target = (y & (side - 1)) * side
                    for x in rectangle.columns { tile[target + (x & (side - 1))] += plane[source + x] }
                }
            }
        }
        let tiles = Float(rectangle.rows.count * rectangle.columns.count) / Float(side * side)
        return tile.map { $0 / tiles }
    }

    private static func mean(_ plane: [Float], width: Int, _ rectangle: Rectangle) -> Float {
        var sum = 0.0
        for y in rectangle.rows {
            var row: Float = 0
            for x in rectangle.columns { row += plane[y * width + x] }
            sum += Double(row)
        }
        return Float(sum / Double(rectangle.rows.count * rectangle.columns.count))
    }
}
