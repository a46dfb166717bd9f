// Owns: how many requests a user may make in a minute. The rule it keeps: it remembers users only while it must.

import Synchronization

/// Token buckets, one for each user who asked within the last minute.
final class RateLimiter: Sendable {
    private struct Bucket {
        var tokens: Double
        var filledAt: ContinuousClock.Instant
    }

    private struct Buckets {
        var byUser: [String: Bucket] = [:]
        var sweptAt: ContinuousClock.Instant
    }

    private let perMinute: Int
    private let buckets: Mutex<Buckets>
    private let now: @Sendable () -> ContinuousClock.Instant

    init(perMinute: Int, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.perMinute = perMinute
        self.now = now
        buckets = Mutex(Buckets(sweptAt: now()))
    }

    /// - Throws: 429 with the seconds after which another request is admitted.
    func admit(_ userID: String) throws(APIError) {
        let now = now()
        let rate = Double(perMinute) / 60
        let wait: Double? = buckets.withLock { buckets in
            if now - buckets.sweptAt > .seconds(60) {
                buckets.byUser = buckets.byUser.filter { now - $0.value.filledAt < .seconds(60) }
                buckets.sweptAt = now
            }
            var bucket = buckets.byUser[userID] ?? Bucket(tokens: Double(perMinute), filledAt: now)
            let elapsed = (now - bucket.filledAt).inSeconds
            bucket.tokens = min(Double(perMinute), bucket.tokens + elapsed * rate)
            bucket.filledAt = now
            let isAdmitted = bucket.tokens >= 1
            if isAdmitted { bucket.tokens -= 1 }
            buckets.byUser[userID] = bucket
            return isAdmitted ? nil : (1 - bucket.tokens) / rate
        }
        if let wait { throw .tooManyRequests(retryAfter: max(1, Int(wait.rounded(.up)))) }
    }
}
