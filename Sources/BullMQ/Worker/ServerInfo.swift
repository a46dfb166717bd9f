/// What `INFO` says about a server that matters to a worker (protocol: client, section 2.4).
struct ServerInfo: Sendable {
    let isRedis: Bool
    let version: [Int]
    /// What happens to keys when the memory is used up; nil if the server does not say.
    let evictionPolicy: String?

    init(_ info: String) {
        var fields: [Substring: Substring] = [:]
        for line in info.split(whereSeparator: \.isNewline) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            fields[line[..<colon]] = line[line.index(after: colon)...]
        }
        isRedis =
            fields["dragonfly_version"] == nil && fields["valkey_version"] == nil && fields["server_name"] != "valkey"
        version = (fields["redis_version"] ?? "").split(separator: ".").compactMap { Int($0) }
        evictionPolicy = fields["maxmemory_policy"].map(String.init)
    }

    /// Redis before 7.0.8 cannot wait for one millisecond.
    var minimumBlockMilliseconds: Int64 {
        !isRedis || isAtLeast(7, 0, 8) ? 1 : 2
    }

    /// Servers on which nothing would work are refused.
    ///
    /// - Throws: `BullMQError` with code `unsupportedByServer`.
    func requireSupport() throws(BullMQError) {
        guard isRedis, !version.isEmpty, !isAtLeast(5, 0, 0) else { return }
        throw BullMQError(
            .unsupportedByServer,
            "Redis version needs to be greater or equal than 5.0.0 Current: \(versionText)")
    }

    var warnings: [String] {
        var warnings: [String] = []
        if isRedis, !version.isEmpty, !isAtLeast(6, 2, 0) {
            warnings.append("Redis \(versionText) is older than 6.2.0, the oldest version that is recommended")
        }
        if let evictionPolicy, evictionPolicy != "noeviction" {
            warnings.append("IMPORTANT! Eviction policy is \(evictionPolicy). It should be \"noeviction\"")
        }
        return warnings
    }

    private var versionText: String { version.map(String.init).joined(separator: ".") }

    private func isAtLeast(_ numbers: Int...) -> Bool {
        !version.lexicographicallyPrecedes(numbers)
    }
}
