// Owns taking the picture of a key space.

extension RedisWitness {
    /// Everything under a prefix.
    ///
    /// The picture is not taken in one moment: let what writes there come to rest first.
    ///
    /// - Parameter prefix: The first bytes of the keys' names, such as `bull:mail:`; taken literally.
    public func dump(prefix: Bytes) throws -> KeySpace {
        var keys: [Bytes: KeySpace.Key] = [:]
        for name in try names(prefix: prefix) {
            guard let content = try content(of: name) else { continue }
            let milliseconds = try run("PTTL", name).number
            let short = Bytes(name.storage.dropFirst(prefix.storage.count))
            keys[short] = KeySpace.Key(content: content, timeToLive: milliseconds < 0 ? nil : milliseconds)
        }
        return KeySpace(keys: keys)
    }

    /// The names of all keys under a prefix.
    public func names(prefix: Bytes) throws -> Set<Bytes> {
        // The prefix is literal, so what has a meaning in patterns is escaped.
        let special = Set("*?[]\\^-".utf8)
        let pattern = Bytes(
            prefix.storage.flatMap { special.contains($0) ? [UInt8(ascii: "\\"), $0] : [$0] } + [UInt8(ascii: "*")])
        var names: Set<Bytes> = []
        var cursor: Bytes = "0"
        repeat {
            let page = try run("SCAN", cursor, "MATCH", pattern, "COUNT", "1000").elements
            cursor = try page[0].bytes ?? "0"
            names.formUnion(try page[1].strings)
        } while cursor != "0"
        return names
    }

    /// What a key holds; `nil` when it is gone.
    public func content(of name: Bytes) throws -> KeySpace.Content? {
        let type = try run("TYPE", name).text ?? ""
        switch type {
        case "none":
            return nil
        case "string":
            return try run("GET", name).bytes.map { .string($0) }
        case "list":
            return .list(try run("LRANGE", name, "0", "-1").strings)
        case "set":
            return .set(Set(try run("SMEMBERS", name).strings))
        case "hash":
            return .hash(Dictionary(try pairs(run("HGETALL", name).strings)) { _, last in last })
        case "zset":
            let pairs = try pairs(run("ZRANGE", name, "0", "-1", "WITHSCORES").strings)
            return .sortedSet(Dictionary(pairs.map { ($0.0, Double($0.1.text) ?? .nan) }) { _, last in last })
        case "stream":
            return .stream(
                try run("XRANGE", name, "-", "+").elements.map { entry in
                    let parts = try entry.elements
                    return KeySpace.StreamEntry(id: try parts[0].text ?? "", fields: try parts[1].strings)
                })
        default:
            throw WitnessError(.unexpectedReply, "the key \(name) has the unknown type \(type)")
        }
    }

    private func pairs(_ flat: [Bytes]) -> [(Bytes, Bytes)] {
        stride(from: 0, to: flat.count - 1, by: 2).map { (flat[$0], flat[$0 + 1]) }
    }
}
