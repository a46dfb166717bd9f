// Owns: MessagePack as BullMQ's scripts read it (scripts-add.md 0.3): strings only in the `str` family, map keys only
// strings, no `bin` and no extensions, because Redis' decoder refuses them.

/// Appends MessagePack to a byte buffer. It writes what it is told: after a header the caller owes that many values.
struct MessagePackWriter {
    /// What has been written.
    var bytes: [UInt8] = []

    mutating func appendNil() {
        bytes.append(0xC0)
    }

    mutating func append(_ bool: Bool) {
        bytes.append(bool ? 0xC3 : 0xC2)
    }

    /// Appends an integer in its shortest form.
    mutating func append(_ integer: Int64) {
        switch integer {
        case 0...0x7F: bytes.append(UInt8(integer))
        case -32..<0: bytes.append(UInt8(bitPattern: Int8(integer)))
        case 0x80...0xFF: append(0xCC, UInt8(integer))
        case 0x100...0xFFFF: append(0xCD, UInt16(integer))
        case 0x1_0000...0xFFFF_FFFF: append(0xCE, UInt32(integer))
        case 0x1_0000_0000...: append(0xCF, UInt64(integer))
        case -0x80..<0: append(0xD0, Int8(integer))
        case -0x8000..<0: append(0xD1, Int16(integer))
        case -0x8000_0000..<0: append(0xD2, Int32(integer))
        default: append(0xD3, integer)
        }
    }

    /// Appends an integer in its shortest form.
    mutating func append(_ integer: Int) {
        append(Int64(integer))
    }

    /// Appends a number: as an integer if it is one a `Double` holds exactly, which is shorter and the same to a script.
    mutating func append(_ number: Double) {
        if number.magnitude <= 9_007_199_254_740_992, number == number.rounded(.towardZero) {
            append(Int64(number))
        } else {
            append(0xCB, number.bitPattern)
        }
    }

    /// Appends a string of up to 2^32-1 bytes.
    mutating func append(_ string: String) {
        string.withUTF8Bytes { append(utf8: $0) }
    }

    /// Appends a string given as UTF-8, of up to 2^32-1 bytes.
    mutating func append(utf8: UnsafeBufferPointer<UInt8>) {
        switch utf8.count {
        case 0...31: bytes.append(0xA0 | UInt8(utf8.count))
        case 32...0xFF: append(0xD9, UInt8(utf8.count))
        case 0x100...0xFFFF: append(0xDA, UInt16(utf8.count))
        default: append(0xDB, UInt32(utf8.count))
        }
        bytes.append(contentsOf: utf8)
    }

    /// Announces an array of `count` elements.
    mutating func appendArrayHeader(_ count: Int) {
        switch count {
        case 0...15: bytes.append(0x90 | UInt8(count))
        case 16...0xFFFF: append(0xDC, UInt16(count))
        default: append(0xDD, UInt32(count))
        }
    }

    /// Announces a map of `count` pairs of a string and a value.
    mutating func appendMapHeader(_ count: Int) {
        switch count {
        case 0...15: bytes.append(0x80 | UInt8(count))
        case 16...0xFFFF: append(0xDE, UInt16(count))
        default: append(0xDF, UInt32(count))
        }
    }

    /// Appends a JSON value. What JSON writes as `null` is nil: a number that is not finite would abort the script that
    /// re-encodes it.
    mutating func append(_ value: JSONValue) {
        switch value {
        case .null: appendNil()
        case .bool(let bool): append(bool)
        case .integer(let integer): append(integer)
        case .number(let number):
            if number.isFinite { append(number) } else { appendNil() }
        case .string(let string): append(string)
        case .array(let elements):
            appendArrayHeader(elements.count)
            for element in elements { append(element) }
        case .object(let object): append(object)
        }
    }

    /// Appends a JSON object as a map.
    mutating func append(_ object: JSONObject) {
        appendMapHeader(object.count)
        for (key, value) in object {
            append(key)
            append(value)
        }
    }

    /// Appends a type byte and a number, most significant byte first.
    private mutating func append(_ type: UInt8, _ number: some FixedWidthInteger) {
        bytes.append(type)
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }
}
