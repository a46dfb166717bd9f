// Values on their way into and out of columns. Owns: what SQLite keeps for each type of field, and what is answered.

import FoundationEssentials
import GRDB

enum ColumnValue {
    /// What the column keeps for a value of a request.
    ///
    /// - Throws: ``StandInError`` if the value does not fit the field.
    static func stored(_ value: JSONValue, _ field: Field, collection: String) throws -> DatabaseValue {
        if value.isNull { return .null }
        switch field.type {
        case .boolean:
            guard let flag = value.bool else { throw outOfRange(field, collection) }
            return flag.databaseValue
        case .integer, .bigInteger:
            guard let number = value.int else { throw outOfRange(field, collection) }
            return number.databaseValue
        case .decimal, .float:
            switch value {
            case .int(let number): return Double(number).databaseValue
            case .double(let number): return number.databaseValue
            case .string(let text):
                guard let number = Double(text), number.isFinite else { throw outOfRange(field, collection) }
                return number.databaseValue
            default: throw outOfRange(field, collection)
            }
        case .json:
            // A text that is JSON already is kept as what it says, since multipart forms know only texts.
            if case .string(let text) = value, let parsed = JSONValue(text: text) { return parsed.text.databaseValue }
            return value.text.databaseValue
        case .csv:
            if case .array(let values) = value {
                return values.compactMap(\.keyText).joined(separator: ",").databaseValue
            }
            return try text(of: value, field, collection).databaseValue
        case .timestamp, .dateTime, .date:
            guard let text = value.string, let date = Timestamp.parse(text) else { throw outOfRange(field, collection) }
            return instant(date, field.type).databaseValue
        case .uuid:
            guard let text = value.string, let id = UUID(uuidString: text) else { throw outOfRange(field, collection) }
            return id.uuidString.lowercased().databaseValue
        default:
            let text = try text(of: value, field, collection)
            if let limit = field.maximumLength, text.unicodeScalars.count > limit {
                throw StandInError.constraint("VALUE_TOO_LONG", collection: collection, field: field.name)
            }
            return text.databaseValue
        }
    }

    /// What is answered for what the column keeps.
    static func answered(_ stored: DatabaseValue, _ field: Field, bigNumbersAsText: Bool) -> JSONValue {
        if stored.isNull { return .null }
        switch field.type {
        case .boolean: return .bool(Int.fromDatabaseValue(stored) != 0)
        case .integer: return Int.fromDatabaseValue(stored).map { .int($0) } ?? .null
        case .bigInteger:
            return Int.fromDatabaseValue(stored).map { bigNumbersAsText ? .string(String($0)) : .int($0) } ?? .null
        case .float: return Double.fromDatabaseValue(stored).map(number) ?? .null
        case .decimal:
            return Double.fromDatabaseValue(stored).map { bigNumbersAsText ? .string(number($0).text) : number($0) }
                ?? .null
        case .json: return String.fromDatabaseValue(stored).flatMap { JSONValue(text: $0) } ?? .null
        case .csv:
            let text = String.fromDatabaseValue(stored) ?? ""
            return .array(text.split(separator: ",").map { .string(String($0)) })
        default: return .string(String.fromDatabaseValue(stored) ?? "")
        }
    }

    /// A number, whole if it is.
    static func number(_ value: Double) -> JSONValue {
        if let whole = Int(exactly: value) { .int(whole) } else { .double(value) }
    }

    /// The spelling of an instant in a column of that type.
    static func instant(_ date: Date, _ type: FieldType) -> String {
        switch type {
        case .dateTime: Timestamp.local(date)
        case .date: Timestamp.day(date)
        default: Timestamp.instant(date)
        }
    }

    private static func text(of value: JSONValue, _ field: Field, _ collection: String) throws -> String {
        switch value {
        case .string(let text): text
        case .int, .double, .bool: value.text
        default: throw StandInError.invalidPayload("Field \"\(field.name)\" of \"\(collection)\" needs a text")
        }
    }

    private static func outOfRange(_ field: Field, _ collection: String) -> StandInError {
        .constraint("VALUE_OUT_OF_RANGE", collection: collection, field: field.name)
    }
}
