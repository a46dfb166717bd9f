import Logging
import Synchronization

/// The queue's own record: who writes to it and how many events it keeps (protocol: keys, section 8; versions, section 4).
final class QueueMetadata: Sendable {
    /// The protocol version whose contracts we keep, in the form that dashboards parse.
    static let version = "bullmq:6.2.0"

    private let maximumEvents: Int?
    private let announced = Atomic(false)

    init(maximumEvents: Int?) {
        self.maximumEvents = maximumEvents
    }

    var isAnnounced: Bool { announced.load(ordering: .relaxed) }

    /// An event cap that another client chose is only replaced by one that was asked for.
    func announce(in store: QueueStore) async throws {
        let cap =
            if let maximumEvents {
                RedisCommand("HSET", store.keys.meta, "opts.maxLenEvents", String(maximumEvents))
            } else {
                RedisCommand("HSETNX", store.keys.meta, "opts.maxLenEvents", "10000")
            }
        let replies = try await store.redis.pipeline(
            [cap, RedisCommand("HSET", store.keys.meta, "version", Self.version)], forKey: store.keys.meta)
        for case .error(let error) in replies {
            // The record only informs; a user whose ACL forbids it can still use the queue.
            store.logger.warning(
                "queue record not written",
                metadata: ["bullmq.queue": "\(store.name)", "bullmq.error": "\(error)"])
        }
        announced.store(true, ordering: .relaxed)
    }
}
