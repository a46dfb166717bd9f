// Owns: the public way from JSON bytes to `Decodable`.

/// Decodes Swift values from JSON, the counterpart of ``PayloadEncoder``.
///
/// | Swift | JSON that is accepted |
/// |---|---|
/// | integers up to 64 bits | a number without fraction that fits (`5`, `5.0`, `5e0`) |
/// | `Double`, `Float` | a number that fits; integers beyond 2^53 are rounded |
/// | `Date` | ISO 8601 text with `Z` or an offset, with or without fraction; or a number, milliseconds since 1970 |
/// | `Data` | Base64 text |
/// | `URL` | text |
/// | `Decimal` | a number; 64-bit integers exactly, other numbers to the 17 digits of a `Double` |
/// | ``JSONValue``, ``JSONText`` | anything |
///
/// Nothing else is converted: a string is never read as a number, nor a number as a boolean. Unknown members are ignored. Of
/// a member that occurs twice, the last one counts.
public struct PayloadDecoder: Sendable {
    /// What is handed to each `init(from:)` as the decoder's `userInfo`. Empty by default.
    public var userInfo: [CodingUserInfoKey: any Sendable] = [:]

    /// A decoder without user info.
    public init() {}

    /// Decodes UTF-8 bytes.
    ///
    /// - Parameters:
    ///   - type: The type to decode.
    ///   - bytes: One JSON value.
    /// - Returns: The decoded value.
    /// - Throws: `DecodingError` with the coding path of what does not fit; `dataCorrupted` with a ``JSONError`` as underlying
    ///   error if the bytes are not JSON; and whatever the type's `init(from:)` throws.
    public func decode<T: Decodable>(_ type: T.Type, from bytes: some Collection<UInt8>) throws -> T {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: bytes)
        } catch {
            throw Self.notJSON(error)
        }
        return try decode(type, from: value)
    }

    /// Decodes a JSON text.
    ///
    /// - Parameters:
    ///   - type: The type to decode.
    ///   - text: The text.
    /// - Returns: The decoded value.
    /// - Throws: `DecodingError` with the coding path of what does not fit, and whatever the type's `init(from:)` throws.
    public func decode<T: Decodable>(_ type: T.Type, from text: JSONText) throws -> T {
        if let text = exactly(text, as: type) { return text }
        let value: JSONValue
        do throws(JSONError) {
            value = try text.value()
        } catch {
            throw Self.notJSON(error)
        }
        return try decode(type, from: value)
    }

    /// Decodes a JSON value.
    ///
    /// - Parameters:
    ///   - type: The type to decode.
    ///   - value: The value.
    /// - Returns: The decoded value.
    /// - Throws: `DecodingError` with the coding path of what does not fit, and whatever the type's `init(from:)` throws.
    public func decode<T: Decodable>(_ type: T.Type, from value: JSONValue) throws -> T {
        try PayloadDecoderNode(value: value, key: nil, parent: nil, userInfo: userInfo).decode(type)
    }

    private static func notJSON(_ error: JSONError) -> DecodingError {
        .dataCorrupted(.init(codingPath: [], debugDescription: error.description, underlyingError: error))
    }
}
