// Owns byte strings as Redis stores them: compared byte by byte, shown as text where they are text.

/// A byte string.
public struct Bytes: Hashable, Sendable {
    /// The bytes.
    public var storage: [UInt8]

    /// A byte string of these bytes.
    public init(_ storage: some Sequence<UInt8>) { self.storage = Array(storage) }

    /// The UTF-8 bytes of `text`.
    public init(_ text: String) { storage = Array(text.utf8) }

    /// The text; ill-formed UTF-8 is replaced, so compare ``Bytes``, not texts.
    public var text: String { String(decoding: storage, as: UTF8.self) }

    /// One after the other.
    public static func + (left: Bytes, right: Bytes) -> Bytes { Bytes(left.storage + right.storage) }
}

extension Bytes: Comparable {
    /// Orders like Redis does: byte by byte.
    public static func < (left: Bytes, right: Bytes) -> Bool {
        left.storage.lexicographicallyPrecedes(right.storage)
    }
}

extension Bytes: ExpressibleByStringLiteral, ExpressibleByStringInterpolation, CustomStringConvertible {
    /// The UTF-8 bytes of a literal.
    public init(stringLiteral value: String) { self.init(value) }

    /// The text if it is well-formed UTF-8, else an escaped form.
    public var description: String {
        if let text = String(validating: storage, as: UTF8.self) { return text }
        return storage.map { byte in
            let printable = (0x20..<0x7f).contains(byte)
            let digits = String(byte, radix: 16)
            return printable ? String(UnicodeScalar(byte)) : "\\x" + (digits.count == 1 ? "0" : "") + digits
        }.joined()
    }
}
