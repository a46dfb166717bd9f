// Owns the picture as this library sees it: brightness alone, as floating-point samples.

/// The brightness of a picture: 0 (black) to 255 (white), rows top down, no padding.
public struct LumaPlane: Sendable, Equatable {
    /// Columns.
    public let width: Int
    /// Rows.
    public let height: Int
    /// `width * height` samples, 0...255.
    public var samples: [Float]

    /// A plane of the given samples.
    /// - Throws: ``WatermarkError`` (`invalidPlane`) unless there are exactly `width * height` of them, at least one.
    public init(width: Int, height: Int, samples: [Float]) throws {
        guard width > 0, height > 0, samples.count == width * height else {
            throw WatermarkError(
                code: .invalidPlane,
                message: "A plane of \(width)x\(height) needs that many samples; \(samples.count) were given."
            )
        }
        self.init(unchecked: width, height, samples)
    }

    /// A plane of 8-bit samples whose rows begin `rowBytes` bytes apart, such as the first plane of a video frame.
    /// - Throws: ``WatermarkError`` (`invalidPlane`) if the bytes do not hold that many rows.
    public init(width: Int, height: Int, bytes: UnsafeRawBufferPointer, rowBytes: Int) throws {
        guard width > 0, height > 0, rowBytes >= width, bytes.count >= rowBytes * (height - 1) + width else {
            throw WatermarkError(
                code: .invalidPlane,
                message: "\(bytes.count) bytes in rows of \(rowBytes) do not hold a plane of \(width)x\(height)."
            )
        }
        let samples = [Float](unsafeUninitializedCapacity: width * height) { buffer, count in
            for y in 0..<height {
                let row = y * rowBytes
                let target = y * width
                for x in 0..<width {
                    buffer[target + x] = Float(bytes[row + x])
                }
            }
            count = width * height
        }
        self.init(unchecked: width, height, samples)
    }

    init(unchecked width: Int, _ height: Int, _ samples: [Float]) {
        self.width = width
        self.height = height
        self.samples = samples
    }

    var longSide: Int { max(width, height) }
}

/// A size in pixels.
public struct PlaneSize: Sendable, Equatable {
    /// Columns.
    public let width: Int
    /// Rows.
    public let height: Int

    /// A size of `width` by `height` pixels.
    public init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }
}
