// Owns the local mean: two passes of a running sum in each direction, so its cost does not depend on the radius.

/// A smooth local mean over a neighbourhood: a square of side `2 * radius + 1` convolved with itself. At the borders
/// the mean is taken over what lies inside.
struct BoxFilter {
    let radius: Int

    func mean(of plane: [Float], width: Int, height: Int) -> [Float] {
        var current = plane
        var scratch = [Float](repeating: 0, count: plane.count)
        for _ in 0..<2 {
            alongRows(current, into: &scratch, width: width, height: height)
            alongColumns(scratch, into: &current, width: width, height: height)
        }
        return current
    }

    /// What this filter leaves of a wave of `frequency` cycles for each pixel along one axis.
    func response(at frequency: Float) -> Float {
        let side = Float(2 * radius + 1)
        guard abs(frequency) > 1e-6 else { return 1 }
        let ratio = sine(.pi * frequency * side) / (side * sine(.pi * frequency))
        return ratio * ratio
    }

    private func alongRows(_ source: [Float], into target: inout [Float], width: Int, height: Int) {
        let inverse = inverseCounts(width)
        let reach = min(radius, width - 1)
        source.withUnsafeBufferPointer { source in
            target.withUnsafeMutableBufferPointer { target in
                for y in 0..<height {
                    let row = y * width
                    var sum: Float = 0
                    for x in 0..<reach { sum += source[row + x] }
                    for x in 0..<width {
                        if x + radius < width { sum += source[row + x + radius] }
                        target[row + x] = sum * inverse[x]
                        if x >= radius { sum -= source[row + x - radius] }
                    }
                }
            }
        }
    }

    private func alongColumns(_ source: [Float], into target: inout [Float], width: Int, height: Int) {
        let inverse = inverseCounts(height)
        var sums = [Float](repeating: 0, count: width)
        source.withUnsafeBufferPointer { source in
            target.withUnsafeMutableBufferPointer { target in
                sums.withUnsafeMutableBufferPointer { sums in
                    for y in 0..<min(radius, height - 1) {
                        for x in 0..<width { sums[x] += source[y * width + x] }
                    }
                    for y in 0..<height {
                        let row = y * width
                        if y + radius < height {
                            let entering = (y + radius) * width
                            for x in 0..<width { sums[x] += source[entering + x] }
                        }
                        let scale = inverse[y]
                        for x in 0..<width { target[row + x] = sums[x] * scale }
                        if y >= radius {
                            let leaving = (y - radius) * width
                            for x in 0..<width { sums[x] -= source[leaving + x] }
                        }
                    }
                }
            }
        }
    }

    private func inverseCounts(_ length: Int) -> [Float] {
        (0..<length).map { 1 / Float(min($0 + radius, length - 1) - max($0 - radius, 0) + 1) }
    }
}
