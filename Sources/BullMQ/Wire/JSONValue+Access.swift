// Owns: looking into a JSON value without a `switch`.

extension JSONValue {
    /// The member with this key, or `nil` if there is none or this is not an object.
    ///
    /// - Parameter key: The member's name, compared by code point.
    public subscript(key: String) -> JSONValue? { objectValue?[key] }

    /// The element at this position, or `nil` if there is none or this is not an array.
    ///
    /// - Parameter index: The position, from 0.
    public subscript(index: Int) -> JSONValue? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }

    /// Whether this is `null`.
    public var isNull: Bool {
        if case .null = self { true } else { false }
    }

    /// The boolean, or `nil` if this is something else.
    public var boolValue: Bool? {
        if case .bool(let bool) = self { bool } else { nil }
    }

    /// The number as an `Int`, or `nil` if this is not a number, has a fraction, or does not fit.
    public var intValue: Int? { exactInteger(Int.self) }

    /// The number as an `Int64`, or `nil` if this is not a number, has a fraction, or does not fit.
    public var int64Value: Int64? { exactInteger(Int64.self) }

    /// The number, or `nil` if this is something else. Integers beyond 2^53 are rounded.
    public var doubleValue: Double? {
        switch self {
        case .integer(let integer): Double(integer)
        case .number(let double): double
        default: nil
        }
    }

    /// The string, or `nil` if this is something else.
    public var stringValue: String? {
        if case .string(let string) = self { string } else { nil }
    }

    /// The elements, or `nil` if this is not an array.
    public var arrayValue: [JSONValue]? {
        if case .array(let elements) = self { elements } else { nil }
    }

    /// The members, or `nil` if this is not an object.
    public var objectValue: JSONObject? {
        if case .object(let object) = self { object } else { nil }
    }

    private func exactInteger<Integer: FixedWidthInteger>(_ type: Integer.Type) -> Integer? {
        switch self {
        case .integer(let integer): Integer(exactly: integer)
        case .number(let double): Integer(exactly: double)
        default: nil
        }
    }
}
