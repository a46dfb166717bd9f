// Free-form parts of a result record: any JSON value.

/// A JSON value, for the parts of a report whose shape each operation decides.
public enum MediaValue: Codable, Sendable, Equatable {
    /// null.
    case null
    /// true or false.
    case boolean(Bool)
    /// A whole number.
    case integer(Int)
    /// Any other number; not a number and the infinities are written as null.
    case number(Double)
    /// A text.
    case text(String)
    /// A list.
    case list([MediaValue])
    /// An object.
    case object([String: MediaValue])

    /// Reads any JSON value.
    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let boolean = try? value.decode(Bool.self) {
            self = .boolean(boolean)
        } else if let integer = try? value.decode(Int.self) {
            self = .integer(integer)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else if let text = try? value.decode(String.self) {
            self = .text(text)
        } else if let list = try? value.decode([MediaValue].self) {
            self = .list(list)
        } else {
            self = .object(try value.decode([String: MediaValue].self))
        }
    }

    /// Writes the value.
    public func encode(to encoder: any Encoder) throws {
        var value = encoder.singleValueContainer()
        switch self {
        case .null: try value.encodeNil()
        case .boolean(let boolean): try value.encode(boolean)
        case .integer(let integer): try value.encode(integer)
        case .number(let number) where number.isFinite: try value.encode(number)
        case .number: try value.encodeNil()
        case .text(let text): try value.encode(text)
        case .list(let list): try value.encode(list)
        case .object(let object): try value.encode(object)
        }
    }

    /// The member `key` of an object.
    public subscript(key: String) -> MediaValue? {
        if case .object(let object) = self { object[key] } else { nil }
    }

    /// The whole number, if it is one.
    public var integerValue: Int? {
        if case .integer(let integer) = self { integer } else { nil }
    }

    /// The number, whole or not, if it is one.
    public var numberValue: Double? {
        switch self {
        case .integer(let integer): Double(integer)
        case .number(let number): number
        default: nil
        }
    }

    /// The text, if it is one.
    public var textValue: String? {
        if case .text(let text) = self { text } else { nil }
    }

    /// The list, if it is one.
    public var listValue: [MediaValue]? {
        if case .list(let list) = self { list } else { nil }
    }
}

extension MediaValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    /// A text.
    public init(stringLiteral value: String) { self = .text(value) }
    /// true or false.
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
    /// A whole number.
    public init(integerLiteral value: Int) { self = .integer(value) }
    /// A number.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// A list.
    public init(arrayLiteral elements: MediaValue...) { self = .list(elements) }
    /// An object; of equal keys the last counts.
    public init(dictionaryLiteral elements: (String, MediaValue)...) {
        self = .object(Dictionary(elements) { _, last in last })
    }
    /// null.
    public init(nilLiteral: ()) { self = .null }
}
