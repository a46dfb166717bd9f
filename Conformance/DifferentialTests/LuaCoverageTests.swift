import LuaScripts
import Testing

@testable import Differential

@Suite("Coverage of Lua lines")
struct LuaCoverageTests {
    @Test("finds statements in every construct, and nowhere else")
    func statements() throws {
        let text = """
            -- a comment with if and end
            local a, b = 'it\\'s', "x\\"y"
            local function f(...) return ... end
            if a == b then a = 1 elseif b then
              f{1, x = 2, ['y'] = 3}
            else f 'text' end
            for index, v in pairs(f) do a[index].b, c = v, #v end
            for i = 1, 3 do repeat break until true end
            while not a do a = -1 end
            do local t = {function() return 1 end; nil} end
            return f(a):g(b)(c)
            """
        let lines = text.split(separator: "\n")
        let starts = try LuaStatements.starts(in: text)
        let found = starts.map { start in
            String(
                lines[start.line].dropFirst(start.column).prefix { $0 != " " && $0 != "(" && $0 != "{" && $0 != "[" })
        }
        #expect(
            found == [
                "local", "local", "return", "if", "a", "f", "f", "for", "a", "for", "repeat", "break", "while", "a",
                "do",
                "local", "return", "return",
            ])
    }

    @Test("refuses what is no Lua")
    func malformed() {
        #expect(throws: DifferentialError.self) { try LuaStatements.starts(in: "if a then") }
        #expect(throws: DifferentialError.self) { try LuaStatements.starts(in: "local a = 'open") }
        #expect(throws: DifferentialError.self) { try LuaStatements.starts(in: "end") }
    }

    @Test("reads every script of the project", arguments: LuaScriptCatalogue.names)
    func scripts(name: String) throws {
        #expect(try !LuaStatements.starts(in: LuaScriptCatalogue.source(of: name)).isEmpty)
    }
}
