// Owns: reading MessagePack back, for tests only: what the writer may produce, and an error for everything else.

@testable import BullMQ

struct MessagePackReader {
    struct Failure: Error {
        let message: String
    }

    private var bytes: ArraySlice<UInt8>

    static func read(_ bytes: [UInt8]) throws -> JSONValue {
        var reader = MessagePackReader(bytes: bytes[...])
        let value = try reader.value()
        guard reader.bytes.isEmpty else { throw Failure(message: "\(reader.bytes.count) bytes are left") }
        return value
    }

    private mutating func value() throws -> JSONValue {
        let type = UInt8(try unsigned(bytes: 1))
        switch type {
        case 0x00...0x7F: return .integer(Int64(type))
        case 0x80...0x8F: return try map(count: Int(type & 0x0F))
        case 0x90...0x9F: return try array(count: Int(type & 0x0F))
        case 0xA0...0xBF: return .string(try string(count: Int(type & 0x1F)))
        case 0xC0: return .null
        case 0xC2: return .bool(false)
        case 0xC3: return .bool(true)
        case 0xCB: return .number(Double(bitPattern: try unsigned(bytes: 8)))
        case 0xCC...0xCF: return JSONValue(try unsigned(bytes: 1 << (type - 0xCC)))
        case 0xD0...0xD3: return .integer(try signed(bytes: 1 << (type - 0xD0)))
        case 0xD9...0xDB: return .string(try string(count: Int(try unsigned(bytes: 1 << (type - 0xD9)))))
        case 0xDC...0xDD: return try array(count: Int(try unsigned(bytes: 2 << (type - 0xDC))))
        case 0xDE...0xDF: return try map(count: Int(try unsigned(bytes: 2 << (type - 0xDE))))
        case 0xE0...0xFF: return .integer(Int64(Int8(bitPattern: type)))
        default: throw Failure(message: "type byte \(type)")
        }
    }

    private mutating func unsigned(bytes count: Int) throws -> UInt64 {
        try take(count).reduce(0) { $0 << 8 | UInt64($1) }
    }

    private mutating func signed(bytes count: Int) throws -> Int64 {
        let unused = 64 - count * 8
        return (Int64(bitPattern: try unsigned(bytes: count)) << unused) >> unused
    }

    private mutating func string(count: Int) throws -> String {
        guard let string = String(validating: try take(count), as: UTF8.self) else {
            throw Failure(message: "not UTF-8")
        }
        return string
    }

    private mutating func array(count: Int) throws -> JSONValue {
        var elements: [JSONValue] = []
        for _ in 0..<count { elements.append(try value()) }
        return .array(elements)
    }

    private mutating func map(count: Int) throws -> JSONValue {
        var object = JSONObject()
        for _ in 0..<count {
            guard case .string(let key) = try value() else { throw Failure(message: "a key is no string") }
            object[key] = try value()
        }
        return .object(object)
    }

    private mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
        guard bytes.count >= count else { throw Failure(message: "\(count) bytes wanted, \(bytes.count) left") }
        defer { bytes.removeFirst(count) }
        return bytes.prefix(count)
    }
}
