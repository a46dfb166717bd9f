// Owns: the queue's record as others see it.

/// The record of a queue, which every BullMQ client shares (protocol: client, section 3.2).
public struct QueueMeta: Sendable, Hashable {
    /// The protocol and its version, as the last client that announced itself wrote them, such as `bullmq:6.2.0`.
    public let version: String?
    /// Whether workers take no jobs at present.
    public let isPaused: Bool
    /// The limit set by ``Queue/setGlobalConcurrency(_:)``.
    public let concurrency: Int?
    /// The limit set by ``Queue/setGlobalRateLimit(_:)``.
    public let rateLimit: RateLimit?
    /// About how many events the stream keeps.
    public let maximumEvents: Int?
    /// Everything that is stored, as text.
    public let fields: [String: String]

    init(fields: [String: String]) {
        self.fields = fields
        version = fields["version"]
        isPaused = fields["paused"] == "1"
        concurrency = fields["concurrency"].flatMap { Int($0) }
        maximumEvents = fields["opts.maxLenEvents"].flatMap { Int($0) }
        rateLimit =
            if let max = fields["max"].flatMap({ Int($0) }), let window = fields["duration"].flatMap({ Int64($0) }) {
                RateLimit(max: max, per: .milliseconds(window))
            } else {
                nil
            }
    }
}

extension Queue {
    /// The queue's record. It is empty for a queue that nobody used yet.
    public func meta() async throws -> QueueMeta {
        QueueMeta(fields: try await store.meta())
    }

    /// Warnings about the server that holds the queue: a version older than recommended, or a memory limit under which Redis would
    /// delete jobs. A worker logs them at its start; a process that only adds jobs asks here.
    ///
    /// - Throws: `BullMQError` with code `unsupportedByServer` if the server is too old to work at all; `RedisError`.
    public func serverWarnings() async throws -> [String] {
        let server = ServerInfo(try await store.send("INFO").string ?? "")
        try server.requireSupport()
        return server.warnings
    }
}

extension QueueStore {
    func meta() async throws -> [String: String] {
        let reply = try await send("HGETALL", keys.meta)
        guard let words = reply.array else { throw BullMQError.unexpected(reply, from: "HGETALL") }
        var fields: [String: String] = [:]
        for index in stride(from: 0, to: words.count - 1, by: 2) {
            if let name = words[index].string { fields[name] = words[index + 1].string }
        }
        return fields
    }
}
