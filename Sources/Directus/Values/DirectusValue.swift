// Any JSON value: what a row holds when its type is not known.

public import FoundationEssentials

/// A JSON value.
public enum DirectusValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([DirectusValue])
    case object([String: DirectusValue])

    /// Whether it is `null`.
    public var isNull: Bool { self == .null }
    /// The text, if it is one.
    public var string: String? { if case .string(let text) = self { text } else { nil } }
    /// The truth value, if it is one.
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    /// The members, if it is an object.
    public var object: [String: DirectusValue]? { if case .object(let members) = self { members } else { nil } }
    /// The elements, if it is an array.
    public var array: [DirectusValue]? { if case .array(let elements) = self { elements } else { nil } }

    /// The whole number, also when it comes as text: `bigInteger`, `decimal` and some counts do (Directus, section 5).
    public var integer: Int? {
        switch self {
        case .integer(let value): Int(value)
        case .number(let value): Int(exactly: value)
        case .string(let text): Int(text) ?? Double(text).flatMap { Int(exactly: $0) }
        default: nil
        }
    }

    /// The number, also when it comes as text.
    public var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        case .string(let text): Double(text)
        default: nil
        }
    }

    /// The key of a relation: the value itself, or `id` of the row that it was expanded to.
    public var key: String? {
        switch self {
        case .string(let text): text
        case .integer(let value): String(value)
        case .object(let row): row["id"]?.key
        default: nil
        }
    }

    /// The instant, if it is the text of one: `timestamp` columns have a zone, `dateTime` and `date` columns are read as
    /// UTC (Directus, section 5).
    public var date: Date? { string.flatMap(DirectusDate.parse) }

    /// The member of an object.
    public subscript(_ name: String) -> DirectusValue? { object?[name] }
}

extension DirectusValue: Codable {
    /// Reads any JSON.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(String.self) {
            // Most columns are texts, and each kind that is tried in vain costs an error.
            self = .string(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode([DirectusValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: DirectusValue].self))
        }
    }

    /// Writes the value.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }

    /// Its JSON text, members in the order of their names.
    ///
    /// - Throws: ``DirectusError/Code/invalidArgument`` for a number that JSON does not know (infinity, not a number).
    public func serialized() throws(DirectusError) -> String {
        String(decoding: try DirectusJSON.encode(self), as: UTF8.self)
    }
}

extension DirectusValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// The literal as JSON.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// The literal as JSON.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// The literal as JSON.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// The literal as JSON.
    public init(stringLiteral value: String) { self = .string(value) }
    /// The literal as JSON.
    public init(arrayLiteral elements: DirectusValue?...) { self = .array(elements.map { $0 ?? .null }) }
    /// An object; of a name that comes twice the last value counts.
    public init(dictionaryLiteral elements: (String, DirectusValue?)...) {
        self = .object(Dictionary(elements.map { ($0, $1 ?? .null) }) { _, last in last })
    }
}

/// What can stand in a filter or in a row.
public protocol DirectusValueConvertible: Sendable {
    /// It as JSON.
    var directusValue: DirectusValue { get }
}

extension DirectusValue: DirectusValueConvertible {
    /// It as JSON.
    public var directusValue: DirectusValue { self }
}

extension String: DirectusValueConvertible {
    /// It as JSON.
    public var directusValue: DirectusValue { .string(self) }
}

extension Int: DirectusValueConvertible {
    /// It as JSON.
    public var directusValue: DirectusValue { .integer(Int64(self)) }
}

extension Double: DirectusValueConvertible {
    /// It as JSON.
    public var directusValue: DirectusValue { .number(self) }
}

extension Bool: DirectusValueConvertible {
    /// It as JSON.
    public var directusValue: DirectusValue { .bool(self) }
}

extension Date: DirectusValueConvertible {
    /// ISO 8601 in UTC with milliseconds.
    public var directusValue: DirectusValue { .string(DirectusDate.text(self)) }
}

extension Optional: DirectusValueConvertible where Wrapped: DirectusValueConvertible {
    /// It as JSON.
    public var directusValue: DirectusValue { self?.directusValue ?? .null }
}
