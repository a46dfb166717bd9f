// From what a model says to the JSON in it (llm.md §18.3): thinking and code fences go, trailing commas go, nothing else
// is mended.

enum StructuredText {
    /// The text without a leading block of thinking.
    static func withoutThinking(_ text: String) -> String {
        let start = text.drop(while: \.isWhitespace)
        guard start.hasPrefix("<think>") else { return text }
        guard let end = start.range(of: "</think>") else { return "" }
        return String(start[end.upperBound...].drop(while: \.isWhitespace))
    }

    /// The first JSON object in the text; nil if there is none that is complete.
    static func object(in text: String) -> JSONNode? {
        guard let first = text.firstIndex(of: "{") else { return nil }
        var depth = 0
        var isQuoted = false
        var isEscaped = false
        var kept: [UInt8] = []
        // Where a comma stands that may turn out to be trailing.
        var comma: Int?
        for byte in text[first...].utf8 {
            if isQuoted {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isQuoted = false
                }
                kept.append(byte)
                continue
            }
            switch byte {
            case UInt8(ascii: "\""):
                isQuoted = true
                comma = nil
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                comma = nil
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if let comma { kept.remove(at: comma) }
                comma = nil
            case UInt8(ascii: ","): comma = kept.count
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): break
            default: comma = nil
            }
            kept.append(byte)
            if depth == 0 { return try? JSONNode(parsing: String(decoding: kept, as: UTF8.self)) }
        }
        return nil
    }
}

extension Substring {
    fileprivate func range(of other: String) -> Range<Index>? {
        var start = startIndex
        while start < endIndex {
            if self[start...].hasPrefix(other) { return start..<index(start, offsetBy: other.count) }
            start = index(after: start)
        }
        return nil
    }
}
