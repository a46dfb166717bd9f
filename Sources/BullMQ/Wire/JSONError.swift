// Owns: what is reported about text that is not JSON.

/// Why a text is not JSON, and where.
///
/// The description shows at most the one byte that was not expected, never more of the text, so it can be logged.
public struct JSONError: Error, Sendable, Hashable {
    /// The kind of defect.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The code's name.
        public let description: String

        private init(_ description: String) { self.description = description }

        /// The text ends inside a value.
        public static let unexpectedEnd = Code("unexpectedEnd")
        /// A byte that cannot stand where it stands.
        public static let unexpectedByte = Code("unexpectedByte")
        /// A complete value is followed by something other than white space.
        public static let trailingBytes = Code("trailingBytes")
        /// A backslash is followed by something that is no JSON escape.
        public static let invalidEscape = Code("invalidEscape")
        /// A string holds a raw byte below 0x20.
        public static let controlCharacter = Code("controlCharacter")
        /// A string holds bytes that are not UTF-8.
        public static let invalidUTF8 = Code("invalidUTF8")
        /// Arrays and objects nest deeper than ``JSONValue/maximumDepth``.
        public static let nestingTooDeep = Code("nestingTooDeep")
    }

    /// The kind of defect.
    public let code: Code

    /// The position of the first offending byte, from 0; the length of the text if it ends too early.
    public let byteOffset: Int

    /// What could have stood at that place.
    public let expected: String

    /// The byte found there, or `nil` at the end of the text.
    public let found: UInt8?

    init(_ code: Code, at byteOffset: Int, expected: String, found: UInt8?) {
        self.code = code
        self.byteOffset = byteOffset
        self.expected = expected
        self.found = found
    }
}

extension JSONError: CustomStringConvertible {
    /// A sentence with the place, what was expected, and what was found.
    public var description: String {
        "Not JSON at byte \(byteOffset) (\(code)): expected \(expected), found \(foundDescription)."
    }

    private var foundDescription: String {
        switch found {
        case nil: "the end of the text"
        case .some(let byte) where (0x21...0x7E).contains(byte): "'\(Character(UnicodeScalar(byte)))'"
        case .some(let byte): "byte 0x\(byte < 16 ? "0" : "")\(String(byte, radix: 16))"
        }
    }
}
