// Owns cutting a Lua text into its words.

/// The words of a Lua text, one after the other.
struct LuaTokens {
    /// What a word is.
    enum Kind {
        case name, keyword, number, string, symbol, end
    }

    private struct Token {
        let kind: Kind
        let text: String
        let offset: Int
        let line: Int
        let column: Int
    }

    private static let keywords: Set<String> = [
        "and", "break", "do", "else", "elseif", "end", "false", "for", "function", "if", "in", "local", "nil", "not",
        "or",
        "repeat", "return", "then", "true", "until", "while",
    ]

    private var tokens: [Token] = []
    private var index = 0

    /// The words of a text.
    ///
    /// - Throws: ``DifferentialError`` for a string that does not end.
    init(_ text: String) throws {
        let bytes = Array(text.utf8)
        var offset = 0
        var line = 0
        var lineStart = 0
        while offset < bytes.count {
            let byte = bytes[offset]
            if byte == UInt8(ascii: "\n") {
                line += 1
                lineStart = offset + 1
            }
            if byte <= 0x20 {
                offset += 1
                continue
            }
            if byte == UInt8(ascii: "-"), offset + 1 < bytes.count, bytes[offset + 1] == UInt8(ascii: "-") {
                while offset < bytes.count, bytes[offset] != UInt8(ascii: "\n") { offset += 1 }
                continue
            }
            let (kind, length) = try Self.word(bytes[offset...], line: line)
            let word = String(decoding: bytes[offset..<(offset + length)], as: UTF8.self)
            let isKeyword = kind == .name && Self.keywords.contains(word)
            tokens.append(
                Token(
                    kind: isKeyword ? .keyword : kind, text: word, offset: offset, line: line,
                    column: offset - lineStart))
            offset += length
        }
        tokens.append(Token(kind: .end, text: "", offset: bytes.count, line: line, column: 0))
    }

    private static func word(_ bytes: ArraySlice<UInt8>, line: Int) throws -> (Kind, Int) {
        let first = bytes[bytes.startIndex]
        if isNamePart(first) && !isDigit(first) { return (.name, bytes.prefix(while: isNamePart).count) }
        if isDigit(first) {
            return (.number, bytes.prefix { isNamePart($0) || $0 == UInt8(ascii: ".") }.count)
        }
        if first == UInt8(ascii: "'") || first == UInt8(ascii: "\"") {
            var index = bytes.startIndex + 1
            while index < bytes.endIndex, bytes[index] != first, bytes[index] != UInt8(ascii: "\n") {
                index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
            }
            guard index < bytes.endIndex, bytes[index] == first else {
                throw DifferentialError("line \(line + 1): a string does not end")
            }
            return (.string, index + 1 - bytes.startIndex)
        }
        let symbols = ["...", "..", "==", "~=", "<=", ">="]
        return (.symbol, symbols.first { bytes.starts(with: $0.utf8) }?.utf8.count ?? 1)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        isDigit(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) || byte == UInt8(ascii: "_")
    }

    /// The word the reader is at; empty at the end.
    var current: String { tokens[index].text }
    /// The word after it.
    var following: String { tokens[min(index + 1, tokens.count - 1)].text }
    /// What the word is.
    var kind: Kind { tokens[index].kind }
    /// Where the word starts, in bytes.
    var offset: Int { tokens[index].offset }
    /// The word's line, from 0.
    var line: Int { tokens[index].line }
    /// The word's offset in its line.
    var column: Int { tokens[index].column }
    /// Whether no word is left.
    var isAtEnd: Bool { kind == .end }

    /// Goes to the next word.
    mutating func advance() { index = min(index + 1, tokens.count - 1) }

    /// Goes past this word if the reader is at it.
    mutating func skip(_ word: String) -> Bool {
        guard current == word, kind != .string, !isAtEnd else { return false }
        advance()
        return true
    }

    /// Goes past this word.
    ///
    /// - Throws: ``DifferentialError`` when the reader is at another.
    mutating func expect(_ word: String) throws {
        guard skip(word) else { throw unexpected() }
    }

    /// The error that the current word does not fit.
    func unexpected() -> DifferentialError {
        DifferentialError("line \(line + 1): unexpected \(isAtEnd ? "end" : current)")
    }
}
