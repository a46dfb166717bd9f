// Owns: what happens when no decision can be made, or what was decided is not done.

import BullMQTesting
import Foundation
import LiveTesting
import Logging
import RedisTransport
import Synchronization
import Testing

@testable import SubscriptionTiers

@Suite("A subscription check", .live, .timeLimit(.minutes(1)))
struct SubscriptionFailureTests {
    struct Down: Error {}

    struct BrokenTiers: TierSource {
        func tier(of userID: String) async throws -> String? { throw Down() }
    }

    let user = Subscriber(id: UUID().uuidString.lowercased())
    let prefix = RedisServer.uniqueName("tiers")

    private func withCounters(_ body: (UsageCounters, Redis) async throws -> Void) async throws {
        let redis = try await Redis(url: RedisServer.shared.url)
        try await body(UsageCounters(redis: redis, prefix: prefix), redis)
        await redis.close()
    }

    private func used(_ redis: Redis) async throws -> Int64? {
        let key = "\(prefix):usage:{\(user.id)}:thumbnail:\(UsagePeriod(containing: Date()))"
        return try await redis.send(RedisCommand("GET", key)).integer
    }

    @Test("fails when the tier cannot be found out")
    func tiersDown() async throws {
        try await withCounters { counters, _ async throws in
            let subscriptions = TieredSubscriptions(tiers: BrokenTiers(), counters: counters)
            let error = await #expect(throws: SubscriptionError.self) {
                try await subscriptions.reserve("thumbnail", for: user)
            }
            #expect(error?.code == .unavailable)
            #expect(error?.underlying is Down)
            let other = await #expect(throws: SubscriptionError.self) {
                try await subscriptions.isAvailable("thumbnail", for: user)
            }
            #expect(other?.code == .unavailable)
        }
    }

    @Test("fails in time when Redis is down, and works without Redis where nothing is counted")
    func redisDown() async throws {
        let server = try await RedisServer.start()
        await server.stop()
        var configuration = try RedisConfiguration(url: server.url)
        configuration.offlineTimeout = .milliseconds(200)
        let redis = Redis(configuration: configuration)
        let subscriptions = TieredSubscriptions(
            tiers: StaticTierSource([user.id: "studio"]), counters: UsageCounters(redis: redis))
        let error = await #expect(throws: SubscriptionError.self) {
            try await subscriptions.reserve("download", for: user)
        }
        #expect(error?.code == .unavailable)
        #expect(try await subscriptions.reserve("thumbnail", for: user) == .allowed(.unlimited))
        await redis.close()
    }

    @Test("allows and warns when told to fail open, but refuses what it knows to be refused")
    func failOpen() async throws {
        try await withCounters { counters, _ async throws in
            let warnings = WarningCounter()
            let logger = Logger(label: "test") { _ in warnings }
            let open = FailOpenSubscriptions(
                TieredSubscriptions(tiers: BrokenTiers(), counters: counters), logger: logger)
            #expect(try await open.reserve("thumbnail", for: user) == .allowed(.unlimited))
            #expect(try await open.isAvailable("thumbnail", for: user) == .allowed(.unlimited))
            try await open.refund(.unlimited)
            #expect(warnings.count == 2)

            let working = FailOpenSubscriptions(
                TieredSubscriptions(tiers: StaticTierSource(), counters: counters), logger: logger)
            #expect(try await working.reserve("transcoding", for: user) == .refused(.notInTier))
            #expect(warnings.count == 2)
        }
    }

    @Test("gives a use back when what it was for fails, and keeps it when it is done")
    func performing() async throws {
        try await withCounters { counters, redis async throws in
            let subscriptions = TieredSubscriptions(tiers: StaticTierSource(), counters: counters)
            let done = try await subscriptions.perform("thumbnail", for: user) { "job" }
            guard case .done("job") = done else {
                Issue.record("\(done)")
                return
            }
            #expect(try await used(redis) == 1)
            await #expect(throws: Down.self) {
                _ = try await subscriptions.perform("thumbnail", for: user) { throw Down() }
            }
            #expect(try await used(redis) == 1)
            let refused = try await subscriptions.perform("transcoding", for: user) {
                Issue.record("done although refused")
            }
            guard case .refused(.notInTier) = refused else {
                Issue.record("\(refused)")
                return
            }
        }
    }

    @Test("counts for a cancelled task what it then gives back, so that nothing is lost")
    func cancelled() async throws {
        try await withCounters { counters, redis async throws in
            let subscriptions = TieredSubscriptions(tiers: StaticTierSource(), counters: counters)
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                guard case .allowed(let reservation) = try await subscriptions.reserve("thumbnail", for: user) else {
                    return
                }
                let counted = try await Task { try await used(redis) }.value
                #expect(counted == 1)
                try await subscriptions.refund(reservation)
                _ = try await subscriptions.perform("thumbnail", for: user) { Issue.record("done although cancelled") }
            }
            await #expect(throws: CancellationError.self) { try await task.value }
            #expect(try await used(redis) == 0)
        }
    }

    @Test("tells of a use that could not be given back, and throws what failed first")
    func failedRefund() async throws {
        struct NoRefunds: SubscriptionChecking {
            func reserve(
                _ operation: String, for subscriber: Subscriber
            ) async throws(SubscriptionError) -> SubscriptionDecision { .allowed(Reservation(id: "1")) }
            func isAvailable(
                _ operation: String, for subscriber: Subscriber
            ) async throws(SubscriptionError) -> SubscriptionDecision { .allowed(.unlimited) }
            func refund(_ reservation: Reservation) async throws(SubscriptionError) {
                throw SubscriptionError(.unavailable, "no refunds")
            }
        }
        var told: [String] = []
        await #expect(throws: Down.self) {
            _ = try await NoRefunds().perform("x", for: user, onFailedRefund: { told.append($0.message) }) {
                throw Down()
            }
        }
        #expect(told == ["no refunds"])
    }

    @Test("says what clients know")
    func words() {
        #expect(SubscriptionRefusal.error == "tier_limit_reached")
        #expect(SubscriptionRefusal.limitReached.reason() == "limit_reached")
        #expect(SubscriptionRefusal.limitReached.reason(.notInTier) == "limit_reached")
        #expect(SubscriptionRefusal.limitReached.code == nil)
        #expect(
            SubscriptionRefusal.limitReached.message
                == "You have reached your plan limit for this feature. Upgrade to continue.")
        #expect(SubscriptionRefusal.notInTier.reason() == "feature_unavailable")
        #expect(SubscriptionRefusal.notInTier.reason(.notInTier) == "not_in_tier")
        #expect(SubscriptionRefusal.notInTier.code == "not_in_tier")
        #expect(SubscriptionRefusal.notInTier.message == "This feature is not available on your current plan.")
        #expect(TierReasonStyle(rawValue: "a") == .notInTier)
        #expect(TierReasonStyle(rawValue: "b") == .featureUnavailable)
    }

    @Test("can allow everything")
    func allowAll() async throws {
        let checks = AllowAllSubscriptions()
        #expect(try await checks.reserve("anything", for: user) == .allowed(.unlimited))
        #expect(try await checks.isAvailable("anything", for: user) == .allowed(.unlimited))
        try await checks.refund(.unlimited)
    }
}

/// Counts warnings.
private final class WarningCounter: LogHandler, Sendable {
    private let warnings = Mutex(0)

    var count: Int { warnings.withLock { $0 } }
    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }

    subscript(metadataKey _: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) {
        if event.level == .warning { warnings.withLock { $0 += 1 } }
    }
}
