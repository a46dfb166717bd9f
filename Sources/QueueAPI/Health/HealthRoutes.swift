// Owns: `GET /health/live` and `GET /health/ready` (queue API, section 8).

import BullMQ
import Hummingbird

/// Says whether the process is alive, and whether it can do its work.
struct HealthRoutes: Sendable {
    /// How one of the parts is.
    enum Condition: String, Sendable {
        case ok
        /// It works, but not as it should.
        case degraded
        case down
        /// It is not used.
        case off
    }

    let redis: Redis
    let directus: @Sendable () async -> Condition
    let taxonomy: @Sendable () async -> Condition

    func live() -> Response { .json(#"{"status":"ok"}"#, headers: [.cacheControl: "no-store"]) }

    /// Without Redis there is no work to be had; without Directus, tokens already verified still serve.
    func ready() async -> Response {
        async let directus = directus()
        async let taxonomy = taxonomy()
        let redis = await redisCondition()
        let others = await [directus, taxonomy]
        let isDegraded = others.contains { $0 == .down || $0 == .degraded }
        let status = redis == .down ? "error" : isDegraded ? "degraded" : "ok"
        return .json(
            """
            {"status":"\(status)","checks":{"redis":"\(redis.rawValue)","directus":"\(others[0].rawValue)",\
            "taxonomy":"\(others[1].rawValue)"}}
            """,
            status: redis == .down ? .serviceUnavailable : .ok, headers: [.cacheControl: "no-store"])
    }

    private func redisCondition() async -> Condition {
        do {
            _ = try await redis.send(RedisCommand("PING"))
            return .ok
        } catch {
            return .down
        }
    }
}
