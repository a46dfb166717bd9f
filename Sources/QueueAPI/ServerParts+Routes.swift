// Owns: the table of routes.

import BullMQ
import HTTPTypes
import Hummingbird
import QueueDashboard
import TaxonomyCache

extension ServerParts {
    /// All routes, with their middleware.
    func router() -> Router<QueueAPIContext> {
        let router = Router(context: QueueAPIContext.self)
        router.add(middleware: RequestFrame(logsAccess: configuration.logsAccess, meter: HTTPMeter(metrics)))
        if !configuration.corsOrigins.isEmpty {
            router.add(middleware: CrossOrigin(origins: Set(configuration.corsOrigins)))
        }
        let table = RouteTable(router)
        addRoutes(to: table)
        if let dashboard { addDashboard(dashboard, router, table) }
        table.refuseOtherMethods()
        return router
    }

    func addRoutes(to table: RouteTable) {
        let base = configuration.basePath
        addStats(to: table, base)
        addJobs(to: table, base)
        let invalidate = InvalidateRoute(
            gate: CallerGate(secret: configuration.invalidateSecret, trusted: configuration.trustedPeers),
            invalidate: { [relay] in try await relay?.invalidate() }, logger: logger)
        table.on(.post, base + "/taxonomy/invalidate") { try await invalidate.respond($0, $1) }
        let document = OpenAPI.document(basePath: base).serialized()
        table.on(.get, "/openapi.json") { _, _ in .json(document) }
    }

    private func addStats(to table: RouteTable, _ base: String) {
        let taxonomy = taxonomyCounts
        let stats = StatsRoute(readings: readings, queueNames: queues.all.map(\.name), taxonomy: taxonomy)
        let (statsNeedToken, metricsNeedToken) = (configuration.statsRequireToken, configuration.metricsRequireToken)
        table.on(.get, base + "/stats") { [verifier] request, _ in
            if statsNeedToken { _ = try await verifier.caller(authorization: request.headers[.authorization]) }
            return try await stats.respond(request)
        }
        let metrics = MetricsRoute(metrics: metrics, queues: queues.all, readings: readings)
        table.on(.get, "/metrics") { [verifier] request, _ in
            if metricsNeedToken {
                let caller = try await verifier.caller(authorization: request.headers[.authorization])
                guard caller.isAdmin else { throw APIError.forbidden }
            }
            return await metrics.respond()
        }
        let health = HealthRoutes(redis: redis, directus: directusCondition, taxonomy: taxonomyCondition)
        table.on(.get, "/health/live") { _, _ in health.live() }
        table.on(.get, "/health/ready") { _, _ in await health.ready() }
    }

    private func addJobs(to table: RouteTable, _ base: String) {
        let enqueue = EnqueueRoute(
            verifier: verifier, bodies: bodies, catalogue: .standard, queues: queues,
            limiter: configuration.rateLimit.map { RateLimiter(perMinute: $0) }, admission: admission,
            records: checkedRecords, isIdempotent: configuration.isIdempotent)
        table.on(.post, base + "/media") { try await enqueue.respond($0, $1) }
        let retry = RetryRoute(
            verifier: verifier, catalogue: .standard, queues: queues, admission: admission,
            records: directus?.records, logger: logger)
        table.on(.post, base + "/retry/:jobId") { try await retry.respond($0, $1) }
        let jobs = JobRoutes(verifier: verifier, queues: queues, records: directus?.records, logger: logger)
        table.on(.get, base + "/jobs/:jobId") { try await jobs.show($0, $1) }
        table.on(.delete, base + "/jobs/:jobId") { try await jobs.cancel($0, $1) }
    }

    private func addDashboard(_ dashboard: QueueDashboard, _ router: Router<QueueAPIContext>, _ table: RouteTable) {
        let sessions = DashboardSessions(secret: configuration.directusSecret)
        dashboard.addRoutes(to: router.group().add(middleware: DashboardGate(verifier: verifier, sessions: sessions)))
        let signIn = DashboardSignIn(
            verifier: verifier, directus: directus, sessions: sessions, bodies: bodies,
            limiter: RateLimiter(perMinute: 20))
        table.on(.post, "/dashboard/login") { try await signIn.signIn($0, $1) }
        table.on(.post, "/dashboard/logout") { request, _ in try signIn.signOut(request) }
    }

    private var taxonomyCounts: @Sendable () async -> TaxonomyCounts {
        { [taxonomy] in
            guard let statistics = taxonomy?.statistics() else { return TaxonomyCounts() }
            return TaxonomyCounts(size: statistics.size, hits: statistics.hits, misses: statistics.misses)
        }
    }

    private var taxonomyCondition: @Sendable () async -> HealthRoutes.Condition {
        { [taxonomy] in
            guard let statistics = taxonomy?.statistics() else { return .off }
            return statistics.isStale || statistics.loadedAt == nil ? .degraded : .ok
        }
    }

    private var directusCondition: @Sendable () async -> HealthRoutes.Condition {
        { [directus] in
            guard let directus else { return .off }
            return await directus.isReachable() ? .ok : .down
        }
    }
}
