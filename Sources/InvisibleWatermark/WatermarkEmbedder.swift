// Owns embedding: what is computed once for a picture (or a group of frames), and what is done to each.

/// Hides a payload in the brightness of pictures.
///
/// ```swift
/// let key = try WatermarkKey(secret: secret)
/// let report = try WatermarkEmbedder(key: key).embed(payload: 0xFA11_0001, into: &plane)
/// ```
///
/// For video, with the medium `video`: ``prepare(payload:for:)`` at a keyframe, then ``apply(_:to:)`` on each frame until the next.
public struct WatermarkEmbedder: Sendable {
    /// The shortest side a picture may have, in pixels.
    public static let minimumSide = 256
    /// The fewest pixels a picture may have.
    public static let minimumPixels = 90_000

    /// How strong a mark is: the peak signal-to-noise ratio it is scaled to.
    public struct Strength: Sendable, Equatable {
        /// Decibels.
        public let peakSignalToNoiseRatio: Double

        /// 44 dB: less visible, dies earlier.
        public static let low = Strength(peakSignalToNoiseRatio: 44)
        /// 42 dB, with a margin for rounding.
        public static let normal = Strength(peakSignalToNoiseRatio: 42.15)
        /// 41 dB.
        public static let high = Strength(peakSignalToNoiseRatio: 41)
    }

    /// A mark is made weaker than its strength says rather than let the structural similarity fall below this.
    public static let minimumSimilarity = 0.9805
    /// What is marked. Larger pictures get coarser marks, which survive being made small.
    public struct Medium: Sendable, Equatable {
        /// The long side, in pixels, above which the mark grows with the picture.
        let nominalSide: Int

        /// A photograph or drawing.
        public static let picture = Medium(nominalSide: 1280)
        /// The frames of a video: video codecs keep only coarse marks.
        public static let video = Medium(nominalSide: 640)
    }

    private let key: WatermarkKey
    private let strength: Strength
    private let medium: Medium
    private let transform = FourierTransform(side: TilePatterns.side)

    /// An embedder for a key.
    public init(key: WatermarkKey, strength: Strength = .normal, medium: Medium = .picture) {
        self.key = key
        self.strength = strength
        self.medium = medium
    }

    /// Embeds a payload. Samples stay within 0...255 and are not rounded; the report counts rounding in.
    /// - Throws: ``WatermarkError`` (`pictureTooSmall`).
    public func embed(payload: UInt64, into plane: inout LumaPlane) throws -> EmbeddingReport {
        let original = plane
        let prepared = try prepare(payload: payload, for: plane)
        try apply(prepared, to: &plane)
        var rounded = plane
        for index in rounded.samples.indices { rounded.samples[index] = rounded.samples[index].rounded() }
        return EmbeddingReport(
            peakSignalToNoiseRatio: Similarity.peakSignalToNoiseRatio(original, rounded),
            structuralSimilarity: Similarity.structuralSimilarity(
                of: original, changedBy: zip(rounded.samples, original.samples).map { $0 - $1 }, times: [1],
                rowStep: Self.rowStep(of: plane))[0],
            pixelsPerMarkPixel: Double(prepared.scale)
        )
    }

    /// Computes the mark for a picture: the expensive part, which serves all frames of a shot.
    /// - Throws: ``WatermarkError`` (`pictureTooSmall`).
    public func prepare(payload: UInt64, for plane: LumaPlane) throws -> PreparedWatermark {
        guard min(plane.width, plane.height) >= Self.minimumSide, plane.samples.count >= Self.minimumPixels else {
            throw WatermarkError(
                code: .pictureTooSmall,
                message: """
                    A picture of \(plane.width)x\(plane.height) is too small for an invisible watermark: both sides need \
                    \(Self.minimumSide) pixels, and the area \(Self.minimumPixels).
                    """
            )
        }
        let (work, scale) = plane.reduced(toLongSide: medium.nominalSide)
        let mask = PerceptualMask(of: work)
        let wanted = Float(255 / powerOfTen(strength.peakSignalToNoiseRatio / 20))
        let tile = InformedTile(
            patterns: key.patterns, signs: key.payloads.signs(of: payload), contrast: LocalContrast(of: work),
            mask: mask, transform: transform
        )
        let vector = tile.vector(strength: wanted / mask.meanStrength)
        let signal = key.patterns.signal(of: vector, transform: transform)
        var prepared = PreparedWatermark(
            size: PlaneSize(width: plane.width, height: plane.height), medium: medium, scale: scale, signal: signal,
            deviation: wanted)
        let change = prepared.change(for: plane)
        let factors = (0..<16).map { 1 - 0.04 * Float($0) }
        let similarities = Similarity.structuralSimilarity(
            of: plane, changedBy: change, times: factors, rowStep: Self.rowStep(of: plane))
        let factor = zip(factors, similarities).first { $0.1 >= Self.minimumSimilarity + 0.0005 }?.0
        prepared.deviation = wanted * (factor ?? factors[factors.count - 1])
        return prepared
    }

    /// A million samples tell the structural similarity of a large picture well enough.
    private static func rowStep(of plane: LumaPlane) -> Int { max(1, plane.samples.count / 1_000_000) }

    /// Adds a prepared mark to a picture or frame.
    /// - Throws: ``WatermarkError`` (`sizeMismatch`) if the plane has not the size the mark was prepared for.
    public func apply(_ prepared: PreparedWatermark, to plane: inout LumaPlane) throws {
        guard prepared.size == PlaneSize(width: plane.width, height: plane.height) else {
            throw WatermarkError(
                code: .sizeMismatch,
                message: """
                    The watermark was prepared for \(prepared.size.width)x\(prepared.size.height), and this plane is \
                    \(plane.width)x\(plane.height).
                    """
            )
        }
        let change = prepared.change(for: plane)
        plane.samples.withUnsafeMutableBufferPointer { samples in
            change.withUnsafeBufferPointer { change in
                for index in 0..<samples.count {
                    samples[index] = min(max(samples[index] + change[index], 0), 255)
                }
            }
        }
    }
}

/// A mark that is ready to be added to a picture, or to all frames of a shot.
public struct PreparedWatermark: Sendable {
    /// The size of the pictures it fits.
    public let size: PlaneSize
    let medium: WatermarkEmbedder.Medium
    let scale: Float
    /// One tile, mean square 1.
    let signal: [Float]
    /// The root mean square of the change, in grey levels.
    var deviation: Float

    /// What to add to each sample of a picture, shaped by what that picture can hide.
    func change(for plane: LumaPlane) -> [Float] {
        let work = plane.reduced(toLongSide: medium.nominalSide).plane
        var change = PerceptualMask(of: work).strengths
        let side = TilePatterns.side
        change.withUnsafeMutableBufferPointer { change in
            signal.withUnsafeBufferPointer { signal in
                for y in 0..<work.height {
                    let row = (y & (side - 1)) * side
                    for left in stride(from: 0, to: work.width, by: side) {
                        let target = y * work.width + left
                        for x in 0..<min(side, work.width - left) { change[target + x] *= signal[row + x] }
                    }
                }
            }
        }
        var result = LumaPlane(unchecked: work.width, work.height, change)
            .enlarged(toWidth: plane.width, height: plane.height).samples
        var energy = 0.0
        for row in stride(from: 0, to: result.count, by: plane.width) {
            var sum: Float = 0
            for index in row..<row + plane.width { sum += result[index] * result[index] }
            energy += Double(sum)
        }
        let scale = deviation / Float((energy / Double(result.count)).squareRoot())
        result.withUnsafeMutableBufferPointer { result in
            for index in 0..<result.count { result[index] *= scale }
        }
        return result
    }
}

/// What embedding did to a picture.
public struct EmbeddingReport: Sendable, Equatable {
    /// Of the marked picture, rounded to whole grey levels, against the original; decibels.
    public let peakSignalToNoiseRatio: Double
    /// Of the marked picture against the original; 1 is equal. From 2 megapixels on estimated on a part of the rows.
    public let structuralSimilarity: Double
    /// How many pixels of the picture one pixel of the mark covers: 1 up to a long side of 1280 (video: 640).
    public let pixelsPerMarkPixel: Double
}
