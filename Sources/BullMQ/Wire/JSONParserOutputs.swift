// Owns: the two things a parse can produce: a `JSONValue`, or just the knowledge that the text is JSON.

/// Builds a ``JSONValue``.
enum JSONTree: JSONParserOutput {
    static var null: JSONValue { .null }
    static var emptyArray: [JSONValue] { [] }
    static var emptyObject: JSONObject { JSONObject() }

    static func bool(_ bool: Bool) -> JSONValue { .bool(bool) }

    static func number(_ literal: JSONNumberLiteral) -> JSONValue { literal.value }

    static func string(_ bytes: UnsafeBufferPointer<UInt8>, hasEscapes: Bool) -> JSONValue {
        .string(key(bytes, hasEscapes: hasEscapes))
    }

    static func key(_ bytes: UnsafeBufferPointer<UInt8>, hasEscapes: Bool) -> String {
        hasEscapes ? JSONEscapes.resolve(bytes) : String(decoding: bytes, as: UTF8.self)
    }

    static func append(_ value: JSONValue, to array: inout [JSONValue]) {
        if array.isEmpty { array.reserveCapacity(4) }
        array.append(value)
    }

    static func array(_ array: [JSONValue]) -> JSONValue { .array(array) }

    static func set(_ key: String, to value: JSONValue, in object: inout JSONObject) {
        object.set(key, to: value)
    }

    static func object(_ object: JSONObject) -> JSONValue { .object(object) }
}

/// Builds nothing: a parse with this output only validates, without allocating.
enum JSONValidity: JSONParserOutput {
    static var null: Void { () }
    static var emptyArray: Void { () }
    static var emptyObject: Void { () }

    static func bool(_ bool: Bool) {}
    static func number(_ literal: JSONNumberLiteral) {}
    static func string(_ bytes: UnsafeBufferPointer<UInt8>, hasEscapes: Bool) {}
    static func key(_ bytes: UnsafeBufferPointer<UInt8>, hasEscapes: Bool) {}
    static func append(_ value: Void, to array: inout Void) {}
    static func array(_ array: Void) {}
    static func set(_ key: Void, to value: Void, in object: inout Void) {}
    static func object(_ object: Void) {}
}
