// Owns: decisions by tier, counted in a real Redis.

import BullMQTesting
import Foundation
import LiveTesting
import RedisTransport
import Synchronization
import Testing

@testable import SubscriptionTiers

/// A clock that a test turns.
final class TestClock: Sendable {
    private let time = Mutex(Date(timeIntervalSince1970: 1_795_000_000))

    var now: @Sendable () -> Date { { self.time.withLock { $0 } } }

    func set(_ date: Date) { time.withLock { $0 = date } }
}

/// How many were inside at a time, at most.
private final class Peak: Sendable {
    private let inside = Mutex((now: 0, most: 0))

    var most: Int { inside.withLock { $0.most } }

    func enter() { inside.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) } }
    func leave() { inside.withLock { $0.now -= 1 } }
}

@Suite("Subscriptions by tier", .live, .timeLimit(.minutes(1)))
struct TieredSubscriptionsTests {
    let clock = TestClock()
    let user = Subscriber(id: UUID().uuidString.lowercased())
    let prefix = RedisServer.uniqueName("tiers")

    private func withSubscriptions(
        users: [String: String] = [:], _ body: (TieredSubscriptions, Redis) async throws -> Void
    ) async throws {
        let redis = try await Redis(url: RedisServer.shared.url)
        try await body(try subscriptions(redis, users: users), redis)
        await redis.close()
    }

    private func subscriptions(_ redis: Redis, users: [String: String] = [:]) throws -> TieredSubscriptions {
        let table = try TierTable(
            defaultTier: "free",
            tiers: ["free": ["thumbnail": .monthly(3)], "pro": ["thumbnail": .unlimited, "transcoding": .monthly(7)]])
        return TieredSubscriptions(
            table: table, tiers: StaticTierSource(users), counters: UsageCounters(redis: redis, prefix: prefix),
            now: clock.now)
    }

    private func isAllowed(_ decision: SubscriptionDecision) -> Bool {
        if case .allowed = decision { true } else { false }
    }

    private func used(_ redis: Redis, _ operation: String) async throws -> Int64? {
        let period = UsagePeriod(containing: clock.now())
        let key = "\(prefix):usage:{\(user.id)}:\(operation):\(period)"
        return try await redis.send(RedisCommand("GET", key)).integer
    }

    @Test("allow as much as the tier has, then refuse, and tell how much is left")
    func limit() async throws {
        try await withSubscriptions { subscriptions, redis async throws in
            for left in [2, 1, 0] {
                let decision = try await subscriptions.reserve("thumbnail", for: user)
                guard case .allowed(let reservation) = decision else {
                    Issue.record("refused with \(left) left")
                    return
                }
                #expect(reservation.remaining == left)
            }
            for _ in 1...3 {
                #expect(try await subscriptions.reserve("thumbnail", for: user) == .refused(.limitReached))
            }
            #expect(try await used(redis, "thumbnail") == 3)
            let other = Subscriber(id: "somebody-else")
            #expect(isAllowed(try await subscriptions.reserve("thumbnail", for: other)))
        }
    }

    @Test("refuse what the tier does not have, and count nothing")
    func notInTier() async throws {
        try await withSubscriptions { subscriptions, redis async throws in
            #expect(try await subscriptions.reserve("transcoding", for: user) == .refused(.notInTier))
            #expect(try await subscriptions.reserve("unheard_of", for: user) == .refused(.notInTier))
            #expect(try await used(redis, "transcoding") == nil)
        }
    }

    @Test("never allow more than the limit when a hundred requests race over two connections")
    func race() async throws {
        try await withSubscriptions(users: [user.id: "pro"]) { first, redis async throws in
            let another = try await Redis(url: RedisServer.shared.url)
            let second = try subscriptions(another, users: [user.id: "pro"])
            let allowed = try await withThrowingTaskGroup(of: Bool.self) { group in
                for index in 1...100 {
                    group.addTask {
                        isAllowed(
                            try await (index.isMultiple(of: 2) ? first : second).reserve("transcoding", for: user))
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(allowed == 7)
            #expect(try await used(redis, "transcoding") == 7)
            await another.close()
        }
    }

    @Test("never allow more than the limit while others give back")
    func raceWithRefunds() async throws {
        try await withSubscriptions(users: [user.id: "pro"]) { subscriptions, redis async throws in
            let peak = Peak()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 1...200 {
                    group.addTask {
                        guard case .allowed(let reservation) = try await subscriptions.reserve("transcoding", for: user)
                        else { return }
                        peak.enter()
                        await Task.yield()
                        peak.leave()
                        try await subscriptions.refund(reservation)
                    }
                }
                try await group.waitForAll()
            }
            #expect(peak.most <= 7)
            #expect(try await used(redis, "transcoding") == 0)
        }
    }

    @Test("give back what was counted, never below zero, and nothing for what was not counted")
    func refund() async throws {
        try await withSubscriptions { subscriptions, redis async throws in
            guard case .allowed(let reservation) = try await subscriptions.reserve("thumbnail", for: user) else {
                Issue.record("refused")
                return
            }
            try await subscriptions.refund(reservation)
            #expect(try await used(redis, "thumbnail") == 0)
            try await subscriptions.refund(reservation)
            try await subscriptions.refund(.unlimited)
            #expect(try await used(redis, "thumbnail") == 0)
            for _ in 1...3 { #expect(isAllowed(try await subscriptions.reserve("thumbnail", for: user))) }
        }
    }

    @Test("start again with each month in UTC, and give back into the month that was counted")
    func rollOver() async throws {
        try await withSubscriptions { subscriptions, redis async throws in
            let period = UsagePeriod(containing: clock.now())
            clock.set(period.end - 0.001)
            var last = Reservation.unlimited
            for _ in 1...3 {
                guard case .allowed(let reservation) = try await subscriptions.reserve("thumbnail", for: user) else {
                    Issue.record("refused")
                    return
                }
                last = reservation
            }
            #expect(try await subscriptions.reserve("thumbnail", for: user) == .refused(.limitReached))
            clock.set(period.end)
            #expect(isAllowed(try await subscriptions.reserve("thumbnail", for: user)))
            try await subscriptions.refund(last)
            #expect(try await used(redis, "thumbnail") == 1)
            clock.set(period.end - 0.001)
            #expect(try await used(redis, "thumbnail") == 2)
        }
    }

    @Test("let a counter disappear after its month, and not make it again by giving back")
    func expiry() async throws {
        try await withSubscriptions { subscriptions, redis async throws in
            guard case .allowed(let reservation) = try await subscriptions.reserve("thumbnail", for: user),
                let key = reservation.id
            else {
                Issue.record("refused")
                return
            }
            let end = Int64(UsagePeriod(containing: clock.now()).end.timeIntervalSince1970)
            for _ in 1...2 {
                let expiry = try await redis.send(RedisCommand("EXPIRETIME", key)).integer
                #expect(expiry == end + 7 * 86_400)
                _ = try await subscriptions.reserve("thumbnail", for: user)
            }
            _ = try await redis.send(RedisCommand("DEL", key))
            try await subscriptions.refund(reservation)
            #expect(try await redis.send(RedisCommand("EXISTS", key)).integer == 0)
        }
    }

    @Test("let administrators do everything, uncounted")
    func administrators() async throws {
        try await withSubscriptions { subscriptions, _ async throws in
            let admin = Subscriber(id: user.id, isAdmin: true)
            for _ in 1...5 {
                #expect(try await subscriptions.reserve("thumbnail", for: admin) == .allowed(.unlimited))
            }
            #expect(try await subscriptions.reserve("unheard_of", for: admin) == .allowed(.unlimited))
            #expect(try await subscriptions.isAvailable("unheard_of", for: admin) == .allowed(.unlimited))
        }
    }

    @Test("know what a tier has apart from what is used up")
    func availability() async throws {
        try await withSubscriptions { subscriptions, redis async throws in
            for _ in 1...4 { _ = try await subscriptions.reserve("thumbnail", for: user) }
            #expect(try await subscriptions.isAvailable("thumbnail", for: user) == .allowed(.unlimited))
            #expect(try await subscriptions.isAvailable("transcoding", for: user) == .refused(.notInTier))
            #expect(try await used(redis, "thumbnail") == 3)
        }
    }

    @Test("treat a tier that is not in the table as the default one")
    func unknownTier() async throws {
        try await withSubscriptions(users: [user.id: "platinum"]) { subscriptions, _ async throws in
            #expect(try await subscriptions.reserve("transcoding", for: user) == .refused(.notInTier))
            #expect(isAllowed(try await subscriptions.reserve("thumbnail", for: user)))
        }
    }

    @Test("keep users and operations apart whatever their names are")
    func names() async throws {
        try await withSubscriptions { _, redis async throws in
            let counters = UsageCounters(redis: redis, prefix: "p")
            let period = UsagePeriod(containing: clock.now())
            #expect(
                counters.key(user: "a}b{:ü", operation: "onboarding:extract", period: period)
                    == "p:usage:{a%7Db%7B%3A%C3%BC}:onboarding%3Aextract:\(period)")
            #expect(counters.key(user: "a", operation: "%", period: period) == "p:usage:{a}:%25:\(period)")
        }
    }

    @Test("tell a user what the tier has and what is used")
    func usage() async throws {
        try await withSubscriptions(users: [user.id: "pro"]) { subscriptions, _ async throws in
            _ = try await subscriptions.reserve("transcoding", for: user)
            _ = try await subscriptions.reserve("thumbnail", for: user)
            let usage = try await subscriptions.usage(of: user)
            #expect(usage.tier == "pro")
            #expect(usage.period == UsagePeriod(containing: clock.now()))
            #expect(usage.operations.map(\.name) == ["thumbnail", "transcoding"])
            #expect(usage.operations.map(\.used) == [0, 1])
            #expect(usage.operations.map(\.allowance) == [.unlimited, .monthly(7)])
        }
    }

    @Test("count in a cluster, all operations of a user in one place")
    func cluster() async throws {
        let cluster = try await RedisCluster.start()
        let redis = try Redis(url: cluster.url)
        let subscriptions = try subscriptions(redis, users: [user.id: "pro"])
        for index in 1...8 {
            let decision = try await subscriptions.reserve("transcoding", for: user)
            #expect(index <= 7 ? isAllowed(decision) : decision == .refused(.limitReached))
        }
        for number in 1...20 {
            let other = Subscriber(id: "user-\(number)")
            #expect(isAllowed(try await subscriptions.reserve("thumbnail", for: other)))
        }
        #expect(try await subscriptions.usage(of: user).operations.map(\.used) == [0, 7])
        await redis.close()
        await cluster.stop()
    }
}
