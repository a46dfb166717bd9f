// Owns: the bytes that mean something in JSON, and the search for them eight at a time.

/// The bytes JSON's grammar names.
enum JSONByte {
    static let quote = UInt8(ascii: "\"")
    static let backslash = UInt8(ascii: "\\")
    static let comma = UInt8(ascii: ",")
    static let colon = UInt8(ascii: ":")
    static let openBrace = UInt8(ascii: "{")
    static let closeBrace = UInt8(ascii: "}")
    static let openBracket = UInt8(ascii: "[")
    static let closeBracket = UInt8(ascii: "]")
    static let minus = UInt8(ascii: "-")
    static let plus = UInt8(ascii: "+")
    static let point = UInt8(ascii: ".")
    static let zero = UInt8(ascii: "0")
    static let nine = UInt8(ascii: "9")
}

/// Searches a string's bytes for those that are not simply copied.
enum JSONStringScan {
    /// The first byte at or after `start` that is a control character, a quote, a backslash, or not ASCII; else the count.
    @inline(__always)
    static func endOfPlainASCII(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        firstMatch(
            in: bytes, from: start,
            word: { isControl($0) | equals($0, JSONByte.quote) | equals($0, JSONByte.backslash) | ($0 & high) },
            byte: { $0 < 0x20 || $0 == JSONByte.quote || $0 == JSONByte.backslash || $0 >= 0x80 })
    }

    /// The first byte at or after `start` that is a control character, a quote, a backslash, or may begin the stand-in of a
    /// lone surrogate; else the count.
    @inline(__always)
    static func endOfUnescaped(in bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        let mark = LoneSurrogate.firstByte
        return firstMatch(
            in: bytes, from: start,
            word: {
                isControl($0) | equals($0, JSONByte.quote) | equals($0, JSONByte.backslash) | equals($0, mark)
            },
            byte: { $0 < 0x20 || $0 == JSONByte.quote || $0 == JSONByte.backslash || $0 == mark })
    }

    private static let low: UInt64 = 0x0101_0101_0101_0101
    private static let high: UInt64 = 0x8080_8080_8080_8080

    /// The high bit of each byte below 0x20. A borrow can set further bits above a true match, never below one.
    @inline(__always)
    private static func isControl(_ word: UInt64) -> UInt64 { (word &- low &* 0x20) & ~word & high }

    /// The high bit of each byte that equals `byte`, with the same reservation.
    @inline(__always)
    private static func equals(_ word: UInt64, _ byte: UInt8) -> UInt64 {
        let difference = word ^ (low &* UInt64(byte))
        return (difference &- low) & ~difference & high
    }

    @inline(__always)
    private static func firstMatch(
        in bytes: UnsafeBufferPointer<UInt8>, from start: Int, word: (UInt64) -> UInt64, byte: (UInt8) -> Bool
    ) -> Int {
        let raw = UnsafeRawBufferPointer(bytes)
        var index = start
        while index &+ 8 <= bytes.count {
            let matches = word(UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: index, as: UInt64.self)))
            if matches != 0 { return index &+ matches.trailingZeroBitCount / 8 }
            index &+= 8
        }
        while index < bytes.count, !byte(bytes[index]) { index &+= 1 }
        return index
    }
}
