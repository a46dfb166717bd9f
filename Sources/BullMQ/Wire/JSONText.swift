// Owns: `JSONText`, JSON that travels as the text it is. The rule it keeps: `text` is always valid JSON.

/// A JSON text that is known to be valid, kept byte for byte.
///
/// Job data, results and progress are JSON texts in Redis. A tool that only passes them on keeps them in this form, so that
/// numbers, escapes, white space and the order of members stay what their author wrote. Two texts are equal if their bytes
/// are.
///
/// ```swift
/// let data = try JSONText(validating: #"{"file":"a.jpg","width":640}"#)
/// let resize = try data.decode(Resize.self)
/// let reply = try JSONText(encoding: Picture(path: "a-640.jpg", bytes: 31_337))
/// ```
public struct JSONText: Sendable {
    /// The JSON.
    public let text: String

    /// The text `null`.
    public static let null = JSONText(unchecked: "null")

    /// The text `{}`.
    public static let emptyObject = JSONText(unchecked: "{}")

    /// Text that is known to be JSON.
    init(unchecked text: String) {
        self.text = text
    }

    /// Bytes that are known to be JSON.
    init(unchecked bytes: [UInt8]) {
        self.text = String(decoding: bytes, as: UTF8.self)
    }

    /// A text, if it is JSON.
    ///
    /// - Parameter text: One JSON value, with white space around it or not.
    /// - Throws: ``JSONError`` with the place of the first byte that is not JSON.
    public init(validating text: String) throws(JSONError) {
        try text.withUTF8Bytes { bytes in JSONParser<JSONValidity>.parse(bytes) }.get()
        self.text = text
    }

    /// A text, if it is JSON.
    ///
    /// - Parameter bytes: One JSON value as UTF-8 without byte-order mark, with white space around it or not.
    /// - Throws: ``JSONError`` with the place of the first byte that is not JSON.
    public init(validating bytes: some Collection<UInt8>) throws(JSONError) {
        self.text = try bytes.withContiguousBytes { bytes in
            JSONParser<JSONValidity>.parse(bytes).map { String(decoding: bytes, as: UTF8.self) }
        }.get()
    }

    /// The text of a value, as ``JSONValue/serialized()`` writes it.
    ///
    /// - Parameter value: The value.
    public init(_ value: JSONValue) {
        self.init(unchecked: value.serialized())
    }

    /// The text of an encodable value, as ``PayloadEncoder`` writes it.
    ///
    /// - Parameter value: The value.
    /// - Throws: `EncodingError` for what JSON cannot express, and whatever the value's `encode(to:)` throws.
    public init(encoding value: some Encodable) throws {
        self.init(unchecked: try PayloadEncoder().encode(value))
    }

    /// The length of the text as UTF-8, in bytes.
    public var utf8Count: Int { text.utf8.count }

    /// Parses the text.
    ///
    /// - Returns: The value.
    /// - Throws: ``JSONError`` if the text is not JSON, which can only be so for a text that came from Redis unchecked.
    public func value() throws(JSONError) -> JSONValue {
        try JSONValue(parsing: text)
    }

    /// Decodes the text with ``PayloadDecoder``.
    ///
    /// - Parameter type: The type to decode.
    /// - Returns: The decoded value.
    /// - Throws: `DecodingError` if the text does not fit the type, and whatever the type's `init(from:)` throws.
    public func decode<T: Decodable>(_ type: T.Type) throws -> T {
        try PayloadDecoder().decode(type, from: self)
    }
}

extension JSONText: Hashable {
    /// Whether both texts have the same bytes.
    public static func == (left: JSONText, right: JSONText) -> Bool { left.text.hasSameBytes(as: right.text) }

    /// Feeds the text's bytes to a hasher.
    public func hash(into hasher: inout Hasher) { text.hashBytes(into: &hasher) }
}

extension JSONText: CustomStringConvertible {
    /// The JSON.
    public var description: String { text }
}
