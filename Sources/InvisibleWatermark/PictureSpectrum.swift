// Owns the view of a received picture in which every placement of the mark can be tried cheaply.
//
// A mark of period T has its energy at the multiples of 1/T alone. Scaling, turning or mirroring a picture scales, turns or
// mirrors those frequencies; cropping it only turns their phases. So the picture is transformed once, and trying a placement
// means reading the transform at a few hundred points.

/// The spectrum of the middle of a picture.
struct PictureSpectrum {
    /// How many of the picture's columns and rows it covers, at most.
    let extent: Int
    private let side: Int
    private let plane: ComplexPlane

    /// The spectrum of the middle `limit` columns and rows of a normalised picture.
    init(of contrast: LocalContrast, limit: Int) {
        let width = min(contrast.width, limit)
        let height = min(contrast.height, limit)
        extent = max(width, height)
        // Twice the extent, so that the spectrum is smooth between its points.
        var side = 2
        while 2 * side < 3 * extent { side *= 2 }
        self.side = side
        var plane = ComplexPlane(side: side)
        let left = (contrast.width - width) / 2
        let top = (contrast.height - height) / 2
        for y in 0..<height {
            // The middle goes to the origin: phases then change slowly from point to point.
            let target = ((y - height / 2) & (side - 1)) * side
            let source = (top + y) * contrast.width + left
            for x in 0..<width {
                plane.real[target + ((x - width / 2) & (side - 1))] = contrast.normalised[source + x]
            }
        }
        FourierTransform(side: side).forward(&plane)
        self.plane = plane
    }

    /// The phases (complex numbers of magnitude 1; all real parts, all imaginary parts) at the mark's frequencies.
    func phases(at placement: Placement, of patterns: TilePatterns) -> [Float] {
        let half = patterns.frequencies.count
        let unit = Float(side) / (Float(TilePatterns.side) * placement.scale)
        let across = (cosine(placement.rotation) * unit, sine(placement.rotation) * unit)
        let sign: Float = placement.mirrored ? -1 : 1
        let mask = side - 1
        return [Float](unsafeUninitializedCapacity: patterns.stride) { phases, count in
            phases.initialize(repeating: 0)
            plane.real.withUnsafeBufferPointer { real in
                plane.imaginary.withUnsafeBufferPointer { imaginary in
                    for (index, frequency) in patterns.frequencies.enumerated() {
                        let x = sign * Float(frequency.x)
                        let y = Float(frequency.y)
                        let u = across.0 * x - across.1 * y
                        let v = across.1 * x + across.0 * y
                        let (uFloor, vFloor) = (u.rounded(.down), v.rounded(.down))
                        let (du, dv) = (u - uFloor, v - vFloor)
                        let left = (Int(uFloor) & mask) * side
                        let right = ((Int(uFloor) + 1) & mask) * side
                        let top = Int(vFloor) & mask
                        let bottom = (Int(vFloor) + 1) & mask
                        let weights = ((1 - du) * (1 - dv), du * (1 - dv), (1 - du) * dv, du * dv)
                        let valueReal =
                            weights.0 * real[left + top] + weights.1 * real[right + top]
                            + weights.2 * real[left + bottom] + weights.3 * real[right + bottom]
                        let valueImaginary =
                            weights.0 * imaginary[left + top] + weights.1 * imaginary[right + top]
                            + weights.2 * imaginary[left + bottom] + weights.3 * imaginary[right + bottom]
                        let energy = valueReal * valueReal + valueImaginary * valueImaginary
                        let scale = energy > 0 ? 1 / energy.squareRoot() : 0
                        phases[index] = scale * valueReal
                        phases[half + index] = scale * valueImaginary
                    }
                }
            }
            count = patterns.stride
        }
    }
}
