// Owns which lines of our scripts ran. Each statement gets a mark in front; at its end a script adds its marks to a set in
// a database of their own, which no comparison looks at.

import LuaScripts
import Witness

/// Counts which lines of our scripts run.
struct ScriptCoverage {
    /// A line of a script, where it stands in the repository.
    struct Line: Hashable, Comparable {
        /// The file's name without ending, of a command or an include.
        let file: String
        /// The line, from 1.
        let number: Int
        /// The text, without the blanks around it.
        let text: String

        static func < (left: Line, right: Line) -> Bool { (left.file, left.number) < (right.file, right.number) }
    }

    /// A statement, where it stands in the repository: an include is the same in whatever script it stands.
    private struct Statement: Hashable {
        let line: Line
        let column: Int
    }

    /// Each script's statements, by the number of the mark.
    private var marks: [String: [Statement]] = [:]

    /// Puts marks into all our scripts on a server.
    ///
    /// - Throws: ``DifferentialError`` when a script cannot be read.
    init(instrumenting twins: Twins, scripts: [String] = LuaScriptCatalogue.names) throws {
        for script in scripts {
            let lines = LuaScriptCatalogue.lines(of: script)
            let text = lines.map(\.text).joined(separator: "\n")
            let starts = try LuaStatements.starts(in: text)
            marks[script] = starts.map { start in
                let line = lines[start.line]
                return Statement(
                    line: Line(file: line.file, number: line.number, text: Self.trimmed(line.text)),
                    column: start.column)
            }
            try twins.load(Self.instrumented(text, starts, script: script), as: script)
        }
    }

    /// The script with its marks. It fails as the script fails, and replies what the script replies.
    static func instrumented(_ text: String, _ starts: [LuaStatements.Start], script: String) -> String {
        let bytes = Array(text.utf8)
        var marked: [UInt8] = []
        var offset = 0
        for (mark, start) in starts.enumerated() {
            marked += bytes[offset..<start.offset]
            marked += "__ran[\(mark)]=1;".utf8
            offset = start.offset
        }
        marked += bytes[offset...]
        return """
            local __ran = {}
            local function __script()
            \(String(decoding: marked, as: UTF8.self))
            end
            local __fine, __reply = pcall(__script)
            local __marks = {}
            for mark in pairs(__ran) do
              __marks[#__marks + 1] = mark
            end
            redis.call('SELECT', '0')
            redis.call('SADD', '\(script)', unpack(__marks))
            if not __fine then
              error(__reply, 0)
            end
            return __reply
            """
    }

    /// What ran, by script: the marks that are set.
    private func ran(_ script: String, on twins: Twins) throws -> Set<Int> {
        try twins.append(.command(["SMEMBERS", Bytes(script)]), .ours, Twins.Pair(index: 0))
        return Set(try twins.replies()[0].strings.compactMap { Int($0.text) })
    }

    /// Judges what ran: a line of a command, or of an include in whichever command, must have run or have a reason.
    func report(on twins: Twins, exceptions: [CoverageException] = CoverageException.all) throws -> CoverageReport {
        let silent = try linesNeverRun(on: twins)
        let unexplained = silent.filter { line in !exceptions.contains { $0.explains(line) } }
        let all = Set(marks.values.joined().map(\.line))
        let stale = exceptions.filter { exception in !all.contains { exception.explains($0) } }
        return CoverageReport(lines: all.count, unexplained: unexplained.sorted(), stale: stale)
    }

    /// The lines with a statement that never ran, in any script.
    private func linesNeverRun(on twins: Twins) throws -> Set<Line> {
        var silent = Set(marks.values.joined())
        for (script, statements) in marks {
            for mark in try ran(script, on: twins) where statements.indices.contains(mark) {
                silent.remove(statements[mark])
            }
        }
        return Set(silent.map(\.line))
    }

    private static func trimmed(_ text: Substring) -> String {
        String(text.drop { $0 == " " })
    }
}
