/// The Lua scripts of the protocol, embedded in the binary, with their includes resolved.
///
/// A line `-- include: <procedure>` stands for the text of `includes/<procedure>.lua`; it may occur anywhere, so that a rarely
/// needed procedure is defined inside the branch that needs it and costs nothing elsewhere.
package enum LuaScriptCatalogue {
    /// The names of all scripts, `<command>-<number of keys>`, in alphabetical order.
    package static var names: [String] { LuaFiles.commands.keys.sorted() }

    /// The include that stands before a script in its variant for queues shared with BullMQ 5.
    package static let v5SafePrelude = "v5SafePause"

    /// A line of a script, and where it stands.
    package struct Line: Hashable, Sendable {
        /// The name of the file without ending, of a command or an include.
        package let file: String
        /// The number of the line in the file, from 1.
        package let number: Int
        /// The line.
        package let text: Substring
    }

    /// The complete text of a script.
    ///
    /// - Parameter isV5Safe: the variant that keeps `wait` empty while the queue is paused.
    package static func source(of name: String, isV5Safe: Bool = false) -> String {
        var result = ""
        for line in lines(of: name, isV5Safe: isV5Safe) {
            result += line.text
            result += "\n"
        }
        return result
    }

    /// The lines of a script, with those of its includes in their places.
    package static func lines(of name: String, isV5Safe: Bool = false) -> [Line] {
        guard let file = LuaFiles.commands[name] else {
            preconditionFailure("The script \(name) is not embedded; the package was built without it")
        }
        let prelude = isV5Safe ? resolve(Array("-- include: \(v5SafePrelude)".utf8), in: name, depth: 0) : []
        return prelude + resolve(file, in: name, depth: 0)
    }

    private static func resolve(_ file: [UInt8], in name: String, depth: Int) -> [Line] {
        precondition(depth < 8, "The includes of \(name) contain each other")
        var result: [Line] = []
        let lines = String(decoding: file, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            guard let procedure = includedProcedure(line) else {
                result.append(Line(file: name, number: index + 1, text: line))
                continue
            }
            guard let included = LuaFiles.includes[procedure] else {
                preconditionFailure("\(name) includes \(procedure), which is not embedded")
            }
            result += resolve(included, in: procedure, depth: depth + 1)
        }
        return result
    }

    private static func includedProcedure(_ line: Substring) -> String? {
        let trimmed = line.drop { $0 == " " }
        guard trimmed.hasPrefix("-- include: ") else { return nil }
        return String(trimmed.dropFirst("-- include: ".count).prefix { $0 != " " })
    }
}
