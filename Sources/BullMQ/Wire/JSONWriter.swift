// Owns: writing JSON text into bytes, in the form `JSON.stringify` gives.

/// Appends JSON to a byte buffer. Values are written whole; between the elements of a container of its own the caller asks for
/// the separators.
struct JSONWriter {
    /// What has been written.
    var bytes: [UInt8] = []

    private static let hexDigits: StaticString = "0123456789abcdef"

    mutating func append(byte: UInt8) {
        bytes.append(byte)
    }

    mutating func append(literal: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    mutating func append(bool: Bool) {
        append(literal: bool ? "true" : "false")
    }

    mutating func append(_ value: JSONValue) {
        switch value {
        case .null: append(literal: "null")
        case .bool(let bool): append(bool: bool)
        case .integer(let integer): append(integer: integer)
        case .number(let double): append(number: double)
        case .string(let string): append(string: string)
        case .array(let elements): append(array: elements) { $0.append($1) }
        case .object(let object): append(object)
        }
    }

    /// Appends an array; `appendElement` writes each of its elements.
    @inline(__always)
    mutating func append<Element>(
        array elements: [Element], _ appendElement: (inout JSONWriter, Element) throws -> Void
    ) rethrows {
        append(byte: JSONByte.openBracket)
        var isFirst = true
        for element in elements {
            startElement(name: nil, isFirst: isFirst)
            isFirst = false
            try appendElement(&self, element)
        }
        append(byte: JSONByte.closeBracket)
    }

    mutating func append(_ object: JSONObject) {
        append(byte: JSONByte.openBrace)
        var isFirst = true
        for (key, value) in object {
            startElement(name: key, isFirst: isFirst)
            isFirst = false
            append(value)
        }
        append(byte: JSONByte.closeBrace)
    }

    /// Appends what comes before an element's value: a comma between elements, and the name of a member.
    @inline(__always)
    mutating func startElement(name: String?, isFirst: Bool) {
        if !isFirst { append(byte: JSONByte.comma) }
        if let name {
            append(string: name)
            append(byte: JSONByte.colon)
        }
    }

    /// Appends a string in quotes. Only what must be escaped is: quotes, backslashes, control characters, and the stand-ins of
    /// lone surrogates; everything else stays as UTF-8.
    mutating func append(string: String) {
        append(byte: JSONByte.quote)
        string.withUTF8Bytes { source in
            var copied = 0
            while true {
                let end = JSONStringScan.endOfUnescaped(in: source, from: copied)
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: source[copied..<end]))
                guard end < source.count else { return }
                copied = appendEscape(of: source, at: end)
            }
        }
        append(byte: JSONByte.quote)
    }

    /// Appends the byte at `index` in its escaped form; returns the position after what it stands for.
    private mutating func appendEscape(of source: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
        switch source[index] {
        case JSONByte.quote: append(literal: #"\""#)
        case JSONByte.backslash: append(literal: #"\\"#)
        case 0x08: append(literal: #"\b"#)
        case 0x09: append(literal: #"\t"#)
        case 0x0A: append(literal: #"\n"#)
        case 0x0C: append(literal: #"\f"#)
        case 0x0D: append(literal: #"\r"#)
        case LoneSurrogate.firstByte:
            guard let surrogate = LoneSurrogate.surrogate(in: source, at: index) else {
                append(byte: source[index])
                return index + 1
            }
            appendUnicodeEscape(surrogate)
            return index + LoneSurrogate.length
        default: appendUnicodeEscape(UInt16(source[index]))
        }
        return index + 1
    }

    private mutating func appendUnicodeEscape(_ unit: UInt16) {
        append(literal: #"\u"#)
        for shift in [12, 8, 4, 0] as [UInt16] {
            append(byte: Self.hexDigits.utf8Start[Int(unit >> shift & 0xF)])
        }
    }
}
