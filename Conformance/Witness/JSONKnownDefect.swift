// Owns the list of what json-c 0.16 gets wrong even in strict mode, and how a text that touches it is recognised.
// A test holds each entry to the installed json-c, so that a repaired json-c shows up and its entry can go.

/// A defect of json-c that a reading of some text may suffer from.
public enum JSONKnownDefect: String, Hashable, Sendable, CaseIterable {
    /// `NaN` and `Infinity` are accepted.
    case nonNumberAccepted
    /// Keys in single quotes are accepted.
    case singleQuotesAccepted
    /// Numbers such as `1.` and `-01` are accepted.
    case sloppyNumberAccepted
    /// Unescaped control characters in strings are accepted.
    case controlCharacterAccepted
    /// The integer `-0` reads as `0`.
    case negativeZeroLost
    /// An integer outside 64 bits reads as the nearest one inside, with no error.
    case bigIntegerSaturated
    /// A key is cut at its first NUL.
    case keyCutAtNUL
    /// Half a surrogate pair reads as the replacement character U+FFFD.
    case loneSurrogateReplaced

    /// Whether json-c lets text pass that is not JSON; the other defects read JSON, but wrongly.
    public var acceptsInvalidText: Bool {
        switch self {
        case .nonNumberAccepted, .singleQuotesAccepted, .sloppyNumberAccepted, .controlCharacterAccepted: true
        case .negativeZeroLost, .bigIntegerSaturated, .keyCutAtNUL, .loneSurrogateReplaced: false
        }
    }

    /// The defects that json-c's reading of `text` suffers from.
    public static func touched(by text: Bytes) -> Set<JSONKnownDefect> {
        var scanner = JSONDefectScanner(bytes: text.storage)
        return scanner.scan()
    }
}

/// Walks over JSON text, telling strings from the rest; it judges nothing but the known defects.
struct JSONDefectScanner {
    let bytes: [UInt8]
    private var index = 0
    private var found: Set<JSONKnownDefect> = []

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func scan() -> Set<JSONKnownDefect> {
        while let byte = peek() {
            switch byte {
            case UInt8(ascii: "\""): scanString()
            case UInt8(ascii: "'"):
                found.insert(.singleQuotesAccepted)
                index += 1
            case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): scanNumber()
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): scanWord()
            default: index += 1
            }
        }
        return found
    }

    private func peek() -> UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func take(while condition: (UInt8) -> Bool) -> String {
        let start = index
        while let byte = peek(), condition(byte) { index += 1 }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private mutating func scanWord() {
        let word = take { (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0) }
        if word == "NaN" || word == "Infinity" { found.insert(.nonNumberAccepted) }
    }

    private mutating func scanNumber() {
        let token = take { "+-.eE0123456789".utf8.contains($0) }
        // "-" alone introduces "-Infinity", which the word that follows reports.
        guard token != "-" else { return }
        guard Self.isNumber(token) else {
            found.insert(.sloppyNumberAccepted)
            return
        }
        guard token.allSatisfy({ $0 == "-" || $0.isNumber }) else { return }
        if token == "-0" { found.insert(.negativeZeroLost) }
        if Int64(token) == nil, UInt64(token) == nil { found.insert(.bigIntegerSaturated) }
    }

    /// Whether the token is a number of RFC 8259: sign, integer without leading zeros, fraction, exponent.
    private static func isNumber(_ token: String) -> Bool {
        func isDigits(_ text: Substring) -> Bool { !text.isEmpty && text.allSatisfy(\.isNumber) }
        var rest = token.hasPrefix("-") ? token.dropFirst() : token[...]
        if let mark = rest.firstIndex(where: { $0 == "e" || $0 == "E" }) {
            let exponent = rest[rest.index(after: mark)...]
            let digits = exponent.hasPrefix("+") || exponent.hasPrefix("-") ? exponent.dropFirst() : exponent
            guard isDigits(digits) else { return false }
            rest = rest[..<mark]
        }
        if let point = rest.firstIndex(of: ".") {
            guard isDigits(rest[rest.index(after: point)...]) else { return false }
            rest = rest[..<point]
        }
        return isDigits(rest) && (rest == "0" || !rest.hasPrefix("0"))
    }

    private mutating func scanString() {
        index += 1
        var hasNUL = false
        var highSurrogate = false
        while let byte = peek(), byte != UInt8(ascii: "\"") {
            index += 1
            var unit: UInt16?
            if byte < 0x20 { found.insert(.controlCharacterAccepted) }
            if byte == UInt8(ascii: "\\"), let escape = peek() {
                index += 1
                if escape == UInt8(ascii: "u") {
                    unit = UInt16(String(decoding: bytes[index...].prefix(4), as: UTF8.self), radix: 16)
                    index = min(index + 4, bytes.count)
                }
            }
            let isLow = unit.map { (0xdc00...0xdfff).contains($0) } ?? false
            if isLow != highSurrogate { found.insert(.loneSurrogateReplaced) }
            highSurrogate = unit.map { (0xd800...0xdbff).contains($0) } ?? false
            hasNUL = hasNUL || unit == 0
        }
        if highSurrogate { found.insert(.loneSurrogateReplaced) }
        index = min(index + 1, bytes.count)
        _ = take { " \t\r\n".utf8.contains($0) }
        if hasNUL, peek() == UInt8(ascii: ":") { found.insert(.keyCutAtNUL) }
    }
}
