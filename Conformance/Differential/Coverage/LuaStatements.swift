// Owns finding the places in a Lua script where a statement starts: the only places where a counter may be put. It is a
// reader of the grammar of Lua 5.1, and knows nothing of what a script means.

/// Finds the statements of a Lua text.
struct LuaStatements {
    /// Where a statement starts.
    struct Start: Hashable {
        /// The offset in bytes.
        let offset: Int
        /// The line, from 0.
        let line: Int
        /// The offset in the line.
        let column: Int
    }

    private var tokens: LuaTokens
    private var starts: [Start] = []

    /// The starts of all statements of a text, in order.
    ///
    /// - Throws: ``DifferentialError`` when the text is not Lua.
    static func starts(in text: String) throws -> [Start] {
        var reader = LuaStatements(tokens: try LuaTokens(text))
        try reader.block()
        guard reader.tokens.isAtEnd else { throw reader.tokens.unexpected() }
        return reader.starts.sorted { $0.offset < $1.offset }
    }

    private init(tokens: LuaTokens) { self.tokens = tokens }

    private mutating func block() throws {
        while !tokens.isAtEnd, !["end", "else", "elseif", "until"].contains(tokens.current) {
            starts.append(Start(offset: tokens.offset, line: tokens.line, column: tokens.column))
            try statement()
            _ = tokens.skip(";")
        }
    }

    private mutating func statement() throws {
        switch tokens.current {
        case "if": try conditional()
        case "while":
            tokens.advance()
            try expression()
            try loopBody()
        case "do": try loopBody()
        case "for":
            tokens.advance()
            while !tokens.skip("="), !tokens.skip("in") { tokens.advance() }
            try expressions()
            try loopBody()
        case "repeat":
            tokens.advance()
            try block()
            try tokens.expect("until")
            try expression()
        case "function":
            tokens.advance()
            while tokens.current != "(" { tokens.advance() }
            try functionBody()
        case "local":
            tokens.advance()
            if tokens.skip("function") {
                tokens.advance()
                try functionBody()
            } else {
                repeat { tokens.advance() } while tokens.skip(",")
                if tokens.skip("=") { try expressions() }
            }
        case "return":
            tokens.advance()
            if !tokens.isAtEnd, !["end", "else", "elseif", "until", ";"].contains(tokens.current) { try expressions() }
        case "break": tokens.advance()
        default:
            try suffixed()
            while tokens.skip(",") { try suffixed() }
            if tokens.skip("=") { try expressions() }
        }
    }

    private mutating func conditional() throws {
        repeat {
            tokens.advance()
            try expression()
            try tokens.expect("then")
            try block()
        } while tokens.current == "elseif"
        if tokens.skip("else") { try block() }
        try tokens.expect("end")
    }

    private mutating func loopBody() throws {
        try tokens.expect("do")
        try block()
        try tokens.expect("end")
    }

    private mutating func functionBody() throws {
        try tokens.expect("(")
        while !tokens.skip(")") { tokens.advance() }
        try block()
        try tokens.expect("end")
    }

    private mutating func expressions() throws {
        repeat { try expression() } while tokens.skip(",")
    }

    private static let binary: Set<String> = [
        "+", "-", "*", "/", "%", "^", "..", "==", "~=", "<=", ">=", "<", ">", "and", "or",
    ]

    private mutating func expression() throws {
        while ["not", "-", "#"].contains(tokens.current) { tokens.advance() }
        switch tokens.kind {
        case .number, .string: tokens.advance()
        default:
            switch tokens.current {
            case "nil", "true", "false", "...": tokens.advance()
            case "{": try table()
            case "function":
                tokens.advance()
                try functionBody()
            default: try suffixed()
            }
        }
        if Self.binary.contains(tokens.current), tokens.kind != .string {
            tokens.advance()
            try expression()
        }
    }

    /// A name or something in parentheses, with what may follow it: fields, indexes, calls.
    private mutating func suffixed() throws {
        if tokens.skip("(") {
            try expression()
            try tokens.expect(")")
        } else {
            guard tokens.kind == .name else { throw tokens.unexpected() }
            tokens.advance()
        }
        while true {
            if tokens.kind == .string {
                tokens.advance()
            } else if tokens.skip(".") || tokens.skip(":") {
                tokens.advance()
            } else if tokens.skip("[") {
                try expression()
                try tokens.expect("]")
            } else if tokens.skip("(") {
                if !tokens.skip(")") {
                    try expressions()
                    try tokens.expect(")")
                }
            } else if tokens.current == "{" {
                try table()
            } else {
                return
            }
        }
    }

    private mutating func table() throws {
        try tokens.expect("{")
        while !tokens.skip("}") {
            if tokens.skip("[") {
                try expression()
                try tokens.expect("]")
                try tokens.expect("=")
            } else if tokens.kind == .name, tokens.following == "=" {
                tokens.advance()
                tokens.advance()
            }
            try expression()
            if !tokens.skip(",") { _ = tokens.skip(";") }
        }
    }
}
