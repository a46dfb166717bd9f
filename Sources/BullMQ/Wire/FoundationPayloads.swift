// Owns: the JSON forms of Foundation's value types, and with them the library's only contact with Foundation. The forms are
// those a JavaScript program would read and write: dates as `Date.prototype.toJSON` writes them, binary data as Base64.

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension PayloadEncoderNode {
    /// Writes the value if it is a `Date`, `Data`, `URL` or `Decimal`.
    func encodeFoundationType<T: Encodable>(_ value: T) throws -> Bool {
        if let date = exactly(value, as: Date.self) {
            guard let timestamp = ISO8601Timestamp(secondsSince1970: date.timeIntervalSince1970) else {
                // Not the date itself: printing the error would print it, and Foundation traps on dates so far away.
                throw UnencodableValue(
                    value: date.timeIntervalSince1970,
                    reason: "The date is beyond the 100,000,000 days around 1970 JavaScript knows.")
            }
            timestamp.write(to: &writer)
        } else if let url = exactly(value, as: URL.self) {
            writer.append(string: url.absoluteString)
        } else if let data = exactly(value, as: Data.self) {
            writer.append(string: data.base64EncodedString())
        } else if let decimal = exactly(value, as: Decimal.self) {
            guard !decimal.isNaN else { throw UnencodableValue.notFinite(decimal) }
            writer.bytes.append(contentsOf: decimal.description.utf8)
        } else {
            return false
        }
        return true
    }
}

extension PayloadDecoderNode {
    /// Reads the value if a `Date`, `Data`, `URL` or `Decimal` is wanted.
    static func decodeFoundationType<T: Decodable>(_ type: T.Type, from value: JSONValue) throws(PayloadMismatch) -> T?
    {
        if type == Date.self {
            exactly(try date(from: value), as: type)
        } else if type == Data.self {
            exactly(try data(from: value), as: type)
        } else if type == URL.self {
            exactly(try url(from: value), as: type)
        } else if type == Decimal.self {
            exactly(try decimal(from: value), as: type)
        } else {
            nil
        }
    }

    private static func date(from value: JSONValue) throws(PayloadMismatch) -> Date {
        if let milliseconds = value.doubleValue { return Date(timeIntervalSince1970: milliseconds / 1000) }
        guard case .string(let text) = value else {
            throw .type("a date as text or in milliseconds since 1970", found: value)
        }
        guard let timestamp = ISO8601Timestamp(parsing: text) else {
            throw .corrupted("The text is not an ISO 8601 date such as 2026-01-02T03:04:05.678Z.")
        }
        return Date(timeIntervalSince1970: timestamp.secondsSince1970)
    }

    private static func data(from value: JSONValue) throws(PayloadMismatch) -> Data {
        guard case .string(let text) = value else { throw .type("binary data as Base64 text", found: value) }
        guard let data = Data(base64Encoded: text) else { throw .corrupted("The text is not Base64.") }
        return data
    }

    private static func url(from value: JSONValue) throws(PayloadMismatch) -> URL {
        guard case .string(let text) = value else { throw .type("a URL as text", found: value) }
        guard let url = URL(string: text) else { throw .corrupted("The text is not a URL.") }
        return url
    }

    /// Numbers with more digits than a `Double` holds have lost them when the text was parsed.
    private static func decimal(from value: JSONValue) throws(PayloadMismatch) -> Decimal {
        switch value {
        case .integer(let integer): return Decimal(integer)
        case .number(let double):
            guard let decimal = Decimal(string: double.description) else {
                throw .corrupted("The number does not fit Decimal.")
            }
            return decimal
        default: throw .type("a number", found: value)
        }
    }
}
