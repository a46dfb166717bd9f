// Owns the two inner loops over pattern coefficients.

/// Coefficients come in lengths that are a multiple of this; what is missing is filled with zeros.
let vectorWidth = 8

func dotProduct(_ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, count: Int) -> Float {
    var sum = SIMD8<Float>.zero
    let left = UnsafeRawPointer(left)
    let right = UnsafeRawPointer(right)
    for index in stride(from: 0, to: 4 * count, by: 4 * vectorWidth) {
        sum +=
            left.loadUnaligned(fromByteOffset: index, as: SIMD8<Float>.self)
            * right.loadUnaligned(fromByteOffset: index, as: SIMD8<Float>.self)
    }
    return sum.sum()
}

func addScaled(_ target: UnsafeMutablePointer<Float>, _ scale: Float, _ source: UnsafePointer<Float>, count: Int) {
    for index in 0..<count { target[index] += scale * source[index] }
}
