// Owns: the proof that dates have JavaScript's textual form.

import Testing

@testable import BullMQ

@Suite("Dates as text")
struct ISO8601TimestampTests {
    @Test(
        "are written as Date.prototype.toISOString writes them",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (1_767_323_045.678, "2026-01-02T03:04:05.678Z"),
            (-0.001, "1969-12-31T23:59:59.999Z"), (951_782_400, "2000-02-29T00:00:00.000Z"),
            (951_868_800, "2000-03-01T00:00:00.000Z"), (-2_203_891_200, "1900-03-01T00:00:00.000Z"),
            (253_402_300_799.999, "9999-12-31T23:59:59.999Z"), (253_402_300_800, "+010000-01-01T00:00:00.000Z"),
            (-62_167_219_200, "0000-01-01T00:00:00.000Z"), (-62_167_219_200.001, "-000001-12-31T23:59:59.999Z"),
            (8_640_000_000_000, "+275760-09-13T00:00:00.000Z"), (-8_640_000_000_000, "-271821-04-20T00:00:00.000Z"),
        ] as [(Double, String)])
    func writing(seconds: Double, text: String) throws {
        var writer = JSONWriter()
        try #require(ISO8601Timestamp(secondsSince1970: seconds)).write(to: &writer)
        #expect(String(decoding: writer.bytes, as: UTF8.self) == "\"\(text)\"")
        let read = try #require(ISO8601Timestamp(parsing: text))
        #expect((read.secondsSince1970 * 1000).rounded() == (seconds * 1000).rounded())
    }

    @Test(
        "are read with and without fraction, with Z or an offset",
        arguments: [
            ("1970-01-01", 0), ("1970-01-02T00:00Z", 86_400), ("1970-01-01T00:00:01Z", 1),
            ("1970-01-01T00:00:01.5Z", 1.5),
            ("1970-01-01T02:00:00.250+02:00", 0.25), ("1969-12-31T19:30:00-04:30", 0), ("1970-01-01T24:00:00Z", 86_400),
            ("1970-01-01T00:00:00.1234567890123456789Z", 0.123456789012345),
        ] as [(String, Double)])
    func reading(text: String, seconds: Double) {
        #expect(ISO8601Timestamp(parsing: text)?.secondsSince1970 == seconds)
    }

    @Test(
        "are refused when malformed, impossible or without zone",
        arguments: [
            "", "1970", "1970-1-1", "1970-13-01", "1970-00-01", "1970-01-32", "1970-02-29", "1900-02-29", "1970-04-31",
            "1970-01-01T", "1970-01-01T00:00", "1970-01-01T00:00:00", "1970-01-01 00:00:00Z", "1970-01-01T25:00:00Z",
            "1970-01-01T00:60:00Z", "1970-01-01T00:00:60Z", "1970-01-01T00:00:00.Z", "1970-01-01T24:00:01Z",
            "1970-01-01T00:00:00Zx", "1970-01-01T00:00:00+0200", "1970-01-01T00:00:00+24:00", "+1970-01-01", "x",
            "+999999-01-01",
        ])
    func refusing(text: String) {
        #expect(ISO8601Timestamp(parsing: text) == nil)
    }

    @Test("round trip on every day of 800 years")
    func everyDay() throws {
        for day in stride(from: -146_097, to: 146_097, by: 1) {
            let seconds = Double(day) * 86_400 + 43_200.5
            var writer = JSONWriter()
            try #require(ISO8601Timestamp(secondsSince1970: seconds)).write(to: &writer)
            let text = String(decoding: writer.bytes.dropFirst().dropLast(), as: UTF8.self)
            guard ISO8601Timestamp(parsing: text)?.secondsSince1970 == seconds else {
                Issue.record("\(text) is not \(seconds)")
                return
            }
        }
    }
}
