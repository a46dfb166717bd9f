// Owns: when the local copy of the taxonomy is loaded, and what answers meanwhile.
// Rule: an answer never comes from a copy that was invalidated before it was asked for.

public import Logging
public import Metrics
public import ServiceLifecycle
import Synchronization

public import struct Foundation.Date

/// Answers questions about the taxonomy from a local copy (queue API, section 13).
///
/// The first look-up loads the copy; simultaneous ones wait for the same load. A copy that is too old still answers while it is
/// loaded again in the background, and for as long as the source is down. ``invalidate()`` drops it.
///
/// As a `Service` it loads at once, keeps the copy young without being asked, and closes its store at shutdown. It works without
/// being run, too.
///
/// ```swift
/// let taxonomy = TaxonomyCache(store: try SQLiteTaxonomyStore(), source: directus)
/// let term = try await taxonomy.term(slug: "street-photography")
/// ```
public actor TaxonomyCache: Service {
    private let store: any TaxonomyStore
    private let source: any TaxonomySource
    private let options: TaxonomyCacheOptions
    private let logger: Logger
    private let meters: TaxonomyMeters
    private let now: @Sendable () -> Date
    private nonisolated let figures = Mutex(TaxonomyStatistics())

    /// What the store has, as far as it may answer.
    private var contents: TaxonomyContents?
    /// How often the copy was invalidated: what was begun before the latest time is void.
    private var generation = 0
    /// How often the contents changed: what was found in other contents is not kept.
    private var edition = 0
    private var hotTerms: HotTerms
    /// Whether what an earlier process left in the store was looked at.
    private var isStoreKnown = false
    private var loading: Task<Void, Never>?
    private var removal: Task<Void, any Error>?
    private var waiting: [UInt64: CheckedContinuation<Void, any Error>] = [:]
    private var lastWaiter: UInt64 = 0
    /// The failures since the last success, and when to try again.
    private var failure: (count: Int, error: any Error, retryAt: Date)?
    /// The next load, while this runs as a service.
    private var appointment: Task<Void, any Error>?
    private var isServing = false
    private var isClosed = false

    /// Creates a cache. Nothing is loaded yet.
    ///
    /// - Parameters:
    ///   - store: where the copy is kept; it belongs to this cache.
    ///   - source: where the terms come from.
    ///   - options: how to behave.
    ///   - logger: gets a warning when a load fails, and a line when one succeeds; silent by default.
    ///   - metrics: gets `taxonomy.cache.*`; the process's metrics system by default.
    ///   - now: the clock; the system's by default.
    public init(
        store: any TaxonomyStore, source: any TaxonomySource, options: TaxonomyCacheOptions = TaxonomyCacheOptions(),
        logger: Logger = Logger(label: "taxonomy-cache") { _ in SwiftLogNoOpLogHandler() },
        metrics: any MetricsFactory = MetricsSystem.factory, now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.store = store
        self.source = source
        self.options = options
        self.logger = logger
        self.now = now
        meters = TaxonomyMeters(metrics)
        hotTerms = HotTerms(capacity: options.hotTerms)
    }

    /// Size, hits and misses, at once: asks neither the store nor the source.
    public nonisolated func statistics() -> TaxonomyStatistics {
        var figures = figures.withLock { $0 }
        figures.isStale = figures.loadedAt.map { isOld($0) } ?? false
        return figures
    }

    // MARK: Look-ups

    /// The term with a slug; `nil` if there is none.
    ///
    /// - Throws: ``TaxonomyError`` with code `unavailable` if there is no copy and none can be loaded; `CancellationError`.
    public func term(slug: String) async throws -> TaxonomyTerm? {
        if contents != nil, let term = hotTerms.term(slug: slug) {
            refreshIfOld()
            count(isHit: true)
            return term
        }
        let asked = edition
        let term = try await terms(.slug(slug)).first
        if let term, asked == edition { hotTerms.keep(term) }
        return term
    }

    /// The term with a key; `nil` if there is none.
    ///
    /// - Throws: as ``term(slug:)``.
    public func term(id: Int) async throws -> TaxonomyTerm? { try await terms(.id(id)).first }

    /// The terms that a query finds, in its order.
    ///
    /// - Throws: as ``term(slug:)``.
    public func terms(_ query: TaxonomyQuery) async throws -> [TaxonomyTerm] {
        while true {
            try await untilLoaded()
            // Dropped again before it was this caller's turn.
            guard contents != nil else { continue }
            let asked = generation
            let found = try await store.terms(query)
            // Otherwise the copy was dropped on the way, and nothing found means nothing.
            if asked == generation {
                count(isHit: !found.isEmpty)
                return found
            }
        }
    }

    private func count(isHit: Bool) {
        if isHit {
            figures.withLock { $0.hits += 1 }
            meters.hits.increment()
        } else {
            figures.withLock { $0.misses += 1 }
            meters.misses.increment()
        }
    }

    // MARK: Invalidating

    /// Drops the copy, and loads a new one in the background. A load under way is void; simultaneous calls drop and load once. Hits
    /// and misses go on counting.
    ///
    /// - Throws: ``TaxonomyError``: the store failed. The old copy does not answer all the same.
    public func invalidate() async throws {
        guard !isClosed else { throw Self.closed }
        generation += 1
        // Look-ups made from now on must not meet the old copy, even before the store has dropped it.
        show(nil)
        failure = nil
        isStoreKnown = true
        if let removal { return try await removal.value }
        let removal = Task { try await store.removeAll() }
        self.removal = removal
        defer {
            self.removal = nil
            startLoading()
        }
        try await removal.value
    }

    // MARK: Loading

    /// Returns when there is a copy, old or young.
    private func untilLoaded() async throws {
        guard !isClosed else { throw Self.closed }
        guard contents == nil else { return refreshIfOld() }
        if let failure, failure.retryAt > now(), loading == nil {
            count(isHit: false)
            throw Self.unavailable(failure.error)
        }
        startLoading()
        lastWaiter += 1
        let id = lastWaiter
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                if Task.isCancelled {
                    continuation.resume(throwing: CancellationError())
                } else {
                    waiting[id] = continuation
                }
            }
        } onCancel: {
            Task { await self.stopWaiting(id) }
        }
    }

    private func stopWaiting(_ id: UInt64) {
        waiting.removeValue(forKey: id)?.resume(throwing: CancellationError())
    }

    private func resumeWaiters(_ result: Result<Void, any Error>) {
        let waiters = waiting.values
        waiting = [:]
        for waiter in waiters { waiter.resume(with: result) }
    }

    private nonisolated func isOld(_ date: Date) -> Bool {
        // A date in the future is that of a clock that was wrong.
        let age = Duration.seconds(now().timeIntervalSince(date))
        return age >= options.timeToLive || age < .zero
    }

    private func refreshIfOld() {
        guard let contents, isOld(contents.loadedAt) else { return }
        if let failure, failure.retryAt > now() { return }
        startLoading()
    }

    /// Not while the store drops its copy: whoever drops it calls again.
    private func startLoading() {
        guard loading == nil, removal == nil, !isClosed else { return }
        appointment?.cancel()
        appointment = nil
        loading = Task {
            let begun = generation
            await load(begun)
            loading = nil
            // What was loaded is void: once more.
            if begun == generation { makeAppointment() } else { startLoading() }
        }
    }

    /// Brings a young copy about, or notes why that failed. Leaves everything as it is if the cache was invalidated meanwhile.
    private func load(_ begun: Int) async {
        do {
            if !isStoreKnown {
                let left = try await store.contents()
                guard begun == generation else { return }
                isStoreKnown = true
                show(left)
            }
            if let contents {
                resumeWaiters(.success(()))
                if !isOld(contents.loadedAt) { return }
            }
            let loaded = try await loadCopy(begun)
            guard begun == generation else {
                // Invalidated after the last page: the copy must not be there after a restart either.
                return try await store.removeAll()
            }
            failure = nil
            show(loaded)
            resumeWaiters(.success(()))
        } catch {
            guard begun != generation else { return note(error) }
            // Mostly the load noticed that it is void.
            logger.debug("A void load of the taxonomy ended", metadata: ["taxonomy.error": "\(error)"])
        }
    }

    private func loadCopy(_ begun: Int) async throws -> TaxonomyContents {
        let loadedAt = now()
        let start = ContinuousClock.now
        var pages = TaxonomyPages(source: source, pageSize: options.pageSize, largestCount: options.largestCount)
        let count = try await store.replaceAll(loadedAt: loadedAt) {
            // No more requests for a copy that is void.
            guard begun == self.generation else { throw CancellationError() }
            return try await pages.next()
        }
        let duration = start.duration(to: .now)
        meters.loads.increment()
        meters.loadDuration.record(duration: duration)
        logger.info(
            "The taxonomy was loaded", metadata: ["taxonomy.size": "\(count)", "taxonomy.duration": "\(duration)"])
        return TaxonomyContents(count: count, loadedAt: loadedAt)
    }

    private func note(_ error: any Error) {
        guard !isClosed else { return }
        let count = (failure?.count ?? 0) + 1
        let delay = options.delay(afterFailures: count)
        failure = (count, error, now().addingTimeInterval(delay / .seconds(1)))
        meters.failedLoads.increment()
        meters.isStale.record(contents == nil ? 0 : 1)
        logger.warning(
            "The taxonomy cannot be loaded; \(contents == nil ? "there is none" : "the old copy goes on answering")",
            metadata: ["taxonomy.error": "\(error)", "taxonomy.retry_after": "\(delay)"])
        for _ in waiting { self.count(isHit: false) }
        resumeWaiters(.failure(Self.unavailable(error)))
    }

    private static let closed = TaxonomyError(.closed, "The taxonomy cache is closed")

    private static func unavailable(_ error: any Error) -> TaxonomyError {
        TaxonomyError(.unavailable, "The taxonomy is not loaded and cannot be loaded now", underlying: error)
    }

    /// What answers from now on.
    private func show(_ contents: TaxonomyContents?) {
        self.contents = contents
        edition += 1
        hotTerms.removeAll()
        figures.withLock {
            $0.size = contents?.count ?? 0
            $0.loadedAt = contents?.loadedAt
        }
        meters.size.record(contents?.count ?? 0)
        if failure == nil { meters.isStale.record(0) }
    }

    // MARK: Service

    /// Loads, and loads again whenever the copy is too old, until graceful shutdown; then closes the store.
    public func run() async throws {
        isServing = true
        startLoading()
        try? await gracefulShutdown()
        isServing = false
        try await close()
    }

    /// Ends a load under way, and closes the store. Look-ups fail from now on.
    ///
    /// - Throws: what the store throws.
    public func close() async throws {
        guard !isClosed else { return }
        isClosed = true
        appointment?.cancel()
        loading?.cancel()
        await loading?.value
        _ = await removal?.result
        show(nil)
        resumeWaiters(.failure(Self.closed))
        try await store.close()
    }

    private func makeAppointment() {
        guard isServing, !isClosed else { return }
        var delay = options.timeToLive
        if let failure {
            delay = .seconds(failure.retryAt.timeIntervalSince(now()))
        } else if let contents {
            delay -= .seconds(now().timeIntervalSince(contents.loadedAt))
        }
        appointment = Task { [delay = max(delay, .milliseconds(10))] in
            try await Task.sleep(for: delay)
            keepAppointment()
        }
    }

    private func keepAppointment() {
        appointment = nil
        startLoading()
    }
}
