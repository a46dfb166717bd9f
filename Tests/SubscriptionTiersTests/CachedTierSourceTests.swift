// Owns: remembering tiers.

import Foundation
import Synchronization
import Testing

@testable import SubscriptionTiers

@Suite("A cache of tiers", .timeLimit(.minutes(1)))
struct CachedTierSourceTests {
    private struct Down: Error {}

    /// Counts the questions, and keeps them waiting if asked to.
    private actor Source: TierSource {
        var questions: [String] = []
        private var tiers: [String: String] = [:]
        private var isDown = false
        private var isHeld = false
        private var held: [CheckedContinuation<Void, Never>] = []
        private var watchers: [CheckedContinuation<Void, Never>] = []

        func tier(of userID: String) async throws -> String? {
            questions.append(userID)
            for watcher in watchers { watcher.resume() }
            watchers = []
            if isHeld { await withCheckedContinuation { held.append($0) } }
            if isDown { throw Down() }
            return tiers[userID]
        }

        func set(_ tier: String?, for user: String) { tiers[user] = tier }
        func fail(_ isDown: Bool = true) { self.isDown = isDown }
        func hold() { isHeld = true }
        func release() {
            isHeld = false
            for continuation in held { continuation.resume() }
            held = []
        }
        func untilAsked() async {
            if questions.isEmpty { await withCheckedContinuation { watchers.append($0) } }
        }
    }

    private final class Time: Sendable {
        private let instant = Mutex(ContinuousClock.now)
        var now: @Sendable () -> ContinuousClock.Instant { { self.instant.withLock { $0 } } }
        func advance(by duration: Duration) { instant.withLock { $0 = $0.advanced(by: duration) } }
    }

    private let source = Source()
    private let time = Time()

    @Test("asks once in its time to live, also about users without a tier")
    func timeToLive() async throws {
        let cache = CachedTierSource(source, now: time.now)
        await source.set("pro", for: "a")
        for _ in 1...3 {
            #expect(try await cache.tier(of: "a") == "pro")
            #expect(try await cache.tier(of: "b") == nil)
        }
        #expect(await source.questions == ["a", "b"])
        await source.set("studio", for: "a")
        time.advance(by: .seconds(59))
        #expect(try await cache.tier(of: "a") == "pro")
        time.advance(by: .seconds(1))
        #expect(try await cache.tier(of: "a") == "studio")
    }

    @Test("asks once for many at a time")
    func singleFlight() async throws {
        let cache = CachedTierSource(source, now: time.now)
        await source.set("pro", for: "a")
        await source.hold()
        try await withThrowingTaskGroup(of: String?.self) { group in
            for _ in 1...50 { group.addTask { try await cache.tier(of: "a") } }
            await source.untilAsked()
            await source.release()
            for try await tier in group { #expect(tier == "pro") }
        }
        #expect(await source.questions == ["a"])
    }

    @Test("answers with an older tier while the source is down, but not for ever")
    func down() async throws {
        let cache = CachedTierSource(source, now: time.now)
        await source.set("pro", for: "a")
        _ = try await cache.tier(of: "a")
        await source.fail()
        time.advance(by: .seconds(599))
        #expect(try await cache.tier(of: "a") == "pro")
        time.advance(by: .seconds(1))
        await #expect(throws: Down.self) { try await cache.tier(of: "a") }
        await #expect(throws: Down.self) { try await cache.tier(of: "b") }
        await source.fail(false)
        #expect(try await cache.tier(of: "b") == nil)
    }

    @Test("lets a cancelled caller go, and answers the others")
    func cancellation() async throws {
        let cache = CachedTierSource(source, now: time.now)
        await source.set("pro", for: "a")
        await source.hold()
        let first = Task { try await cache.tier(of: "a") }
        await source.untilAsked()
        let second = Task { try await cache.tier(of: "a") }
        first.cancel()
        await #expect(throws: CancellationError.self) { try await first.value }
        await source.release()
        #expect(try await second.value == "pro")
    }

    @Test("forgets the users not seen for longest when there are many, and those it is told to forget")
    func forgetting() async throws {
        let cache = CachedTierSource(source, capacity: 10, now: time.now)
        for user in 1...100 { _ = try await cache.tier(of: "\(user)") }
        _ = try await cache.tier(of: "100")
        #expect(await source.questions.count == 100)
        _ = try await cache.tier(of: "1")
        #expect(await source.questions.count == 101)
        cache.forget("100")
        _ = try await cache.tier(of: "100")
        #expect(await source.questions.count == 102)
        cache.forget()
        _ = try await cache.tier(of: "99")
        #expect(await source.questions.count == 103)
    }
}
