// Owns: the grammar of RFC 8259, once, for every use of it. What becomes of the values is the `Output`'s business: a tree
// (`JSONTree`) or nothing at all (`JSONValidity`). Each byte is looked at a bounded number of times.

/// What a parse makes of the values it meets.
protocol JSONParserOutput {
    associatedtype Value
    associatedtype Array
    associatedtype Object
    associatedtype Key

    static var null: Value { get }
    static func bool(_ bool: Bool) -> Value
    static func number(_ literal: JSONNumberLiteral) -> Value
    /// - Parameter bytes: What stands between the quotes: valid UTF-8 with valid escapes.
    static func string(_ bytes: UnsafeBufferPointer<UInt8>, hasEscapes: Bool) -> Value
    static func key(_ bytes: UnsafeBufferPointer<UInt8>, hasEscapes: Bool) -> Key
    static var emptyArray: Array { get }
    static func append(_ value: Value, to array: inout Array)
    static func array(_ array: Array) -> Value
    static var emptyObject: Object { get }
    static func set(_ key: Key, to value: Value, in object: inout Object)
    static func object(_ object: Object) -> Value
}

/// A strict recursive-descent parser over bytes in memory.
struct JSONParser<Output: JSONParserOutput> {
    let input: UnsafeBufferPointer<UInt8>
    var position = 0

    /// Parses a whole document.
    static func parse(_ input: UnsafeBufferPointer<UInt8>) -> Result<Output.Value, JSONError> {
        var parser = JSONParser(input: input)
        do throws(JSONError) {
            let value = try parser.parseValue(depth: 0)
            parser.skipWhitespace()
            guard parser.position == input.count else {
                throw JSONError(
                    .trailingBytes, at: parser.position, expected: "the end of the text", found: parser.peek)
            }
            return .success(value)
        } catch {
            return .failure(error)
        }
    }

    /// The next byte, or `nil` at the end.
    @inline(__always)
    var peek: UInt8? { position < input.count ? input[position] : nil }

    /// The error for a byte, or an end, that does not fit here.
    func unexpected(expected: String) -> JSONError {
        JSONError(peek == nil ? .unexpectedEnd : .unexpectedByte, at: position, expected: expected, found: peek)
    }

    @inline(__always)
    private mutating func skipWhitespace() {
        while position < input.count {
            switch input[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position &+= 1
            default: return
            }
        }
    }

    private mutating func parseValue(depth: Int) throws(JSONError) -> Output.Value {
        skipWhitespace()
        switch peek {
        case JSONByte.quote:
            let (bytes, hasEscapes) = try parseString()
            return Output.string(bytes, hasEscapes: hasEscapes)
        case JSONByte.openBrace: return try parseObject(depth: depth)
        case JSONByte.openBracket: return try parseArray(depth: depth)
        case JSONByte.minus, .some(JSONByte.zero...JSONByte.nine): return Output.number(try parseNumber())
        case UInt8(ascii: "t"):
            try parseWord("true")
            return Output.bool(true)
        case UInt8(ascii: "f"):
            try parseWord("false")
            return Output.bool(false)
        case UInt8(ascii: "n"):
            try parseWord("null")
            return Output.null
        default: throw unexpected(expected: "a value")
        }
    }

    private mutating func parseWord(_ word: StaticString) throws(JSONError) {
        for index in 0..<word.utf8CodeUnitCount {
            guard peek == word.utf8Start[index] else { throw unexpected(expected: "'\(word)'") }
            position &+= 1
        }
    }

    private mutating func parseArray(depth: Int) throws(JSONError) -> Output.Value {
        try enter(depth)
        var array = Output.emptyArray
        skipWhitespace()
        if peek == JSONByte.closeBracket {
            position &+= 1
            return Output.array(array)
        }
        while true {
            Output.append(try parseValue(depth: depth &+ 1), to: &array)
            skipWhitespace()
            switch peek {
            case JSONByte.comma: position &+= 1
            case JSONByte.closeBracket:
                position &+= 1
                return Output.array(array)
            default: throw unexpected(expected: "',' or ']'")
            }
        }
    }

    private mutating func parseObject(depth: Int) throws(JSONError) -> Output.Value {
        try enter(depth)
        var object = Output.emptyObject
        skipWhitespace()
        if peek == JSONByte.closeBrace {
            position &+= 1
            return Output.object(object)
        }
        while true {
            skipWhitespace()
            guard peek == JSONByte.quote else { throw unexpected(expected: "a member name in quotes") }
            let (bytes, hasEscapes) = try parseString()
            skipWhitespace()
            guard peek == JSONByte.colon else { throw unexpected(expected: "':'") }
            position &+= 1
            let value = try parseValue(depth: depth &+ 1)
            Output.set(Output.key(bytes, hasEscapes: hasEscapes), to: value, in: &object)
            skipWhitespace()
            switch peek {
            case JSONByte.comma: position &+= 1
            case JSONByte.closeBrace:
                position &+= 1
                return Output.object(object)
            default: throw unexpected(expected: "',' or '}'")
            }
        }
    }

    /// Steps over an opening bracket, unless that is one level too many.
    private mutating func enter(_ depth: Int) throws(JSONError) {
        guard depth < JSONValue.maximumDepth else {
            throw JSONError(
                .nestingTooDeep, at: position, expected: "at most \(JSONValue.maximumDepth) levels of nesting",
                found: peek)
        }
        position &+= 1
    }
}
