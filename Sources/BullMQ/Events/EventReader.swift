import Logging

/// Reads one stream with a cursor, on a connection of its own.
actor EventReader {
    private static let blockTime = Duration.seconds(10)
    private static let pageSize = 500

    private let store: QueueStore
    private let connection: RedisConnection
    private var cursor: String?
    private var page: [QueueEvent] = []
    private var next = 0

    init(store: QueueStore, clientName: String, position: QueueEvents.Position) {
        self.store = store
        connection = store.redis.blockingConnection(clientName: clientName, forKey: store.keys.base)
        cursor = position.id
    }

    /// Decides where "now" is, so that nothing that happens from here on is missed.
    @discardableResult
    func begin() async throws -> String {
        if let cursor { return cursor }
        let reply = try await store.send("XREVRANGE", store.keys.events, "+", "-", "COUNT", "1")
        guard let entries = reply.array else { throw BullMQError.unexpected(reply, from: "XREVRANGE") }
        // Asked twice at a time, the first answer stands: a later one would skip what happened between.
        if let cursor { return cursor }
        let last = entries.first?.array?.first?.string ?? "0-0"
        cursor = last
        return last
    }

    func next() async throws -> QueueEvent? {
        while next >= page.count {
            if Task.isCancelled { return nil }
            do {
                page = try await readPage()
                next = 0
            } catch is CancellationError {
                return nil
            } catch let error as RedisError
                where error.isConnectionError && error.code != .closed
                && error.code != .handshakeRefused
            {
                store.logger.debug(
                    "events will be read again",
                    metadata: ["bullmq.queue": "\(store.name)", "bullmq.error": "\(error)"])
                await Wakeup(eventLoop: connection.eventLoop).sleep(atMost: .milliseconds(100))
            }
        }
        defer { next += 1 }
        return page[next]
    }

    private func readPage() async throws -> [QueueEvent] {
        let start = try await begin()
        let reply = try await connection.sendBlocking(
            RedisCommand(
                "XREAD", "COUNT", String(Self.pageSize), "BLOCK", String(Self.blockTime.milliseconds), "STREAMS",
                store.keys.events, start),
            deadline: Self.blockTime + .seconds(1))
        if case .error(let error) = reply {
            throw RedisError(
                .errorReply, "The events of \(store.name) cannot be read: \(error.message)", underlying: error)
        }
        if reply.isNull { return [] }
        guard let entries = reply.array?.first?.array?.last?.array else {
            throw BullMQError.unexpected(reply, from: "XREAD")
        }
        var events: [QueueEvent] = []
        for entry in entries {
            guard let parts = entry.array, parts.count == 2, let id = parts[0].string else {
                throw BullMQError.unexpected(reply, from: "XREAD")
            }
            cursor = id
            // An entry deleted meanwhile has no fields; one without an event is not for us.
            if let fields = parts[1].array, let event = QueueEvent(id: id, fields: fields) { events.append(event) }
        }
        return events
    }
}
