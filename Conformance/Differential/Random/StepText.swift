// Owns steps as text that can be read and played again: a line a step, each word in quotes with escapes, and what the
// packed arguments mean as a comment above it.

import Witness

/// Writes and reads steps.
public enum StepText {
    /// The steps as lines.
    public static func text(_ steps: [Step]) -> String {
        steps.map { step in
            switch step {
            case .command(let words): (["command"] + words.map(quoted)).joined(separator: " ")
            case .call(let call):
                "# \(call.script) \(call.arguments.map(\.description).joined(separator: " "))\n"
                    + (["call", call.script, "\(call.keys.count)"] + call.keys.map(quoted)
                    + call.arguments.map { quoted($0.bytes) }).joined(separator: " ")
            }
        }.joined(separator: "\n")
    }

    /// The steps of lines that ``text(_:)`` wrote; packed arguments come back as plain bytes.
    ///
    /// - Throws: ``DifferentialError`` for a line that is none of its.
    public static func steps(_ text: String) throws -> [Step] {
        try text.split(whereSeparator: \.isNewline).compactMap { line in
            let trimmed = line.drop { $0 == " " }
            guard !trimmed.isEmpty, !trimmed.hasPrefix("#") else { return nil }
            let words = try words(of: String(trimmed))
            switch words.first {
            case "command": return .command(Array(words.dropFirst()))
            case "call":
                guard words.count > 2, let count = Int(words[2].text), count >= 0, words.count >= 3 + count else {
                    break
                }
                return .call(
                    ScriptCall(
                        words[1].text, keys: Array(words[3..<(3 + count)]),
                        arguments: words[(3 + count)...].map { .plain($0) }))
            default: break
            }
            throw DifferentialError("this is no step: \(line)")
        }
    }

    private static func quoted(_ bytes: Bytes) -> String {
        var text = "\""
        for byte in bytes.storage {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += "\\" + String(UnicodeScalar(byte))
            case 0x20..<0x7f: text += String(UnicodeScalar(byte))
            default: text += "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }
        }
        return text + "\""
    }

    private static func words(of line: String) throws -> [Bytes] {
        var words: [Bytes] = []
        var rest = Array(line.utf8)[...]
        while let first = rest.first {
            if first == UInt8(ascii: " ") {
                rest.removeFirst()
            } else if first == UInt8(ascii: "\"") {
                rest.removeFirst()
                words.append(try quotedWord(&rest, of: line))
            } else {
                let word = rest.prefix { $0 != UInt8(ascii: " ") }
                words.append(Bytes(word))
                rest = rest.dropFirst(word.count)
            }
        }
        return words
    }

    private static func quotedWord(_ rest: inout ArraySlice<UInt8>, of line: String) throws -> Bytes {
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\"") { return Bytes(bytes) }
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                continue
            }
            let escaped = rest.popFirst()
            if escaped == UInt8(ascii: "x"),
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else if let escaped {
                bytes.append(escaped)
            }
        }
        throw DifferentialError("a quoted word does not end: \(line)")
    }
}
