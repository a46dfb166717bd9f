// Owns: the proof that numbers are written as ECMAScript's Number::toString writes them.

import Testing

@testable import BullMQ

@Suite("Numbers in JSON text")
struct JSONNumberFormatTests {
    @Test(
        "are written as JavaScript writes them",
        arguments: [
            (0.0, "0"), (-0.0, "0"), (1, "1"), (-1, "-1"), (100, "100"), (0.1, "0.1"), (-0.5, "-0.5"), (1.5, "1.5"),
            (123.456, "123.456"), (0.001, "0.001"), (0.000001, "0.000001"), (0.0000012, "0.0000012"),
            (0.00000123, "0.00000123"), (0.000000123, "1.23e-7"), (1e-7, "1e-7"), (1.5e-7, "1.5e-7"),
            (-1e-7, "-1e-7"), (1e-10, "1e-10"), (.leastNonzeroMagnitude, "5e-324"),
            (2.2250738585072014e-308, "2.2250738585072014e-308"),
            (1.7976931348623157e308, "1.7976931348623157e+308"),
            (-1.7976931348623157e308, "-1.7976931348623157e+308"),
            (9_007_199_254_740_991, "9007199254740991"), (9_007_199_254_740_992, "9007199254740992"),
            (9_007_199_254_740_994, "9007199254740994"), (1_152_921_504_606_846_976, "1152921504606847000"),
            (9_223_372_036_854_775_808, "9223372036854776000"), (-9_223_372_036_854_775_808, "-9223372036854776000"),
            (18_446_744_073_709_551_616, "18446744073709552000"),
            (123_456_789_012_345_683_968, "123456789012345680000"),
            (100_000_000_000_000_000_000, "100000000000000000000"), (1e20, "100000000000000000000"), (1e21, "1e+21"),
            (999_999_999_999_999_868_928, "999999999999999900000"), (1.5e21, "1.5e+21"), (1e22, "1e+22"),
            (1.2345678901234567e25, "1.2345678901234566e+25"), (1e100, "1e+100"), (1e300, "1e+300"),
            (0.1 + 0.2, "0.30000000000000004"), (1.0 / 3.0, "0.3333333333333333"), (2.0 / 3.0, "0.6666666666666666"),
            (4.35, "4.35"), (1_700_000_000_000.5, "1700000000000.5"), (12345678901234.567, "12345678901234.566"),
            (2251799813685248.5, "2251799813685248.5"), (1e-6, "0.000001"), (9.5e-7, "9.5e-7"),
            (1_767_323_045_678, "1767323045678"), (2e16, "20000000000000000"), (1.8e16, "18000000000000000"),
            (123e-20, "1.23e-18"), (25e-1, "2.5"), (.pi, "3.141592653589793"),
        ] as [(Double, String)])
    func layout(number: Double, text: String) {
        #expect(JSONValue.number(number).serialized() == text)
    }

    @Test("that are not finite are written as null", arguments: [Double.nan, .infinity, -.infinity])
    func notFinite(number: Double) {
        #expect(JSONValue.number(number).serialized() == "null")
    }

    @Test(
        "of 64 bits keep all digits",
        arguments: [
            (0, "0"), (9, "9"), (10, "10"), (-10, "-10"), (9_007_199_254_740_993, "9007199254740993"),
            (.max, "9223372036854775807"), (.min, "-9223372036854775808"),
        ] as [(Int64, String)])
    func integers(number: Int64, text: String) {
        #expect(JSONValue.integer(number).serialized() == text)
    }

    @Test("of single precision are written with the digits of single precision")
    func singlePrecision() throws {
        let numbers: [Float] = [0.1, 1e21, 1e-7, -0.0, 16_777_216, 3.4028235e38]
        #expect(try encoded(numbers) == "[0.1,1e+21,1e-7,0,16777216,3.4028235e+38]")
    }

    @Test("read back as the same number, whatever the bits")
    func roundTrip() throws {
        var random = SeededRandom(seed: 1)
        for _ in 0..<20_000 {
            let number = Double(bitPattern: random.next())
            guard number.isFinite else { continue }
            let text = JSONValue.number(number).serialized()
            let read = try #require(try JSONValue(parsing: text).doubleValue)
            if read != number { Issue.record("\(number) was written as \(text) and read as \(read)") }
        }
    }

    @Test("of short decimal form are read exactly")
    func shortDecimals() throws {
        var random = SeededRandom(seed: 2)
        for _ in 0..<20_000 {
            let digits = Int.random(in: 0...999_999_999_999, using: &random)
            let exponent = Int.random(in: -30...30, using: &random)
            let text = "\(digits)e\(exponent)"
            let read = try JSONValue(parsing: text).doubleValue
            if read != Double(text) { Issue.record("\(text) was read as \(String(describing: read))") }
        }
    }
}
