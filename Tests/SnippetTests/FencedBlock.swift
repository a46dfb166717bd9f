// Owns finding the Swift code in a Markdown text.

import Foundation
import Testing

/// One fenced block of Swift code.
struct FencedBlock: CustomTestStringConvertible, Sendable {
    /// The text's path below the package.
    let file: String
    /// The line of the opening fence, counted from 1.
    let line: Int
    /// The code's lines, their common indentation removed.
    let code: [String]

    var testDescription: String { "\(file):\(line)" }

    /// The blocks of a text that are fenced as `swift` and nothing else.
    static func all(in text: String, file: String) -> [FencedBlock] {
        var blocks: [FencedBlock] = []
        var opening: (line: Int, isChecked: Bool)?
        var code: [String] = []
        for (index, line) in text.components(separatedBy: "\n").enumerated() {
            let trimmed = line.trimmingCharacters(in: .whitespaces)
            guard trimmed.hasPrefix("```") else {
                if opening != nil { code.append(line) }
                continue
            }
            if let begun = opening {
                if begun.isChecked { blocks.append(FencedBlock(file: file, line: begun.line, code: code.outdented)) }
                opening = nil
                code = []
            } else {
                opening = (index + 1, trimmed == "```swift")
            }
        }
        return blocks
    }
}

extension [String] {
    /// The lines without the indentation that all of them share; lines of white space only become empty.
    var outdented: [String] {
        let depths = self.filter { !$0.allSatisfy(\.isWhitespace) }.map { $0.prefix(while: { $0 == " " }).count }
        let shared = depths.min() ?? 0
        return map { $0.allSatisfy(\.isWhitespace) ? "" : String($0.dropFirst(shared)) }
    }

    /// Whether these lines stand somewhere in `source`, one after the other, up to indentation.
    func stand(in source: [String]) -> Bool {
        guard !isEmpty, count <= source.count else { return false }
        return (0...(source.count - count)).contains { start in
            // The first line decides quickly about most places.
            source[start].hasSuffix(self[0]) && Array(source[start..<(start + count)]).outdented == self
        }
    }
}
