public import NIOCore

/// One reply of a Redis server, in RESP2 or RESP3.
///
/// Byte strings are `ByteBuffer` slices of what was read from the socket: convert or copy what you keep for long, since a
/// slice keeps its whole read buffer alive.
public enum RESPValue: Sendable, Hashable {
    /// The null of any flavour: RESP2 null bulk string and null array, RESP3 null.
    case null
    /// A status such as `OK`.
    case simpleString(ByteBuffer)
    /// A byte string; RESP3 verbatim strings arrive here without their three-letter format.
    case bulkString(ByteBuffer)
    /// A signed 64-bit integer.
    case integer(Int64)
    /// An error reply, text as the server sent it (first word = error code).
    case error(RESPErrorReply)
    /// An ordered list of replies.
    case array([RESPValue])
    /// A RESP3 floating-point number.
    case double(Double)
    /// A RESP3 boolean.
    case boolean(Bool)
    /// A RESP3 integer beyond 64 bits, as its decimal text.
    case bigNumber(ByteBuffer)
    /// A RESP3 map: keys and values alternate, in the server's order.
    case map([RESPValue])
    /// A RESP3 set, in the server's order.
    case set([RESPValue])
    /// A RESP3 out-of-band message.
    case push([RESPValue])
}

/// An error reply of the server, such as `WRONGTYPE Operation against a key holding the wrong kind of value`.
public struct RESPErrorReply: Error, Sendable, Hashable, CustomStringConvertible {
    /// The complete text of the reply.
    public let message: String

    /// Creates an error reply from its complete text.
    public init(message: String) {
        self.message = message
    }

    /// The first word of the text, by convention the machine-readable part (`NOSCRIPT`, `WRONGPASS`, `ERR`...).
    public var code: Substring {
        message.prefix { $0 != " " }
    }

    /// The complete text of the reply.
    public var description: String { message }
}

extension RESPValue {
    /// The text of a bulk, simple or big-number string; nil for every other reply. Invalid UTF-8 is repaired.
    public var string: String? {
        switch self {
        case .bulkString(let buffer), .simpleString(let buffer), .bigNumber(let buffer):
            buffer.withUnsafeReadableBytes { String(decoding: $0, as: UTF8.self) }
        default:
            nil
        }
    }

    /// The bytes of a bulk or simple string; nil for every other reply.
    public var bytes: ByteBuffer? {
        switch self {
        case .bulkString(let buffer), .simpleString(let buffer): buffer
        default: nil
        }
    }

    /// The number of an integer reply, or of a string or double that is an integer in decimal; nil otherwise.
    public var integer: Int64? {
        switch self {
        case .integer(let value): value
        case .bulkString, .simpleString: string.flatMap { Int64($0) }
        case .double(let value): Int64(exactly: value)
        default: nil
        }
    }

    /// The elements of an array, set or push, or the alternating keys and values of a map; nil otherwise.
    public var array: [RESPValue]? {
        switch self {
        case .array(let elements), .set(let elements), .push(let elements), .map(let elements): elements
        default: nil
        }
    }

    /// Whether this is the null reply.
    public var isNull: Bool { self == .null }
}
