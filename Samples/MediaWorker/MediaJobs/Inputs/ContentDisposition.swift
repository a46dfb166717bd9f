// The file name in a Content-Disposition header (RFC 6266, RFC 5987), and names made safe.

/// The name that a server proposes for what it sends.
enum ContentDisposition {
    /// The proposed name, sanitised; nil if there is none that can be used.
    static func fileName(_ header: String) -> String? {
        let parameters = self.parameters(of: header)
        let proposed = parameters["filename*"].flatMap(extended) ?? parameters["filename"].flatMap(decoded)
        return proposed.flatMap(sanitised)
    }

    /// Parameters by their lower-case names; the first of each counts. Quoted strings are understood.
    private static func parameters(of header: String) -> [String: String] {
        var found: [String: String] = [:]
        var rest = header[...]
        rest = rest.drop { $0 != ";" }
        while rest.first == ";" {
            rest = rest.dropFirst().drop(while: \.isWhitespace)
            let name = rest.prefix { !"=;".contains($0) }
            rest = rest.dropFirst(name.count)
            guard rest.first == "=" else { continue }
            rest = rest.dropFirst().drop(while: \.isWhitespace)
            var value = ""
            if rest.first == "\"" {
                rest = rest.dropFirst()
                while let character = rest.popFirst(), character != "\"" {
                    if character == "\\", let escaped = rest.popFirst() {
                        value.append(escaped)
                    } else {
                        value.append(character)
                    }
                }
                rest = rest.drop { $0 != ";" }
            } else {
                let token = rest.prefix { $0 != ";" }
                rest = rest.dropFirst(token.count)
                value = String(token)
            }
            let key = name.lowercased().filter { !$0.isWhitespace }
            if found[key] == nil { found[key] = value }
        }
        return found
    }

    /// `UTF-8'en'na%C3%AFve.jpg`
    private static func extended(_ value: String) -> String? {
        let parts = value.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        switch parts[0].lowercased() {
        case "utf-8": return parts[2].percentDecoded
        case "iso-8859-1": return parts[2].percentDecodedLatin1
        default: return nil
        }
    }

    /// Not allowed here by the standard, but what many servers do.
    private static func decoded(_ value: String) -> String? {
        value.contains("%") ? value.percentDecoded ?? value : value
    }

    /// A name that is one path component without tricks: no folders, control or direction characters, leading dots;
    /// at most 100 characters. nil if nothing is left.
    static func sanitised(_ name: String) -> String? {
        let last = name.split { $0 == "/" || $0 == "\\" }.last ?? ""
        let scalars = last.unicodeScalars.filter { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
            default: !"<>:\"|?*".unicodeScalars.contains(scalar)
            }
        }
        var kept = String(String.UnicodeScalarView(scalars))[...]
        kept = kept.drop { $0 == "." || $0.isWhitespace }
        while let end = kept.last, end == "." || end.isWhitespace { kept.removeLast() }
        return kept.isEmpty ? nil : String(kept.prefix(100))
    }
}

extension StringProtocol {
    /// Percent-decoding where each byte is a Latin-1 character.
    fileprivate var percentDecodedLatin1: String? {
        var scalars = String.UnicodeScalarView()
        var rest = utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                scalars.append(UnicodeScalar(byte))
                continue
            }
            let digits = rest.prefix(2)
            rest = rest.dropFirst(2)
            guard digits.count == 2, let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16) else {
                return nil
            }
            scalars.append(UnicodeScalar(value))
        }
        return String(scalars)
    }
}
