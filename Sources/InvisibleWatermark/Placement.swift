// Owns how a mark lies in a received picture.

/// The similarity transform that takes the mark's own pixels to the received picture's.
public struct Placement: Sendable, Equatable {
    /// Received pixels for each pixel of the mark.
    public var scale: Float
    /// Radians, clockwise as seen.
    public var rotation: Float
    /// Whether left and right are exchanged.
    public var mirrored: Bool

    init(scale: Float, rotation: Float = 0, mirrored: Bool = false) {
        self.scale = scale
        self.rotation = rotation
        self.mirrored = mirrored
    }
}
