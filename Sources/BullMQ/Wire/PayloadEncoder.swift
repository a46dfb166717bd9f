// Owns: the public way from `Encodable` to JSON bytes.

/// Encodes Swift values as JSON, the way Node's `JSON.stringify` would write their JavaScript counterparts.
///
/// | Swift | JSON |
/// |---|---|
/// | structures, classes, enumerations | as their `encode(to:)` says; members in the order it encodes them |
/// | `Optional` | left out of objects where synthesized code uses `encodeIfPresent`, otherwise `null` |
/// | integers up to `Int64.max` | all digits; JavaScript readers round beyond 2^53 |
/// | `Double`, `Float` | fewest digits, in JavaScript's notation |
/// | `Date` | text, ISO 8601 in UTC with milliseconds: `"2026-01-02T03:04:05.678Z"` |
/// | `Data` | text, Base64 |
/// | `URL` | text, the absolute URL |
/// | `Decimal` | number, all digits |
/// | ``JSONValue``, ``JSONText`` | themselves |
///
/// **Numbers that are not finite are an error** here, where JavaScript would silently write `null`, and so are integers beyond
/// `Int64`, which every reader would round: a payload that cannot be read back should be noticed by the program that makes it.
///
/// Bytes are written as the value is walked; there is no tree in between. A key that is encoded twice into one object
/// therefore occurs twice in the text, of which readers take the last. A dictionary's members come in the dictionary's order,
/// which differs from run to run.
public struct PayloadEncoder: Sendable {
    /// What is handed to each `encode(to:)` as the encoder's `userInfo`. Empty by default.
    public var userInfo: [CodingUserInfoKey: any Sendable] = [:]

    /// An encoder without user info.
    public init() {}

    /// Encodes a value.
    ///
    /// - Parameter value: The value: anything JSON can express, not only objects and arrays.
    /// - Returns: JSON as UTF-8.
    /// - Throws: `EncodingError.invalidValue` with the coding path of what JSON cannot express (a number that is not finite
    ///   or an integer beyond `Int64`,
    ///   a date beyond JavaScript's range), and whatever the value's `encode(to:)` throws.
    public func encode(_ value: some Encodable) throws -> [UInt8] {
        let node = PayloadEncoderNode(codingPath: [], userInfo: userInfo)
        node.writer.bytes.reserveCapacity(256)
        try node.encodeValue(value)
        return node.finish()
    }

    /// Encodes a value and appends it to a buffer. The buffer is left as it was if an error is thrown.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - buffer: The bytes to append to.
    /// - Throws: As ``encode(_:)``.
    public func encode(_ value: some Encodable, into buffer: inout [UInt8]) throws {
        buffer.append(contentsOf: try encode(value))
    }
}
