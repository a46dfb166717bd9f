// Owns: the cache as a service, what it tells metrics, and what stays in memory.

import Foundation
import Logging
import MetricsTestKit
import ServiceLifecycle
import Testing

@testable import TaxonomyCache

@Suite("A taxonomy cache as a service", .timeLimit(.minutes(1)))
struct TaxonomyServiceTests {
    let source = ScriptedSource([.numbered(1)])

    private func serve(_ cache: TaxonomyCache, _ body: () async throws -> Void) async throws {
        let group = ServiceGroup(services: [cache], logger: Logger(label: "test"))
        let running = Task { try await group.run() }
        try await body()
        await group.triggerGracefulShutdown()
        try await running.value
    }

    @Test("loads at once, and closes at shutdown")
    func life() async throws {
        let cache = TaxonomyCache(store: try SQLiteTaxonomyStore(), source: source)
        try await serve(cache) { try await cache.untilSize(1) }
        let error = await #expect(throws: TaxonomyError.self) { try await cache.term(id: 1) }
        #expect(error?.code == .closed)
        let refused = await #expect(throws: TaxonomyError.self) { try await cache.invalidate() }
        #expect(refused?.code == .closed)
    }

    @Test("loads again by itself when the copy is old, and after a failure")
    func appointments() async throws {
        var options = TaxonomyCacheOptions()
        options.timeToLive = .milliseconds(50)
        options.retryDelay = .milliseconds(20)
        let cache = TaxonomyCache(store: try SQLiteTaxonomyStore(), source: source, options: options)
        await source.fail()
        try await serve(cache) {
            await source.untilRequests(3)
            await source.fail(false)
            try await cache.untilSize(1)
            await source.set([.numbered(1), .numbered(2)])
            try await cache.untilSize(2)
        }
    }

    @Test("shuts down while a load is under way, and lets nobody wait")
    func shutdownWhileLoading() async throws {
        let cache = TaxonomyCache(store: try SQLiteTaxonomyStore(), source: source)
        await source.hold()
        let lookup = Task { try await cache.term(id: 1) }
        await source.untilRequests(1)
        let closing = Task { try await cache.close() }
        await source.release()
        try await closing.value
        // Either the load was over in time or the look-up was refused.
        do {
            #expect(try await lookup.value == .numbered(1))
        } catch let error as TaxonomyError {
            #expect(error.code == .closed)
        }
    }

    @Test("tells metrics its size, look-ups, loads and age")
    func metrics() async throws {
        let metrics = TestMetrics()
        let clock = TestClock()
        let cache = TaxonomyCache(
            store: try SQLiteTaxonomyStore(), source: source, metrics: metrics, now: clock.now)
        _ = try await cache.term(slug: "term-1")
        _ = try await cache.term(slug: "term-1")
        _ = try await cache.term(slug: "term-2")
        #expect(try metrics.expectGauge("taxonomy.cache.size").lastValue == 1)
        #expect(try metrics.expectCounter("taxonomy.cache.lookups", [("result", "hit")]).totalValue == 2)
        #expect(try metrics.expectCounter("taxonomy.cache.lookups", [("result", "miss")]).totalValue == 1)
        #expect(try metrics.expectCounter("taxonomy.cache.loads", [("outcome", "loaded")]).totalValue == 1)
        #expect(try metrics.expectTimer("taxonomy.cache.load.duration").values.count == 1)
        #expect(try metrics.expectGauge("taxonomy.cache.stale").lastValue == 0)
        await source.fail()
        clock.advance(by: 4_000)
        _ = try await cache.term(slug: "term-1")
        let failed = try metrics.expectCounter("taxonomy.cache.loads", [("outcome", "failed")])
        while failed.totalValue == 0 { await Task.yield() }
        #expect(try metrics.expectGauge("taxonomy.cache.stale").lastValue == 1)
        try await cache.close()
    }

    @Test("keeps the hot terms, and no more than it may")
    func hotTerms() {
        var hot = HotTerms(capacity: 10)
        for id in 1...1_000 {
            hot.keep(.numbered(id))
            #expect(hot.term(slug: "term-1")?.id == 1)
            #expect(hot.count <= 10)
        }
        #expect(hot.term(slug: "term-1000") != nil)
        #expect(hot.term(slug: "term-500") == nil)
        hot.removeAll()
        #expect(hot.count == 0)
    }

    @Test("encodes a term with the names of its columns")
    func coding() throws {
        let json = #"{"id":7,"slug":"a","name":"A","category":null,"synonyms":["b"],"parent_id":3,"description":null}"#
        let term = TaxonomyTerm(id: 7, slug: "a", name: "A", synonyms: ["b"], parentID: 3)
        #expect(try JSONDecoder().decode(TaxonomyTerm.self, from: Data(json.utf8)) == term)
        #expect(try JSONDecoder().decode(TaxonomyTerm.self, from: JSONEncoder().encode(term)) == term)
    }
}
