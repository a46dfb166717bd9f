// Owns: `JSONValue`, the tree form of a JSON document. The rule it keeps: two values are equal exactly when a JavaScript
// reader could not tell them apart, except that the order of an object's members does not count.

/// Any JSON value, with the order of object members kept.
///
/// Reading and writing follow JavaScript: `JSONValue(parsing:)` accepts what `JSON.parse` accepts (to a nesting depth of
/// ``maximumDepth``) and ``serialized()`` writes what `JSON.stringify` would write of the same value.
///
/// ```swift
/// let value: JSONValue = ["file": "a.jpg", "width": 640, "tags": ["x", nil]]
/// value["width"]?.intValue       // 640
/// value.serialized()             // {"file":"a.jpg","width":640,"tags":["x",null]}
/// ```
///
/// **Numbers.** A literal without fraction and exponent that fits `Int64` is read as ``integer(_:)`` and written back digit
/// for digit, also beyond 2^53 where a JavaScript reader would round it. Every other number is a ``number(_:)``. The two
/// cases compare by numeric value: `.integer(5) == .number(5.0)`.
///
/// **Strings** compare by code point, not by Swift's canonical equivalence, because that is what every other reader of the
/// same Redis keys does.
///
/// **Lone surrogates.** JSON text may hold an escape such as `\ud83d` without its other half, which no Swift `String` can
/// hold. It is read as the noncharacter U+FDD0 (reserved by Unicode for internal use) followed by the surrogate's number plus
/// 0x800 (U+E000…U+E7FF), and such a pair is written back as the escape. Text that really contains U+FDD0 before one of
/// these private-use characters is the one input that does not survive a round trip.
public enum JSONValue: Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number written without fraction or exponent that fits 64 bits.
    case integer(Int64)
    /// Every other number. Non-finite values are written as `null`, as JavaScript does, and negative zero as `0`.
    case number(Double)
    /// A string.
    case string(String)
    /// An array.
    case array([JSONValue])
    /// An object, its members in order.
    case object(JSONObject)

    /// How deeply arrays and objects may nest in a parsed text: 512 levels.
    public static let maximumDepth = 512

    /// The number as a value: ``integer(_:)`` where it fits, the nearest ``number(_:)`` otherwise.
    ///
    /// - Parameter integer: The number.
    public init(_ integer: some BinaryInteger) {
        if let exact = Int64(exactly: integer) {
            self = .integer(exact)
        } else {
            self = .number(Double(integer))
        }
    }
}

extension JSONValue: Hashable {
    /// Whether both sides are the same JSON value: numbers by value, strings by code point, objects in any order.
    public static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.integer(let a), .integer(let b)): a == b
        case (.number(let a), .number(let b)): a == b || (a.isNaN && b.isNaN)
        case (.integer(let a), .number(let b)), (.number(let b), .integer(let a)): Double(exactly: a) == b
        case (.string(let a), .string(let b)): a.hasSameBytes(as: b)
        case (.array(let a), .array(let b)): a == b
        case (.object(let a), .object(let b)): a == b
        default: false
        }
    }

    /// Feeds the value to a hasher, consistently with `==`.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0 as UInt8)
        case .bool(let bool): hasher.combine(bool)
        case .integer(let integer):
            if let double = Double(exactly: integer) {
                hasher.combine(double)
            } else {
                hasher.combine(integer)
            }
        case .number(let double): hasher.combine(double.isNaN ? .nan : double)
        case .string(let string): string.hashBytes(into: &hasher)
        case .array(let elements): hasher.combine(elements)
        case .object(let object): hasher.combine(object)
        }
    }
}

extension JSONValue: CustomStringConvertible {
    /// The JSON text.
    public var description: String { serialized() }
}
