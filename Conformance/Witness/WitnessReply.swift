// Owns the replies of Redis as hiredis reads them (RESP2), turned into Swift values.

import CHiredis

/// A reply of Redis.
public indirect enum WitnessReply: Hashable, Sendable {
    /// Nothing: a null string or a null array.
    case null
    /// A number.
    case integer(Int)
    /// A short state word, such as `OK`.
    case status(String)
    /// A byte string.
    case string(Bytes)
    /// An error, with its text.
    case error(String)
    /// Several replies.
    case array([WitnessReply])

    init(_ reply: redisReply) {
        switch reply.type {
        case REDIS_REPLY_INTEGER: self = .integer(Int(reply.integer))
        case REDIS_REPLY_STATUS: self = .status(Self.bytes(reply).text)
        case REDIS_REPLY_STRING: self = .string(Self.bytes(reply))
        case REDIS_REPLY_ERROR: self = .error(Self.bytes(reply).text)
        case REDIS_REPLY_ARRAY:
            self = .array((0..<reply.elements).compactMap { reply.element?[$0].map { WitnessReply($0.pointee) } })
        default: self = .null
        }
    }

    private static func bytes(_ reply: redisReply) -> Bytes {
        guard let start = reply.str else { return Bytes([]) }
        return Bytes(UnsafeRawBufferPointer(start: start, count: reply.len))
    }

    /// The number.
    ///
    /// - Throws: ``WitnessError`` when it is none.
    public var number: Int {
        get throws {
            guard case .integer(let value) = self else { throw unexpected("a number") }
            return value
        }
    }

    /// The byte string; `nil` for null.
    ///
    /// - Throws: ``WitnessError`` when it is neither.
    public var bytes: Bytes? {
        get throws {
            switch self {
            case .string(let value): return value
            case .status(let word): return Bytes(word)
            case .null: return nil
            default: throw unexpected("a string")
            }
        }
    }

    /// The text of the byte string; `nil` for null.
    ///
    /// - Throws: ``WitnessError`` when it is neither.
    public var text: String? { get throws { try bytes?.text } }

    /// The elements.
    ///
    /// - Throws: ``WitnessError`` when it is no array.
    public var elements: [WitnessReply] {
        get throws {
            guard case .array(let elements) = self else { throw unexpected("an array") }
            return elements
        }
    }

    /// The elements as byte strings.
    ///
    /// - Throws: ``WitnessError`` when it is no array of byte strings.
    public var strings: [Bytes] {
        get throws {
            try elements.map { element in
                guard let bytes = try element.bytes else { throw unexpected("an array of strings") }
                return bytes
            }
        }
    }

    private func unexpected(_ wanted: String) -> WitnessError {
        WitnessError(.unexpectedReply, "the reply is \(self), not \(wanted)")
    }
}

extension WitnessReply: CustomStringConvertible {
    /// The reply in one line.
    public var description: String {
        switch self {
        case .null: "null"
        case .integer(let value): "\(value)"
        case .status(let word): word
        case .string(let bytes): "\"\(bytes)\""
        case .error(let text): "error \"\(text)\""
        case .array(let elements): "[\(elements.map(\.description).joined(separator: ", "))]"
        }
    }
}
