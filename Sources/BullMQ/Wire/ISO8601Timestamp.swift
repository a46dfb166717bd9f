// Owns: instants as text, in the form of JavaScript's `Date.prototype.toISOString` (ECMA-262, "Date Time String Format").

/// An instant that can be written as, or was read from, ISO 8601 text.
struct ISO8601Timestamp: Equatable {
    /// Seconds since 1970-01-01T00:00:00Z, without leap seconds.
    let secondsSince1970: Double

    /// An instant, if it is one JavaScript's `Date` can hold.
    init?(secondsSince1970: Double) {
        guard secondsSince1970.magnitude <= 8_640_000_000_000 else { return nil }
        self.secondsSince1970 = secondsSince1970
    }

    // MARK: Writing

    /// Writes the instant in quotes, in UTC with milliseconds. A year outside 0…9999 gets a sign and six digits.
    func write(to writer: inout JSONWriter) {
        let milliseconds = Int((secondsSince1970 * 1000).rounded())
        let (day, timeOfDay) = milliseconds.flooredDivision(by: 86_400_000)
        let date = CivilDate(daysSince1970: day)
        writer.append(byte: JSONByte.quote)
        if (0...9999).contains(date.year) {
            writer.append(date.year, digits: 4)
        } else {
            writer.append(byte: date.year < 0 ? JSONByte.minus : JSONByte.plus)
            writer.append(abs(date.year), digits: 6)
        }
        writer.append(byte: JSONByte.minus)
        writer.append(date.month, digits: 2)
        writer.append(byte: JSONByte.minus)
        writer.append(date.day, digits: 2)
        writer.append(byte: UInt8(ascii: "T"))
        writer.append(timeOfDay / 3_600_000, digits: 2)
        writer.append(byte: JSONByte.colon)
        writer.append(timeOfDay / 60_000 % 60, digits: 2)
        writer.append(byte: JSONByte.colon)
        writer.append(timeOfDay / 1000 % 60, digits: 2)
        writer.append(byte: JSONByte.point)
        writer.append(timeOfDay % 1000, digits: 3)
        writer.append(literal: "Z\"")
    }

    // MARK: Reading

    /// Reads `YYYY-MM-DD`, alone (midnight UTC) or followed by `THH:MM`, optionally `:SS` and a fraction, and then `Z` or an
    /// offset `±HH:MM`. A time without `Z` or offset is refused: JavaScript would take it as local time of whoever reads it.
    init?(parsing text: String) {
        let parsed: Double? = text.withUTF8Bytes { bytes in
            var cursor = Cursor(bytes: bytes)
            return cursor.parseTimestamp()
        }
        guard let parsed else { return nil }
        self.init(secondsSince1970: parsed)
    }

    private struct Cursor {
        let bytes: UnsafeBufferPointer<UInt8>
        var position = 0

        mutating func parseTimestamp() -> Double? {
            guard let date = parseDate() else { return nil }
            let midnight = Double(date.daysSince1970) * 86_400
            if position == bytes.count { return midnight }
            guard skip("T"), let seconds = parseTimeOfDay(), let offset = parseOffset(), position == bytes.count else {
                return nil
            }
            return midnight + seconds - offset
        }

        private mutating func parseDate() -> CivilDate? {
            let isNegative = peek == JSONByte.minus
            let isExtended = isNegative || peek == JSONByte.plus
            if isExtended { position += 1 }
            guard let year = number(digits: isExtended ? 6 : 4), skip("-"),
                let month = number(digits: 2), skip("-"), let day = number(digits: 2)
            else { return nil }
            return CivilDate(year: isNegative ? -year : year, month: month, day: day)
        }

        private mutating func parseTimeOfDay() -> Double? {
            guard let hour = number(digits: 2), skip(":"), let minute = number(digits: 2), hour <= 24, minute < 60
            else {
                return nil
            }
            var seconds = Double(hour * 3600 + minute * 60)
            if skip(":") {
                guard let second = number(digits: 2), second < 60 else { return nil }
                seconds += Double(second)
                if skip(".") {
                    guard let fraction = parseFraction() else { return nil }
                    seconds += fraction
                }
            }
            return seconds <= 86_400 ? seconds : nil
        }

        private mutating func parseFraction() -> Double? {
            let start = position
            var numerator = 0.0
            var denominator = 1.0
            while let byte = peek, (JSONByte.zero...JSONByte.nine).contains(byte) {
                if position - start < 15 {
                    numerator = numerator * 10 + Double(byte - JSONByte.zero)
                    denominator *= 10
                }
                position += 1
            }
            return position > start ? numerator / denominator : nil
        }

        /// The offset east of UTC in seconds.
        private mutating func parseOffset() -> Double? {
            if skip("Z") { return 0 }
            let isNegative = peek == JSONByte.minus
            guard isNegative || peek == JSONByte.plus else { return nil }
            position += 1
            guard let hours = number(digits: 2), skip(":"), let minutes = number(digits: 2), hours < 24, minutes < 60
            else {
                return nil
            }
            let seconds = Double(hours * 3600 + minutes * 60)
            return isNegative ? -seconds : seconds
        }

        private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

        private mutating func skip(_ scalar: UnicodeScalar) -> Bool {
            guard peek == UInt8(ascii: scalar) else { return false }
            position += 1
            return true
        }

        private mutating func number(digits: Int) -> Int? {
            var number = 0
            for _ in 0..<digits {
                guard let byte = peek, (JSONByte.zero...JSONByte.nine).contains(byte) else { return nil }
                number = number * 10 + Int(byte - JSONByte.zero)
                position += 1
            }
            return number
        }
    }
}

extension JSONWriter {
    /// Appends a number that is not negative with leading zeros.
    fileprivate mutating func append(_ number: Int, digits: Int) {
        var divisor = 1
        for _ in 1..<digits { divisor *= 10 }
        while divisor > 0 {
            append(byte: JSONByte.zero + UInt8(number / divisor % 10))
            divisor /= 10
        }
    }
}
