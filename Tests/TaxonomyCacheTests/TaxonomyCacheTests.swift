// Owns: loading, ageing and invalidating.

import Foundation
import MetricsTestKit
import Testing

@testable import TaxonomyCache

@Suite("A taxonomy cache", .timeLimit(.minutes(1)))
struct TaxonomyCacheTests {
    let clock = TestClock()
    let source = ScriptedSource([.numbered(1), .numbered(2), .numbered(3)])

    private func withCache(
        _ options: TaxonomyCacheOptions = TaxonomyCacheOptions(), store: (any TaxonomyStore)? = nil,
        _ body: (TaxonomyCache) async throws -> Void
    ) async throws {
        let cache = TaxonomyCache(
            store: try store ?? SQLiteTaxonomyStore(), source: source, options: options, now: clock.now)
        try await body(cache)
        try await cache.close()
    }

    // MARK: Loading

    @Test("loads at the first look-up, and only then")
    func firstLookup() async throws {
        try await withCache { cache async throws in
            #expect(cache.statistics() == TaxonomyStatistics())
            #expect(await source.requests == [])
            #expect(try await cache.term(slug: "term-2") == .numbered(2))
            #expect(try await cache.term(slug: "term-2") == .numbered(2))
            #expect(try await cache.term(id: 4) == nil)
            #expect(try await cache.terms(.prefix("term", limit: 10)).count == 3)
            #expect(await source.requests == [nil, 3])
            var expected = TaxonomyStatistics()
            expected.size = 3
            expected.hits = 3
            expected.misses = 1
            expected.loadedAt = clock.now()
            #expect(cache.statistics() == expected)
        }
    }

    @Test("loads once for a hundred simultaneous look-ups")
    func singleFlight() async throws {
        try await withCache { cache async throws in
            await source.hold()
            try await withThrowingTaskGroup(of: TaxonomyTerm?.self) { group in
                for _ in 1...100 { group.addTask { try await cache.term(slug: "term-1") } }
                await source.untilRequests(1)
                await source.release()
                for try await term in group { #expect(term == .numbered(1)) }
            }
            #expect(await source.requests == [nil, 3])
            #expect(cache.statistics().hits == 100)
        }
    }

    @Test("reads page after page until one is empty")
    func pages() async throws {
        await source.set((1...23).map { .numbered($0 * 10) })
        var options = TaxonomyCacheOptions()
        options.pageSize = 10
        try await withCache(options) { cache async throws in
            #expect(try await cache.term(id: 230) != nil)
            #expect(await source.requests == [nil, 100, 200, 230])
            #expect(cache.statistics().size == 23)
        }
    }

    @Test("refuses a source that does not page by id, or has too many terms")
    func invalidSource() async throws {
        struct Repeating: TaxonomySource {
            func page(after id: Int?, limit: Int) async throws -> [TaxonomyTerm] { [.numbered(5)] }
        }
        let cache = TaxonomyCache(store: try SQLiteTaxonomyStore(), source: Repeating())
        let error = await #expect(throws: TaxonomyError.self) { try await cache.term(id: 5) }
        #expect(error?.code == .unavailable)
        #expect((error?.underlying as? TaxonomyError)?.code == .invalidSource)
        try await cache.close()

        var options = TaxonomyCacheOptions()
        options.largestCount = 2
        try await withCache(options) { cache async throws in
            let error = await #expect(throws: TaxonomyError.self) { try await cache.term(id: 1) }
            #expect((error?.underlying as? TaxonomyError)?.code == .invalidSource)
        }
    }

    @Test("lets a cancelled look-up go, and loads all the same")
    func cancellation() async throws {
        try await withCache { cache async throws in
            await source.hold()
            let lookup = Task { try await cache.term(slug: "term-1") }
            await source.untilRequests(1)
            lookup.cancel()
            await #expect(throws: CancellationError.self) { try await lookup.value }
            let other = Task { try await cache.term(slug: "term-1") }
            await source.release()
            #expect(try await other.value == .numbered(1))
            #expect(await source.requests == [nil, 3])
        }
    }

    // MARK: Failing

    @Test("fails without a copy while its source is down, without asking it again each time")
    func sourceDown() async throws {
        await source.fail()
        try await withCache { cache async throws in
            for _ in 1...10 {
                let error = await #expect(throws: TaxonomyError.self) { try await cache.term(slug: "term-1") }
                #expect(error?.code == .unavailable)
                #expect(error?.underlying is ScriptedSource.Down)
            }
            #expect(await source.requests.count == 1)
            #expect(cache.statistics().misses == 10)
            clock.advance(by: 1)
            await #expect(throws: TaxonomyError.self) { try await cache.term(slug: "term-1") }
            // The second failure doubled the wait.
            clock.advance(by: 1)
            await #expect(throws: TaxonomyError.self) { try await cache.term(slug: "term-1") }
            #expect(await source.requests.count == 2)
            await source.fail(false)
            clock.advance(by: 1)
            #expect(try await cache.term(slug: "term-1") == .numbered(1))
        }
    }

    @Test("waits longer after each failure, up to a limit")
    func delays() {
        let options = TaxonomyCacheOptions()
        let delays = [1, 2, 3, 6, 7, 1_000].map { options.delay(afterFailures: $0) }
        #expect(delays == [.seconds(1), .seconds(2), .seconds(4), .seconds(32), .seconds(60), .seconds(60)])
    }

    // MARK: Ageing

    @Test("answers from an old copy while it is loaded again")
    func staleWhileRevalidate() async throws {
        try await withCache { cache async throws in
            _ = try await cache.term(id: 1)
            await source.set([.numbered(1), .numbered(4)])
            await source.hold()
            clock.advance(by: 3_599)
            _ = try await cache.term(slug: "term-1")
            #expect(!cache.statistics().isStale)
            #expect(await source.requests.count == 2)
            clock.advance(by: 1)
            #expect(try await cache.term(slug: "term-2") == .numbered(2))
            #expect(cache.statistics().isStale)
            await source.untilRequests(3)
            #expect(try await cache.term(slug: "term-2") == .numbered(2))
            await source.release()
            try await cache.untilSize(2)
            #expect(!cache.statistics().isStale)
            #expect(try await cache.term(slug: "term-2") == nil)
            #expect(try await cache.term(slug: "term-4") == .numbered(4))
        }
    }

    @Test("answers from an old copy for as long as the source is down")
    func staleWhileDown() async throws {
        let metrics = TestMetrics()
        let cache = TaxonomyCache(
            store: try SQLiteTaxonomyStore(), source: source, metrics: metrics, now: clock.now)
        _ = try await cache.term(id: 1)
        let failures = try metrics.expectCounter("taxonomy.cache.loads", [("outcome", "failed")])
        await source.fail()
        for hour in 1...5 {
            clock.advance(by: 3_600)
            #expect(try await cache.term(slug: "term-2") == .numbered(2))
            while failures.totalValue < hour { await Task.yield() }
            #expect(cache.statistics().isStale)
            #expect(cache.statistics().size == 3)
            #expect(await source.requests.count == 2 + hour)
        }
        try await cache.close()
    }

    // MARK: Invalidating

    @Test("has nothing after an invalidation, counts on, and loads in the background")
    func invalidation() async throws {
        try await withCache { cache async throws in
            _ = try await cache.term(slug: "term-1")
            _ = try await cache.term(slug: "term-9")
            await source.set([.numbered(9)])
            await source.hold()
            try await cache.invalidate()
            let statistics = cache.statistics()
            #expect((statistics.size, statistics.hits, statistics.misses) == (0, 1, 1))
            #expect(statistics.loadedAt == nil)
            await source.untilRequests(3)
            await source.release()
            #expect(try await cache.term(slug: "term-1") == nil)
            #expect(try await cache.term(slug: "term-9") == .numbered(9))
        }
    }

    @Test("throws a load away that began before an invalidation")
    func voidLoad() async throws {
        try await withCache { cache async throws in
            await source.hold()
            let lookup = Task { try await cache.term(slug: "term-1") }
            await source.untilRequests(1)
            try await cache.invalidate()
            await source.set([TaxonomyTerm(id: 1, slug: "term-1", name: "New")])
            await source.release()
            #expect(try await lookup.value?.name == "New")
            // The void load asked for no further page.
            #expect(await source.requests == [nil, nil, 1])
        }
    }

    @Test("loads once for a hundred simultaneous invalidations")
    func coalescing() async throws {
        try await withCache { cache async throws in
            _ = try await cache.term(id: 1)
            await source.hold()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 1...100 { group.addTask { try await cache.invalidate() } }
                try await group.waitForAll()
            }
            await source.release()
            #expect(try await cache.term(id: 1) == .numbered(1))
            // At most one load was under way when the last invalidation came.
            #expect(await source.requests.count <= 2 + 3)
        }
    }

    @Test("never answers from a copy that was invalidated before the question")
    func noOldAnswers() async throws {
        try await withCache { cache async throws in
            for version in 1...50 {
                await source.set([TaxonomyTerm(id: 1, slug: "term-1", name: "\(version)")])
                try await cache.invalidate()
                try await withThrowingTaskGroup(of: TaxonomyTerm?.self) { group in
                    for _ in 1...4 { group.addTask { try await cache.term(slug: "term-1") } }
                    for try await term in group { #expect(term?.name == "\(version)") }
                }
            }
        }
    }

    // MARK: Over restarts

    @Test("uses a young copy that an earlier process left, without asking its source")
    func youngCopy() async throws {
        let store = try SQLiteTaxonomyStore()
        try await store.replace([[.numbered(8)]], loadedAt: clock.now())
        try await withCache(store: store) { cache async throws in
            #expect(try await cache.term(slug: "term-8") == .numbered(8))
            #expect(await source.requests == [])
        }
    }

    @Test("uses an old copy that an earlier process left, if the source is down")
    func oldCopy() async throws {
        let store = try SQLiteTaxonomyStore()
        try await store.replace([[.numbered(8)]], loadedAt: clock.now() - 100_000)
        await source.fail()
        try await withCache(store: store) { cache async throws in
            #expect(try await cache.term(slug: "term-8") == .numbered(8))
            #expect(cache.statistics().isStale)
        }
    }

    @Test("does not trust a copy from the future")
    func futureCopy() async throws {
        let store = try SQLiteTaxonomyStore()
        try await store.replace([[.numbered(8)]], loadedAt: clock.now() + 100_000)
        try await withCache(store: store) { cache async throws in
            _ = try await cache.term(slug: "term-8")
            try await cache.untilSize(3)
        }
    }

    @Test("leaves nothing to a later process after an invalidation")
    func invalidatedFile() async throws {
        try await withFolder { folder async throws in
            let path = folder.appending(path: "taxonomy.db").path
            try await withCache(store: try SQLiteTaxonomyStore(path: path)) { cache async throws in
                _ = try await cache.term(id: 1)
                await source.fail()
                try await cache.invalidate()
                await source.untilRequests(3)
            }
            let store = try SQLiteTaxonomyStore(path: path)
            #expect(try await store.contents() == nil)
            try await store.close()
        }
    }
}

extension TaxonomyCache {
    /// Waits until a load in the background has changed the size.
    func untilSize(_ size: Int) async throws {
        while statistics().size != size {
            try Task.checkCancellation()
            await Task.yield()
        }
    }
}
