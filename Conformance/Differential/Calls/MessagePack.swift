// Owns values as scripts take them packed: a writer of its own, so that no code under test packs what judges it.

public import Witness

/// A value that a script unpacks.
public indirect enum MessagePack: Hashable, Sendable {
    /// One entry of a map.
    public struct Entry: Hashable, Sendable {
        /// The key.
        public var key: String
        /// The value.
        public var value: MessagePack

        /// An entry.
        public init(_ key: String, _ value: MessagePack) {
            self.key = key
            self.value = value
        }
    }

    /// Nothing.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A whole number.
    case integer(Int)
    /// Any number, written as a double.
    case double(Double)
    /// A text of the `str` family.
    case string(Bytes)
    /// Bytes of the `bin` family, which the server refuses.
    case binary(Bytes)
    /// A list.
    case array([MessagePack])
    /// A map, in the order of its entries.
    case map([Entry])

    /// A text that is not a literal.
    public static func text(_ text: String) -> MessagePack { .string(Bytes(text)) }

    /// The packed form.
    public var packed: Bytes {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return Bytes(bytes)
    }

    /// The value of a key of a map; `nil` when there is none. Setting `nil` removes the entry, setting a value adds the
    /// entry at the end or replaces it where it is; on anything but a map it does nothing.
    public subscript(key: String) -> MessagePack? {
        get {
            guard case .map(let entries) = self else { return nil }
            return entries.last { $0.key == key }?.value
        }
        set {
            guard case .map(var entries) = self else { return }
            if let newValue {
                if let index = entries.firstIndex(where: { $0.key == key }) {
                    entries[index].value = newValue
                } else {
                    entries.append(Entry(key, newValue))
                }
            } else {
                entries.removeAll { $0.key == key }
            }
            self = .map(entries)
        }
    }

    /// This map with the entries of another, which win.
    public func merging(_ other: MessagePack) -> MessagePack {
        guard case .map(let entries) = other else { return self }
        var merged = self
        for entry in entries { merged[entry.key] = entry.value }
        return merged
    }
}

extension MessagePack {
    private func append(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes.append(0xc0)
        case .bool(let value): bytes.append(value ? 0xc3 : 0xc2)
        case .integer(let value): Self.append(value, to: &bytes)
        case .double(let value):
            bytes.append(0xcb)
            Self.append(value.bitPattern, to: &bytes)
        case .string(let text):
            Self.append(count: text.storage.count, short: (0xa0, 31), codes: (0xd9, 0xda, 0xdb), to: &bytes)
            bytes += text.storage
        case .binary(let data):
            Self.append(count: data.storage.count, short: nil, codes: (0xc4, 0xc5, 0xc6), to: &bytes)
            bytes += data.storage
        case .array(let elements):
            Self.append(count: elements.count, short: (0x90, 15), codes: (nil, 0xdc, 0xdd), to: &bytes)
            for element in elements { element.append(to: &bytes) }
        case .map(let entries):
            Self.append(count: entries.count, short: (0x80, 15), codes: (nil, 0xde, 0xdf), to: &bytes)
            for entry in entries {
                MessagePack.text(entry.key).append(to: &bytes)
                entry.value.append(to: &bytes)
            }
        }
    }

    private static func append(_ value: Int, to bytes: inout [UInt8]) {
        switch value {
        case 0...127: bytes.append(UInt8(value))
        case -32...(-1): bytes.append(UInt8(bitPattern: Int8(value)))
        case 128...255:
            bytes.append(0xcc)
            append(UInt8(value), to: &bytes)
        case 256...65_535:
            bytes.append(0xcd)
            append(UInt16(value), to: &bytes)
        case 65_536...4_294_967_295:
            bytes.append(0xce)
            append(UInt32(value), to: &bytes)
        default:
            bytes.append(0xd3)
            append(Int64(value), to: &bytes)
        }
    }

    private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.bigEndian) { bytes += $0 }
    }

    /// A length: in the type byte itself up to `short.most`, else after one of the codes for 8, 16 and 32 bits.
    private static func append(
        count: Int, short: (base: UInt8, most: Int)?, codes: (UInt8?, UInt8, UInt8), to bytes: inout [UInt8]
    ) {
        if let short, count <= short.most {
            bytes.append(short.base + UInt8(count))
        } else if let code = codes.0, count < 256 {
            bytes.append(code)
            append(UInt8(count), to: &bytes)
        } else if count < 65_536 {
            bytes.append(codes.1)
            append(UInt16(count), to: &bytes)
        } else {
            bytes.append(codes.2)
            append(UInt32(count), to: &bytes)
        }
    }
}

extension MessagePack: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    /// Nothing.
    public init(nilLiteral: ()) { self = .null }

    /// `true` or `false`.
    public init(booleanLiteral value: Bool) { self = .bool(value) }

    /// A whole number.
    public init(integerLiteral value: Int) { self = .integer(value) }

    /// A number.
    public init(floatLiteral value: Double) { self = .double(value) }

    /// A text.
    public init(stringLiteral value: String) { self = .text(value) }

    /// A list.
    public init(arrayLiteral elements: MessagePack...) { self = .array(elements) }

    /// A map, in this order.
    public init(dictionaryLiteral entries: (String, MessagePack)...) { self = .map(entries.map { Entry($0, $1) }) }
}

extension MessagePack: CustomStringConvertible {
    /// The value in a form like JSON.
    public var description: String {
        switch self {
        case .null: "nil"
        case .bool(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .double(let value): "\(value)"
        case .string(let text): "\"\(text)\""
        case .binary(let data): "bin\"\(data)\""
        case .array(let elements): "[\(elements.map(\.description).joined(separator: ", "))]"
        case .map(let entries): "{\(entries.map { "\($0.key): \($0.value)" }.joined(separator: ", "))}"
        }
    }
}
