// Owns: numbers as ECMAScript's Number::toString writes them.

extension JSONWriter {
    /// Appends all digits of an integer.
    mutating func append(integer: Int64) {
        append(decimal: integer.magnitude, isNegative: integer < 0)
    }

    /// Appends a number as `JSON.stringify` does: `null` for what is not finite, `0` for negative zero, otherwise the fewest
    /// digits that read back as the same number.
    mutating func append(number: Double) {
        guard number.isFinite else { return append(literal: "null") }
        if number.magnitude < 9_007_199_254_740_992, number == number.rounded(.towardZero) {
            return append(integer: Int64(number))
        }
        append(shortest: number.description)
    }

    /// Appends a number with the fewest digits that read back as the same `Float`.
    mutating func append(number: Float) {
        guard number.isFinite else { return append(literal: "null") }
        guard number != 0 else { return append(byte: JSONByte.zero) }
        append(shortest: number.description)
    }

    private mutating func append(decimal magnitude: UInt64, isNegative: Bool) {
        // 20 digits and a sign.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 21) { buffer in
            var start = 21
            var rest = magnitude
            repeat {
                let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
                start &-= 1
                buffer[start] = JSONByte.zero &+ UInt8(truncatingIfNeeded: digit)
                rest = quotient
            } while rest != 0
            if isNegative {
                start &-= 1
                buffer[start] = JSONByte.minus
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: buffer[start..<21]))
        }
    }

    /// Rewrites Swift's description of a finite number, which has the right digits, in ECMAScript's layout.
    private mutating func append(shortest description: String) {
        // A description has at most 17 significant digits.
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { buffer in
            let number = ShortestDigits(description, into: buffer)
            if number.isNegative { append(byte: JSONByte.minus) }
            appendLayout(UnsafeBufferPointer(rebasing: buffer[..<number.count]), point: number.point)
        }
    }

    /// Lays out `0.digits × 10^point`: plainly from 1e-6 up to 1e21 exclusive, with an exponent outside.
    private mutating func appendLayout(_ digits: UnsafeBufferPointer<UInt8>, point: Int) {
        switch point {
        case digits.count...21:
            bytes.append(contentsOf: digits)
            appendZeros(point - digits.count)
        case 1...21:
            bytes.append(contentsOf: digits[..<point])
            append(byte: JSONByte.point)
            bytes.append(contentsOf: digits[point...])
        case -5...0:
            append(literal: "0.")
            appendZeros(-point)
            bytes.append(contentsOf: digits)
        default:
            append(byte: digits[0])
            if digits.count > 1 {
                append(byte: JSONByte.point)
                bytes.append(contentsOf: digits[1...])
            }
            append(literal: point > 0 ? "e+" : "e-")
            append(integer: Int64(abs(point - 1)))
        }
    }

    private mutating func appendZeros(_ count: Int) {
        bytes.append(contentsOf: repeatElement(JSONByte.zero, count: count))
    }
}

/// The digits of a Swift floating-point description such as `-1.25e-07`, without leading and trailing zeros, and where the
/// decimal point belongs: the number is `0.digits × 10^point`.
private struct ShortestDigits {
    private(set) var isNegative = false
    private(set) var count = 0
    private(set) var point = 0

    init(_ description: String, into digits: UnsafeMutableBufferPointer<UInt8>) {
        var isFraction = false
        var isExponent = false
        var exponent = 0
        var exponentSign = 1
        for byte in description.utf8 {
            switch byte {
            case JSONByte.minus where isExponent: exponentSign = -1
            case JSONByte.minus: isNegative = true
            case JSONByte.plus: break
            case JSONByte.point: isFraction = true
            case UInt8(ascii: "e"): isExponent = true
            case JSONByte.zero...JSONByte.nine where isExponent: exponent = exponent * 10 + Int(byte - JSONByte.zero)
            case JSONByte.zero where count == 0: point -= isFraction ? 1 : 0
            default:
                digits[count] = byte
                count += 1
                point += isFraction ? 0 : 1
            }
        }
        point += exponentSign * exponent
        while count > 1, digits[count - 1] == JSONByte.zero { count -= 1 }
    }
}
