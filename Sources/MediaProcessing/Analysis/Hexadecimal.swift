// How digests are written.

extension Sequence<UInt8> {
    /// The bytes in lower-case hexadecimal digits.
    package var hexadecimal: String {
        reduce(into: "") { digits, byte in
            if byte < 16 { digits.append("0") }
            digits += String(byte, radix: 16)
        }
    }
}
