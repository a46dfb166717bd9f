import NIOCore

/// The sentinels that watch over a master and its replicas.
struct SentinelDirectory: Sendable {
    private let masterName: String
    private let sentinels: RedisConfiguration
    private let eventLoop: any EventLoop

    init(masterName: String, configuration: RedisConfiguration, eventLoop: any EventLoop) {
        self.masterName = masterName
        self.eventLoop = eventLoop
        var sentinels = configuration
        sentinels.username = configuration.sentinelUsername
        sentinels.password = configuration.sentinelPassword
        sentinels.database = 0
        self.sentinels = sentinels
    }

    /// Where the master is at present.
    func master() async throws -> RedisConfiguration.Endpoint {
        let query = DirectoryQuery(configuration: sentinels, eventLoop: eventLoop)
        return try await query.first(
            of: sentinels.endpoints, RedisCommand("SENTINEL", "get-master-addr-by-name", masterName),
            purpose: "where the master \"\(masterName)\" is"
        ) { reply, source in
            guard let parts = reply.array, parts.count == 2, let host = parts[0].string, let port = parts[1].integer
            else { return nil }
            return .announced(host: host, port: Int(port), by: source)
        }
    }
}
