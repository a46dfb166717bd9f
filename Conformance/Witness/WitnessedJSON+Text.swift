// Owns writing JSON for the peers, and plain access to values.

extension WitnessedJSON {
    /// A text that is not known when the program is written.
    public static func text(_ text: String) -> WitnessedJSON { .string(Bytes(text)) }

    /// A number that is not known when the program is written.
    public static func number(_ number: Int) -> WitnessedJSON { .integer(Int64(number)) }

    /// The text of a string; `nil` when this is none.
    public var string: String? {
        guard case .string(let bytes) = self else { return nil }
        return bytes.text
    }

    /// The integer; `nil` when this is none.
    public var integer: Int? {
        guard case .integer(let value) = self else { return nil }
        return Int(value)
    }

    /// The elements of an array; `nil` when this is none.
    public var elements: [WitnessedJSON]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// The value as compact JSON, keys in order.
    public var text: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .unsigned(let value): "\(value)"
        case .double(let value): "\(value)"
        case .string(let bytes): Self.quoted(bytes.text)
        case .array(let elements): "[\(elements.map(\.text).joined(separator: ","))]"
        case .object(let members):
            "{\(members.sorted { $0.key < $1.key }.map { "\(Self.quoted($0.key.text)):\($0.value.text)" }.joined(separator: ","))}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\u{0}"..."\u{1f}":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

extension WitnessedJSON: CustomStringConvertible {
    /// The value as compact JSON.
    public var description: String { text }
}
