// Changes the brightness of frames as numbers, for marks that are hidden in it.

/// A change to the brightness of every frame.
final class LumaTransformation: FrameTransformation {
    /// Changes brightness in place: rows from the top down, 0 (black) to 255 (white), without padding.
    ///
    /// `time` counts seconds from the start of the result.
    typealias Change = (_ samples: inout [Float], _ size: PixelSize, _ time: Double) throws -> Void

    private let change: Change
    private var samples: [Float] = []

    init(_ change: @escaping Change) { self.change = change }

    func apply(to picture: VideoPicture, time: Double) throws {
        let plane = picture.luma
        samples.removeAll(keepingCapacity: true)
        samples.reserveCapacity(plane.width * plane.height)
        for y in 0..<plane.height {
            for value in plane.row(y) { samples.append((Float(value) - 16) * Self.toFull) }
        }
        try change(&samples, picture.size, time)
        precondition(samples.count == plane.width * plane.height, "the change keeps the size")
        samples.withUnsafeBufferPointer { samples in
            for y in 0..<plane.height {
                let row = plane.row(y)
                let start = y * plane.width
                for x in 0..<plane.width {
                    // Video keeps a margin below black and above white.
                    let value = samples[start + x] / Self.toFull + 16.5
                    row[x] = UInt8(min(235, max(16, value)))
                }
            }
        }
    }

    private static let toFull: Float = 255 / 219
}
