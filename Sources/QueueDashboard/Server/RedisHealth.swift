// Owns: how Redis is, as an operator needs to know it.

import BullMQ

extension QueueDashboard {
    /// `GET redis`.
    func redisHealth() async throws -> JSONValue {
        let start = ContinuousClock.now
        _ = try await redis.send(RedisCommand("PING"))
        let roundTrip = (ContinuousClock.now - start) / .milliseconds(1)
        let facts = Self.facts(try await redis.send(RedisCommand("INFO")).string ?? "")
        let warnings = try await queues.first?.serverWarnings() ?? []
        var answer: JSONObject = [
            "roundTrip": .number(roundTrip.rounded(toPlaces: 3)), "warnings": .array(warnings.map { .string($0) }),
        ]
        for (name, fact) in Self.texts { answer[name] = facts[fact].map { .string($0) } ?? .null }
        for (name, fact) in Self.numbers {
            answer[name] = facts[fact].flatMap { Double($0) }.map { .number($0) } ?? .null
        }
        return .object(answer)
    }

    private static let texts = [
        ("version", "redis_version"), ("mode", "redis_mode"), ("role", "role"), ("eviction", "maxmemory_policy"),
        ("aofEnabled", "aof_enabled"), ("aofStatus", "aof_last_write_status"), ("rdbStatus", "rdb_last_bgsave_status"),
    ]

    private static let numbers = [
        ("uptime", "uptime_in_seconds"), ("clients", "connected_clients"), ("blockedClients", "blocked_clients"),
        ("memory", "used_memory"), ("memoryPeak", "used_memory_peak"), ("memoryLimit", "maxmemory"),
        ("fragmentation", "mem_fragmentation_ratio"), ("operationsPerSecond", "instantaneous_ops_per_sec"),
        ("evictedKeys", "evicted_keys"), ("rejectedConnections", "rejected_connections"),
        ("replicas", "connected_slaves"), ("changesSinceSave", "rdb_changes_since_last_save"),
    ]

    private static func facts(_ info: String) -> [String: String] {
        var facts: [String: String] = [:]
        for line in info.split(whereSeparator: \.isNewline) where !line.hasPrefix("#") {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { facts[String(parts[0])] = String(parts[1]) }
        }
        return facts
    }
}
