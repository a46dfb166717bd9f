// Owns an argument of a script: plain text, or a packed value that is still known as a value, so that it can be shown
// and simplified.

public import Witness

/// An argument of a script.
public enum Argument: Hashable, Sendable {
    /// Bytes as they are.
    case plain(Bytes)
    /// A packed value.
    case packed(MessagePack)

    /// A text that is not a literal.
    public static func text(_ text: String) -> Argument { .plain(Bytes(text)) }

    /// A number that is not a literal, in decimal.
    public static func number(_ number: Int) -> Argument { .plain(Bytes("\(number)")) }

    /// What is sent.
    public var bytes: Bytes {
        switch self {
        case .plain(let bytes): bytes
        case .packed(let value): value.packed
        }
    }
}

extension Argument: ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, CustomStringConvertible
{
    /// A text.
    public init(stringLiteral value: String) { self = .text(value) }

    /// A whole number, in decimal.
    public init(integerLiteral value: Int) { self = .number(value) }

    /// A number, in decimal.
    public init(floatLiteral value: Double) { self = .plain(Bytes("\(value)")) }

    /// The argument as text.
    public var description: String {
        switch self {
        case .plain(let bytes): "\"\(bytes)\""
        case .packed(let value): value.description
        }
    }
}
