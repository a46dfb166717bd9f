// Owns the secret that embedder and detector share, and everything that follows from it.

/// The secret without which a mark can be neither read nor forged.
///
/// Making a key prepares its patterns, which takes a fraction of a second: make it once and keep it. Two keys of the same
/// secret are equivalent.
public struct WatermarkKey: Sendable {
    /// The least number of bytes of a secret.
    public static let minimumSecretLength = 16

    let patterns: TilePatterns
    let payloads: PayloadCode

    /// A key from a secret of at least ``minimumSecretLength`` bytes that nobody can guess.
    /// - Throws: ``WatermarkError`` (`secretTooShort`).
    public init(secret: [UInt8]) throws {
        guard secret.count >= Self.minimumSecretLength else {
            throw WatermarkError(
                code: .secretTooShort,
                message: "A watermark secret needs at least \(Self.minimumSecretLength) bytes; it has \(secret.count)."
            )
        }
        let root = KeyedHash(key: secret)
        payloads = PayloadCode(checksum: KeyedHash(key: root.code(for: Array("payload checksum, version 1".utf8))))
        patterns = TilePatterns(source: KeyedHash(key: root.code(for: Array("tile patterns, version 1".utf8))))
    }
}
