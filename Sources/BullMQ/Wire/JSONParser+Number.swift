// Owns: numbers inside JSON text: their grammar, and the value nearest to what is written.

/// A number as it stands in the text, already checked against the grammar.
struct JSONNumberLiteral {
    /// The literal's bytes.
    let text: UnsafeBufferPointer<UInt8>
    /// Whether it begins with a minus sign.
    let isNegative: Bool
    /// Whether it has neither fraction nor exponent.
    let isInteger: Bool
    /// The digits as one number, without sign and point; meaningless if there are more than 19 of them.
    let significand: UInt64
    /// The power of ten to multiply the significand with.
    let exponent: Int
    /// Whether `significand` holds all digits.
    let isExact: Bool

    /// The value: an integer where the literal is one and fits, otherwise the nearest `Double` (infinite above its range, as
    /// in JavaScript). `-0` is a `Double`, the only one of the two that has it.
    var value: JSONValue {
        if isInteger, isExact, !(isNegative && significand == 0) {
            if let magnitude = Int64(exactly: significand) { return .integer(isNegative ? -magnitude : magnitude) }
            if isNegative, significand == Int64.min.magnitude { return .integer(.min) }
        }
        return .number(double)
    }

    /// Both factors are exact in a `Double` up to these limits, so one rounding gives the nearest value (Clinger's fast path).
    private static let exactPowersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]

    private var double: Double {
        if isExact, significand <= 1 << 53, abs(exponent) < Self.exactPowersOfTen.count {
            let power = Self.exactPowersOfTen[abs(exponent)]
            let magnitude = exponent < 0 ? Double(significand) / power : Double(significand) * power
            return isNegative ? -magnitude : magnitude
        }
        // The grammar is a subset of what Swift's initialiser reads, so it cannot fail.
        return Double(String(decoding: text, as: UTF8.self)) ?? .nan
    }
}

extension JSONParser {
    /// Steps over a number.
    mutating func parseNumber() throws(JSONError) -> JSONNumberLiteral {
        let start = position
        let isNegative = peek == JSONByte.minus
        if isNegative { position &+= 1 }
        var digits = DigitAccumulator()

        if peek == JSONByte.zero {
            position &+= 1
        } else {
            try parseDigits(into: &digits, expected: "a digit")
        }
        let integerEnd = position
        var exponent = 0
        if peek == JSONByte.point {
            position &+= 1
            let fractionStart = position
            try parseDigits(into: &digits, expected: "a digit after the decimal point")
            exponent = fractionStart - position
        }
        if let letter = peek, letter | 0x20 == UInt8(ascii: "e") {
            position &+= 1
            exponent = exponent &+ (try parseExponent())
        }
        return JSONNumberLiteral(
            text: UnsafeBufferPointer(rebasing: input[start..<position]), isNegative: isNegative,
            isInteger: position == integerEnd, significand: digits.value, exponent: exponent,
            isExact: digits.isExact)
    }

    private mutating func parseExponent() throws(JSONError) -> Int {
        let isNegative = peek == JSONByte.minus
        if isNegative || peek == JSONByte.plus { position &+= 1 }
        var digits = DigitAccumulator()
        try parseDigits(into: &digits, expected: "a digit in the exponent")
        // Anything this large is zero or infinity; the exact size no longer matters.
        let magnitude = digits.isExact ? Int(clamping: min(digits.value, 1_000_000)) : 1_000_000
        return isNegative ? -magnitude : magnitude
    }

    private mutating func parseDigits(into digits: inout DigitAccumulator, expected: String) throws(JSONError) {
        guard let first = peek, (JSONByte.zero...JSONByte.nine).contains(first) else {
            throw unexpected(expected: expected)
        }
        while let byte = peek, (JSONByte.zero...JSONByte.nine).contains(byte) {
            digits.append(byte &- JSONByte.zero)
            position &+= 1
        }
    }
}

/// Digits gathered into one number, for as long as they fit.
private struct DigitAccumulator {
    private(set) var value: UInt64 = 0
    private var count = 0

    /// 19 digits always fit 64 bits. Leading zeros do not count.
    var isExact: Bool { count <= 19 }

    @inline(__always)
    mutating func append(_ digit: UInt8) {
        value = value &* 10 &+ UInt64(digit)
        if value != 0 || count != 0 { count &+= 1 }
    }
}
