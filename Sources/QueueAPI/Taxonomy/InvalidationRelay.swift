// Owns: telling the other server processes that the taxonomy changed. A number in Redis grows with each invalidation; whoever sees
// it grown drops its copy. Nothing is missed by a process that was cut off for a while.

import BullMQ
import Logging
import ServiceLifecycle
import Synchronization
import TaxonomyCache

/// Drops this process's copy, and those of the others.
final class InvalidationRelay: Service {
    private let cache: TaxonomyCache
    private let redis: Redis
    private let key: String
    private let interval: Duration
    private let logger: Logger
    /// The number up to which this process knows; nil before the first look.
    private let known = Mutex<Int64?>(nil)

    init(_ cache: TaxonomyCache, redis: Redis, prefix: String, interval: Duration = .seconds(2), logger: Logger) {
        self.cache = cache
        self.redis = redis
        key = "\(prefix):queue-api:taxonomy-generation"
        self.interval = interval
        self.logger = logger
    }

    /// Drops the copy here at once; the others follow within moments, as soon as they can reach Redis.
    ///
    /// - Throws: what the cache throws.
    func invalidate() async throws {
        try await cache.invalidate()
        do {
            if let generation = try await redis.send(RedisCommand("INCR", key)).integer { learn(generation) }
        } catch {
            logger.warning(
                "Other servers were not told that the taxonomy changed", metadata: ["queue-api.error": "\(error)"])
        }
    }

    /// - Returns: whether it is news.
    @discardableResult
    private func learn(_ generation: Int64) -> Bool {
        known.withLock { known in
            let isNews = known.map { $0 < generation } ?? false
            known = max(known ?? 0, generation)
            return isNews
        }
    }

    /// Follows the others until graceful shutdown.
    func run() async throws {
        for await _ in AsyncTimer(every: interval).cancelOnGracefulShutdown() {
            do {
                let generation = try await redis.send(RedisCommand("GET", key)).integer ?? 0
                if learn(generation) { try await cache.invalidate() }
            } catch {
                // Redis will be back, and the number with it.
                logger.debug("No news about the taxonomy", metadata: ["queue-api.error": "\(error)"])
            }
        }
    }
}
