import Logging

/// Reads one stream with a cursor, on a connection of its own.
actor StreamReader<Entry: Sendable> {
    private let blockTime = Duration.seconds(10)
    private let pageSize = 500

    private let store: QueueStore
    private let key: String
    private let read: @Sendable (_ id: String, _ fields: [RESPValue]) -> Entry?
    private let connection: RedisConnection
    private var cursor: String?
    private var page: [Entry] = []
    private var next = 0

    /// - Parameters:
    ///   - start: the id behind which to begin; nil for what is added from now on.
    ///   - read: makes an entry of its id and fields; nil for one that is not wanted.
    init(
        store: QueueStore, key: String, clientName: String, after start: String?,
        _ read: @escaping @Sendable (_ id: String, _ fields: [RESPValue]) -> Entry?
    ) {
        self.store = store
        self.key = key
        self.read = read
        connection = store.redis.blockingConnection(clientName: clientName, forKey: store.keys.base)
        cursor = start
    }

    /// Decides where "now" is, so that nothing that happens from here on is missed.
    @discardableResult
    func begin() async throws -> String {
        if let cursor { return cursor }
        let reply = try await store.send("XREVRANGE", key, "+", "-", "COUNT", "1")
        guard let entries = reply.array else { throw BullMQError.unexpected(reply, from: "XREVRANGE") }
        // Asked twice at a time, the first answer stands: a later one would skip what happened between.
        if let cursor { return cursor }
        let last = entries.first?.array?.first?.string ?? "0-0"
        cursor = last
        return last
    }

    func next() async throws -> Entry? {
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

    private func readPage() async throws -> [Entry] {
        let start = try await begin()
        let reply = try await connection.sendBlocking(
            RedisCommand(
                "XREAD", "COUNT", String(pageSize), "BLOCK", String(blockTime.milliseconds), "STREAMS",
                key, start),
            deadline: blockTime + .seconds(1))
        if case .error(let error) = reply {
            throw RedisError(
                .errorReply, "The stream \(key) cannot be read: \(error.message)", underlying: error)
        }
        if reply.isNull { return [] }
        guard let entries = reply.array?.first?.array?.last?.array else {
            throw BullMQError.unexpected(reply, from: "XREAD")
        }
        var wanted: [Entry] = []
        for entry in entries {
            guard let parts = entry.array, parts.count == 2, let id = parts[0].string else {
                throw BullMQError.unexpected(reply, from: "XREAD")
            }
            cursor = id
            // An entry deleted meanwhile has no fields.
            if let fields = parts[1].array, let entry = read(id, fields) { wanted.append(entry) }
        }
        return wanted
    }
}

/// Reads the events of a queue.
typealias EventReader = StreamReader<QueueEvent>

extension EventReader {
    init(store: QueueStore, clientName: String, position: QueueEvents.Position) {
        self.init(store: store, key: store.keys.events, clientName: clientName, after: position.id) { id, fields in
            QueueEvent(id: id, fields: fields)
        }
    }
}
