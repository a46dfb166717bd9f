// Owns: strings inside JSON text: finding their end while checking escapes and UTF-8, and resolving escapes afterwards.

extension JSONParser {
    /// Steps over a string and returns what stands between its quotes, checked but with escapes unresolved.
    mutating func parseString() throws(JSONError) -> (bytes: UnsafeBufferPointer<UInt8>, hasEscapes: Bool) {
        let start = position &+ 1
        var hasEscapes = false
        position = start
        while true {
            position = JSONStringScan.endOfPlainASCII(in: input, from: position)
            switch peek {
            case nil:
                throw unexpected(expected: "'\"' at the end of the string that begins at byte \(start - 1)")
            case JSONByte.quote:
                let bytes = UnsafeBufferPointer(rebasing: input[start..<position])
                position &+= 1
                return (bytes, hasEscapes)
            case JSONByte.backslash:
                hasEscapes = true
                try skipEscape()
            case .some(let byte) where byte >= 0x80:
                try skipUTF8Sequence(startingWith: byte)
            default:
                throw JSONError(
                    .controlCharacter, at: position, expected: "an escape instead of a control character", found: peek)
            }
        }
    }

    private mutating func skipEscape() throws(JSONError) {
        position &+= 1
        switch peek {
        case JSONByte.quote, JSONByte.backslash, UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position &+= 1
        case UInt8(ascii: "u"):
            position &+= 1
            for _ in 0..<4 {
                guard let byte = peek, JSONEscapes.isHexDigit(byte) else {
                    throw invalidEscape(expected: "four hexadecimal digits after '\\u'")
                }
                position &+= 1
            }
        default: throw invalidEscape(expected: "one of \"\\/bfnrtu after a backslash")
        }
    }

    private func invalidEscape(expected: String) -> JSONError {
        JSONError(peek == nil ? .unexpectedEnd : .invalidEscape, at: position, expected: expected, found: peek)
    }

    /// Steps over one multi-byte character (the well-formed sequences of Unicode's table 3-7: no surrogates, no overlong
    /// forms, nothing above U+10FFFF).
    private mutating func skipUTF8Sequence(startingWith first: UInt8) throws(JSONError) {
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch first {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: length = 4
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: throw invalidUTF8()
        }
        position &+= 1
        for offset in 1..<length {
            guard let byte = peek, (offset == 1 ? second : 0x80...0xBF).contains(byte) else { throw invalidUTF8() }
            position &+= 1
        }
    }

    private func invalidUTF8() -> JSONError {
        JSONError(peek == nil ? .unexpectedEnd : .invalidUTF8, at: position, expected: "UTF-8", found: peek)
    }
}

/// Resolves the escapes of a string the parser has checked.
enum JSONEscapes {
    static func isHexDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }

    /// The string without escapes. It is never longer than its source, since no escape is shorter than what it stands for.
    static func resolve(_ source: UnsafeBufferPointer<UInt8>) -> String {
        String(unsafeUninitializedCapacity: source.count) { output in
            var read = 0
            var written = 0
            while read < source.count {
                let byte = source[read]
                guard byte == JSONByte.backslash else {
                    output[written] = byte
                    read += 1
                    written += 1
                    continue
                }
                if source[read + 1] == UInt8(ascii: "u") {
                    (read, written) = resolveUnicode(source, at: read, into: output, at: written)
                } else {
                    output[written] = character(forLetter: source[read + 1])
                    read += 2
                    written += 1
                }
            }
            return written
        }
    }

    private static func character(forLetter letter: UInt8) -> UInt8 {
        switch letter {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "t"): 0x09
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "r"): 0x0D
        default: letter
        }
    }

    /// Resolves `\uXXXX`, or two of them that make one character; returns the positions after it.
    private static func resolveUnicode(
        _ source: UnsafeBufferPointer<UInt8>, at read: Int, into output: UnsafeMutableBufferPointer<UInt8>,
        at written: Int
    ) -> (read: Int, written: Int) {
        let unit = codeUnit(source, at: read + 2)
        let next = read + LoneSurrogate.length
        if (0xD800...0xDBFF).contains(unit), next + 1 < source.count, source[next] == JSONByte.backslash,
            source[next + 1] == UInt8(ascii: "u")
        {
            let trail = codeUnit(source, at: next + 2)
            if (0xDC00...0xDFFF).contains(trail) {
                let value = 0x10000 + UInt32(unit - 0xD800) << 10 + UInt32(trail - 0xDC00)
                return (next + LoneSurrogate.length, written + write(value, to: output, at: written))
            }
        }
        if (0xD800...0xDFFF).contains(unit) {
            LoneSurrogate.write(unit, to: output, at: written)
            return (next, written + LoneSurrogate.length)
        }
        return (next, written + write(UInt32(unit), to: output, at: written))
    }

    private static func codeUnit(_ source: UnsafeBufferPointer<UInt8>, at index: Int) -> UInt16 {
        var unit: UInt16 = 0
        for digit in source[index..<index + 4] {
            let value = digit <= JSONByte.nine ? digit - JSONByte.zero : (digit | 0x20) - UInt8(ascii: "a") + 10
            unit = unit << 4 | UInt16(value)
        }
        return unit
    }

    /// Writes a code point that is no surrogate as UTF-8; returns the number of bytes.
    private static func write(_ value: UInt32, to output: UnsafeMutableBufferPointer<UInt8>, at index: Int) -> Int {
        guard let scalar = UnicodeScalar(value) else { return 0 }
        var count = 0
        for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
            output[index + count] = byte
            count += 1
        }
        return count
    }
}
