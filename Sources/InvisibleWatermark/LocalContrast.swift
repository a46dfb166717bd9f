// Owns what both sides do to a picture before anything else: take away the coarse shapes and divide by the local contrast,
// so that flat and busy places speak with the same voice.

/// A picture whose coarse shapes are gone, and how busy it is around each sample.
struct LocalContrast {
    static let shapes = BoxFilter(radius: 5)
    static let surroundings = BoxFilter(radius: 4)

    let width: Int
    let height: Int
    /// The picture without its coarse shapes, divided by `deviation`.
    let normalised: [Float]
    /// The local standard deviation, plus 1.
    let deviation: [Float]

    init(of plane: LumaPlane) {
        width = plane.width
        height = plane.height
        var detail = Self.shapes.mean(of: plane.samples, width: width, height: height)
        for index in detail.indices { detail[index] = plane.samples[index] - detail[index] }
        var energy = [Float](unsafeUninitializedCapacity: detail.count) { buffer, count in
            for index in detail.indices { buffer[index] = detail[index] * detail[index] }
            count = detail.count
        }
        energy = Self.surroundings.mean(of: energy, width: width, height: height)
        for index in energy.indices {
            energy[index] = max(energy[index], 0).squareRoot() + 1
            detail[index] /= energy[index]
        }
        normalised = detail
        deviation = energy
    }

    /// What is left of a wave after the coarse shapes are taken away.
    static func response(to frequency: TilePatterns.Frequency) -> Float {
        let side = Float(TilePatterns.side)
        return 1 - shapes.response(at: Float(frequency.x) / side) * shapes.response(at: Float(frequency.y) / side)
    }
}
