/// What `INFO` says about a server that matters to a worker (protocol: client, section 2.4).
struct ServerInfo: Sendable {
    let isRedis: Bool
    let version: [Int]

    init(_ info: String) {
        var fields: [Substring: Substring] = [:]
        for line in info.split(whereSeparator: \.isNewline) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            fields[line[..<colon]] = line[line.index(after: colon)...]
        }
        isRedis =
            fields["dragonfly_version"] == nil && fields["valkey_version"] == nil && fields["server_name"] != "valkey"
        version = (fields["redis_version"] ?? "").split(separator: ".").compactMap { Int($0) }
    }

    /// Redis before 7.0.8 cannot wait for one millisecond.
    var minimumBlockMilliseconds: Int64 {
        !isRedis || isAtLeast(7, 0, 8) ? 1 : 2
    }

    var warnings: [String] {
        guard isRedis, !version.isEmpty, !isAtLeast(6, 2, 0) else { return [] }
        let text = version.map(String.init).joined(separator: ".")
        return ["Redis \(text) is older than 6.2.0, the oldest version that is recommended"]
    }

    private func isAtLeast(_ numbers: Int...) -> Bool {
        !version.lexicographicallyPrecedes(numbers)
    }
}
