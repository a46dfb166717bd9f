// Owns what a detector answers.

/// A mark that was found.
public struct Detection: Sendable, Equatable {
    /// What was embedded.
    public let payload: UInt64
    /// 0 to 1: how far the template stands above the threshold of detection, and how few bits were wrong. No proof.
    public let confidence: Double
    /// How far the template stands above chance, in standard deviations; ``WatermarkDetector/threshold`` at least.
    public let templateHeight: Double
    /// How many of the 127 bits of the code word were wrong before correction.
    public let wrongBits: Int
    /// How the mark lies in the picture, in the picture's own pixels.
    public let placement: Placement
    /// How many pictures or keyframes the answer rests on.
    public let pictures: Int

    init(payload: UInt64, wrongBits: Int, templateHeight: Float, placement: Placement, pictures: Int) {
        self.payload = payload
        self.wrongBits = wrongBits
        self.templateHeight = Double(templateHeight)
        self.placement = placement
        self.pictures = pictures
        let standing = min(max((Double(templateHeight) - 4) / 6, 0), 1)
        confidence = (0.5 + 0.5 * standing) * (1 - min(Double(wrongBits) / 64, 0.9))
    }
}
