// Query strings as trees. Owns: percent signs, plus signs and brackets, as `filter[status][_in][]=failed`.

enum QueryString {
    private static let maximumDepth = 10
    private static let maximumParts = 2_000

    /// The parameters as an object; repeated ones become a list.
    static func tree(_ query: String?) throws -> JSONValue {
        guard let query, !query.isEmpty else { return .object([:]) }
        let parts = query.split(separator: "&", maxSplits: maximumParts)
        guard parts.count <= maximumParts else { throw StandInError.invalidQuery("There are too many parameters") }
        var root: JSONValue = .object([:])
        for part in parts {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value: JSONValue = .string(try decoded(pair.count == 2 ? pair[1] : ""))
            insert(value, at: try path(try decoded(pair[0]))[...], into: &root)
        }
        return root
    }

    private static func path(_ name: String) throws -> [String] {
        guard let open = name.firstIndex(of: "["), name.hasSuffix("]") else { return [name] }
        var parts = [String(name[..<open])]
        parts += name[name.index(after: open)...].dropLast().split(separator: "][", omittingEmptySubsequences: false)
            .map(String.init)
        guard parts.count <= maximumDepth + 1 else {
            throw StandInError.invalidQuery("Parameters are nested too deeply")
        }
        return parts
    }

    private static func insert(_ value: JSONValue, at path: ArraySlice<String>, into node: inout JSONValue) {
        guard let name = path.first else {
            switch node {
            case .object(let members) where members.isEmpty: node = value
            case .array(let values): node = .array(values + [value])
            default: node = .array([node, value])
            }
            return
        }
        if name.isEmpty {
            let values: [JSONValue] = if case .array(let list) = node { list } else { [] }
            var element: JSONValue = .object([:])
            insert(value, at: path.dropFirst(), into: &element)
            node = .array(values + [element])
            return
        }
        var members = node.object ?? [:]
        var child = members[name] ?? .object([:])
        insert(value, at: path.dropFirst(), into: &child)
        members[name] = child
        node = .object(members)
    }

    private static func decoded(_ text: Substring) throws -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var iterator = text.utf8.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = iterator.next().flatMap(digit), let low = iterator.next().flatMap(digit) else {
                    throw StandInError.invalidQuery("A percent sign is not followed by two digits")
                }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else {
            throw StandInError.invalidQuery("A parameter is not UTF-8")
        }
        return decoded
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        Character(UnicodeScalar(byte)).hexDigitValue.map(UInt8.init)
    }
}
