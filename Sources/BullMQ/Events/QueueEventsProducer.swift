// Owns: events that applications add to a queue's stream.

public import Logging

/// Publishes events of an application on a queue's stream, for every ``QueueEvents`` of whatever language to see.
///
/// ```swift
/// let producer = try QueueEventsProducer("media-jobs", redis: redis)
/// try await producer.publish("quotaLow", ["tenant": "acme", "left": "12"])
/// ```
///
/// They arrive as ``QueueEvent/Kind/other(name:fields:)``; a field `jobId` relates one to a job.
public struct QueueEventsProducer: Sendable {
    /// Names of the events that BullMQ itself writes: whoever waits for a job believes them.
    static let reservedNames: Set<String> = [
        "active", "added", "cleaned", "completed", "deduplicated", "delayed", "drained", "duplicated", "error",
        "failed",
        "paused", "progress", "removed", "resumed", "retries-exhausted", "stalled", "waiting", "waiting-children",
    ]

    private let store: QueueStore

    /// Creates a producer. Nothing is sent to Redis before the first event.
    ///
    /// - Throws: `BullMQError` with code `invalidArgument`.
    public init(
        _ queueName: String, redis: Redis, prefix: String = "bull",
        logger: Logger = Logger(label: "bullmq.events") { _ in SwiftLogNoOpLogHandler() }
    ) throws(BullMQError) {
        store = try QueueStore(name: queueName, prefix: prefix, redis: redis, logger: logger)
    }

    /// The name of the queue.
    public var queueName: String { store.name }

    /// Appends an event to the queue's stream.
    ///
    /// - Parameters:
    ///   - name: any name but those of BullMQ's own events.
    ///   - fields: what belongs to it, as text; `event` is taken by the name.
    ///   - maximum: cuts the whole stream, with BullMQ's own events in it, to about so many entries. Nil (the default) leaves that
    ///     to the queue's own limit; BullMQ for Node cuts to 1000 here.
    /// - Returns: the id of the entry, see ``QueueEvents/Position/after(_:)``.
    /// - Throws: `BullMQError` with code `invalidArgument`; `RedisError`.
    @discardableResult
    public func publish(
        _ name: String, _ fields: [String: String] = [:], keepingNewest maximum: Int? = nil
    ) async throws -> String {
        try Queue.require(!name.isEmpty, "name", "empty", "a name")
        try Queue.require(
            !Self.reservedNames.contains(name), "name", "\"\(name)\"", "another name than those of BullMQ's own events")
        try Queue.require(fields["event"] == nil, "fields", "using event", "without a field of that name")
        if let maximum { try Queue.require(maximum > 0, "keepingNewest", "\(maximum)", "1 or more") }
        var words = ["XADD", store.keys.events]
        if let maximum { words += ["MAXLEN", "~", String(maximum)] }
        words += ["*", "event", name]
        for (field, value) in fields.sorted(by: { $0.key < $1.key }) { words += [field, value] }
        let reply = try await store.connection.execute(RedisCommand(words))
        guard let id = reply.string else { throw BullMQError.unexpected(reply, from: "XADD") }
        return id
    }
}
