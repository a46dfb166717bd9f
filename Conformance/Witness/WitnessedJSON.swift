// Owns JSON values as json-c understands them: compared by meaning, as JavaScript would.

/// A JSON value. Two values are equal when they mean the same: `1`, `1.0` and `1e0` are; the order of keys does not
/// matter.
public indirect enum WitnessedJSON: Hashable, Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// An integer of 64 bits, or a whole number that a double holds exactly.
    case integer(Int64)
    /// An integer above the signed range.
    case unsigned(UInt64)
    /// Any other number.
    case double(Double)
    /// A text, as UTF-8.
    case string(Bytes)
    /// A list.
    case array([WitnessedJSON])
    /// Members by key; of equal keys the last counts.
    case object([Bytes: WitnessedJSON])

    /// A number, an integer where it is whole and exact.
    public init(_ number: Double) {
        let exact = number.magnitude <= 9_007_199_254_740_992 && number == number.rounded()
        self = exact ? .integer(Int64(number)) : .double(number)
    }

    /// The member of this key; `nil` when this is no object or has no such member.
    public subscript(key: Bytes) -> WitnessedJSON? {
        guard case .object(let members) = self else { return nil }
        return members[key]
    }

    /// The element at this index; `nil` when this is no array or is shorter.
    public subscript(index: Int) -> WitnessedJSON? {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
        return elements[index]
    }
}

extension WitnessedJSON: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// `null`.
    public init(nilLiteral: ()) { self = .null }

    /// `true` or `false`.
    public init(booleanLiteral value: Bool) { self = .bool(value) }

    /// An integer.
    public init(integerLiteral value: Int64) { self = .integer(value) }

    /// A number.
    public init(floatLiteral value: Double) { self.init(value) }

    /// A text.
    public init(stringLiteral value: String) { self = .string(Bytes(value)) }

    /// A list.
    public init(arrayLiteral elements: WitnessedJSON...) { self = .array(elements) }

    /// An object.
    public init(dictionaryLiteral members: (Bytes, WitnessedJSON)...) {
        self = .object(Dictionary(members) { _, last in last })
    }
}
