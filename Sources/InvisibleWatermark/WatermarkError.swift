// Owns what can go wrong: embedding refuses, detection only finds or does not find.

/// A refusal to watermark.
public struct WatermarkError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of refusal it is.
    public struct Code: Sendable, Equatable {
        private let name: String

        /// The secret has fewer than ``WatermarkKey/minimumSecretLength`` bytes.
        public static let secretTooShort = Self(name: "secretTooShort")
        /// The picture is smaller than ``WatermarkEmbedder/minimumSide`` or ``WatermarkEmbedder/minimumPixels`` allow.
        public static let pictureTooSmall = Self(name: "pictureTooSmall")
        /// The samples do not fill the size that came with them.
        public static let invalidPlane = Self(name: "invalidPlane")
        /// A prepared watermark met a picture of another size.
        public static let sizeMismatch = Self(name: "sizeMismatch")
    }

    /// The kind of refusal.
    public let code: Code
    /// What was wrong, and what to do.
    public let message: String

    /// The message.
    public var description: String { message }
}
