// Owns: the syntax of Prometheus's text format.

enum PrometheusFormat {
    /// A metric name: what is not allowed in one becomes an underscore.
    static func name(_ text: String) -> String {
        var bytes = text.utf8.map { isNameByte($0) ? $0 : UInt8(ascii: "_") }
        if let first = bytes.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) {
            bytes.insert(UInt8(ascii: "_"), at: 0)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (byte | 0x20) &- UInt8(ascii: "a") < 26 || byte &- UInt8(ascii: "0") < 10 || byte == UInt8(ascii: "_")
    }

    /// Labels in the order of their names, without the braces.
    static func labels(_ labels: [(String, String)]) -> String {
        labels.map { (name($0), $1) }.sorted { $0.0 < $1.0 }
            .map { "\($0)=\"\(escaped($1))\"" }.joined(separator: ",")
    }

    private static func escaped(_ value: String) -> String {
        var text = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": text += #"\\"#
            case "\"": text += #"\""#
            case "\n": text += #"\n"#
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    static func number(_ value: Double) -> String {
        Int64(exactly: value).map(String.init) ?? "\(value)"
    }

    struct Writer {
        private(set) var text = ""

        mutating func family(_ name: String, _ type: String, _ help: String?) {
            if let help { text += "# HELP \(name) \(help)\n" }
            text += "# TYPE \(name) \(type)\n"
        }

        mutating func sample(_ name: String, _ labels: String, _ value: Double) {
            text += labels.isEmpty ? name : "\(name){\(labels)}"
            text += " \(PrometheusFormat.number(value))\n"
        }
    }
}
