// Templates of flows. Owns: `{{$trigger.keys}}` and its kin (Directus, section 12.3).

enum FlowTemplate {
    /// The text with every `{{path}}` replaced by what the data says; texts as they are, all else as JSON.
    static func resolve(_ template: String, _ data: JSONValue) -> String {
        var result = ""
        var rest = template[...]
        while let open = rest.firstRange(of: "{{"), let close = rest[open.upperBound...].firstRange(of: "}}") {
            result += rest[..<open.lowerBound]
            let path = rest[open.upperBound..<close.lowerBound].filter { !$0.isWhitespace }
            let value = value(at: path, data)
            result += value.string ?? (value.isNull ? "" : value.text)
            rest = rest[close.upperBound...]
        }
        return result + rest
    }

    private static func value(at path: String, _ data: JSONValue) -> JSONValue {
        path.split { ".[]".contains($0) }.reduce(data) { node, name in
            if let index = Int(name), let values = node.array {
                return values.indices.contains(index) ? values[index] : .null
            }
            return node[String(name)] ?? .null
        }
    }
}
