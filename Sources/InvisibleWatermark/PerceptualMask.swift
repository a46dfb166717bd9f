// Owns where a mark may be strong: in busy places the eye does not see what it sees in flat ones.

/// For each sample, the relative strength a mark may have there.
struct PerceptualMask {
    let strengths: [Float]
    /// The root of the mean square of `strengths`.
    let meanStrength: Float

    init(of plane: LumaPlane) {
        let surroundings = LocalContrast.surroundings
        let mean = surroundings.mean(of: plane.samples, width: plane.width, height: plane.height)
        var strengths = [Float](unsafeUninitializedCapacity: mean.count) { buffer, count in
            plane.samples.withUnsafeBufferPointer { samples in
                for index in mean.indices { buffer[index] = samples[index] * samples[index] }
            }
            count = mean.count
        }
        strengths = surroundings.mean(of: strengths, width: plane.width, height: plane.height)
        var energy = 0.0
        let width = plane.width
        for row in stride(from: 0, to: strengths.count, by: width) {
            var sum: Float = 0
            for index in row..<row + width {
                let deviation = max(strengths[index] - mean[index] * mean[index], 0).squareRoot()
                let strength = 0.4 + min(deviation, 30) / 12
                strengths[index] = strength
                sum += strength * strength
            }
            energy += Double(sum)
        }
        self.strengths = strengths
        meanStrength = Float((energy / Double(strengths.count)).squareRoot())
    }
}
