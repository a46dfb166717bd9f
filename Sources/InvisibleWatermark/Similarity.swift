// Owns the two measures of what a change does to a picture: PSNR, and SSIM after Wang, Bovik, Sheikh and Simoncelli (2004)
// with their Gaussian window of 11 samples and their constants.

/// Measures of likeness of two planes of equal size.
public enum Similarity {
    /// The peak signal-to-noise ratio in decibels; infinite for equal planes.
    /// - Precondition: the sizes are equal.
    public static func peakSignalToNoiseRatio(_ first: LumaPlane, _ second: LumaPlane) -> Double {
        precondition(first.width == second.width && first.height == second.height, "planes of one size are compared")
        var sum = 0.0
        for row in stride(from: 0, to: first.samples.count, by: first.width) {
            var rowSum: Float = 0
            for index in row..<row + first.width {
                let difference = first.samples[index] - second.samples[index]
                rowSum += difference * difference
            }
            sum += Double(rowSum)
        }
        return 10 * decimalLogarithm(255 * 255 * Double(first.samples.count) / sum)
    }

    /// The mean structural similarity, at most 1.
    /// - Precondition: the sizes are equal.
    public static func structuralSimilarity(_ first: LumaPlane, _ second: LumaPlane) -> Double {
        precondition(first.width == second.width && first.height == second.height, "planes of one size are compared")
        let change = (0..<first.samples.count).map { second.samples[$0] - first.samples[$0] }
        return structuralSimilarity(of: first, changedBy: change, times: [1])[0]
    }

    /// The structural similarity of a plane to itself plus `change`, for several strengths of the change in one pass.
    /// - Parameter rowStep: only every so many rows are looked at (all that their windows cover is).
    static func structuralSimilarity(
        of plane: LumaPlane, changedBy change: [Float], times: [Float], rowStep: Int = 1
    ) -> [Double] {
        let width = plane.width
        let taps = GaussianWindow.taps
        let reach = taps.count / 2
        var rows = (0..<5).map { _ in [Float](repeating: 0, count: width + 2 * reach) }
        var means = (0..<5).map { _ in [Float](repeating: 0, count: width) }
        var sums = [Double](repeating: 0, count: times.count)
        let sampled = stride(from: min(rowStep, plane.height) / 2, to: plane.height, by: rowStep)
        for y in sampled {
            for index in rows.indices {
                rows[index].withUnsafeMutableBufferPointer { $0.update(repeating: 0) }
            }
            for (tap, weight) in taps.enumerated() {
                let row = min(max(y + tap - reach, 0), plane.height - 1) * width
                accumulate(plane.samples, change, row, width, weight, reach, &rows)
            }
            for index in rows.indices {
                extend(&rows[index], width, reach)
                smooth(rows[index], &means[index], width, taps)
            }
            for (index, factor) in times.enumerated() {
                sums[index] += Double(rowSimilarity(means, factor, width))
            }
        }
        return sums.map { $0 / Double(width * sampled.underestimatedCount) }
    }

    /// Adds one row's samples, changes, and their products to the five weighted column sums.
    private static func accumulate(
        _ samples: [Float], _ change: [Float], _ row: Int, _ width: Int, _ weight: Float, _ reach: Int,
        _ rows: inout [[Float]]
    ) {
        samples.withUnsafeBufferPointer { samples in
            change.withUnsafeBufferPointer { change in
                func add(_ index: Int, _ value: (Float, Float) -> Float) {
                    rows[index].withUnsafeMutableBufferPointer { target in
                        for x in 0..<width { target[reach + x] += weight * value(samples[row + x], change[row + x]) }
                    }
                }
                add(0) { sample, _ in sample }
                add(1) { _, change in change }
                add(2) { sample, _ in sample * sample }
                add(3) { _, change in change * change }
                add(4) { sample, change in sample * change }
            }
        }
    }

    private static func extend(_ row: inout [Float], _ width: Int, _ reach: Int) {
        for x in 0..<reach {
            row[x] = row[reach]
            row[reach + width + x] = row[reach + width - 1]
        }
    }

    private static func smooth(_ source: [Float], _ target: inout [Float], _ width: Int, _ taps: [Float]) {
        source.withUnsafeBufferPointer { source in
            target.withUnsafeMutableBufferPointer { target in
                target.update(repeating: 0)
                for (tap, weight) in taps.enumerated() {
                    for x in 0..<width { target[x] += weight * source[x + tap] }
                }
            }
        }
    }

    private static func rowSimilarity(_ means: [[Float]], _ factor: Float, _ width: Int) -> Float {
        let luminance: Float = 6.5025
        let contrast: Float = 58.5225
        var sum: Float = 0
        for x in 0..<width {
            let mean = means[0][x]
            let shift = means[1][x]
            let variance = means[2][x] - mean * mean
            let changeVariance = means[3][x] - shift * shift
            let covariance = means[4][x] - mean * shift
            let other = mean + factor * shift
            let otherVariance = variance + factor * (2 * covariance + factor * changeVariance)
            let common = variance + factor * covariance
            sum +=
                (2 * mean * other + luminance) * (2 * common + contrast)
                / ((mean * mean + other * other + luminance) * (variance + otherVariance + contrast))
        }
        return sum
    }
}

private enum GaussianWindow {
    /// A Gaussian of standard deviation 1.5 over 11 samples, summing to 1.
    static let taps: [Float] = {
        let weights = (-5...5).map { exponential(-Float($0 * $0) / 4.5) }
        let sum = weights.reduce(0, +)
        return weights.map { $0 / sum }
    }()
}
