// Owns: which parts a configuration makes.

import BullMQ
import FoundationEssentials
import Logging
import QueueDashboard
import ServiceLifecycle
import SubscriptionTiers
import TaxonomyCache

/// Everything behind the routes.
struct ServerParts {
    let configuration: QueueAPIConfiguration
    let logger: Logger
    let redis: Redis
    let metrics: PrometheusMetrics
    let bodies: BodyReader
    let queues: JobQueues
    let readings: QueueReadings
    let verifier: TokenVerifier
    let admission: Admission
    let directus: (any DirectusAccess)?
    let taxonomy: TaxonomyCache?
    let relay: InvalidationRelay?
    let dashboard: QueueDashboard?

    /// - Parameter directus: what the server may ask of Directus; nil without one.
    init(
        _ configuration: QueueAPIConfiguration, redis: Redis, directus: (any DirectusAccess)?,
        localVerifier: LocalTokenVerifier?, metrics: PrometheusMetrics, logger: Logger
    ) throws {
        self.configuration = configuration
        self.redis = redis
        self.directus = directus
        self.metrics = metrics
        self.logger = logger
        bodies = BodyReader(limit: configuration.maximumBodyBytes, patience: configuration.bodyPatience)
        queues = try JobQueues(
            names: configuration.queueNames, redis: redis, prefix: configuration.prefix, observability: .off,
            logger: logger)
        readings = QueueReadings(queues.all)
        verifier = TokenVerifier(local: localVerifier, remote: directus)
        admission = Admission(
            subscriptions: try Self.subscriptions(configuration, redis, directus, logger),
            reasonStyle: configuration.tierReasonStyle == .a ? .notInTier : .featureUnavailable,
            maximumWaiting: configuration.maximumWaiting, depths: readings, queues: queues, logger: logger)
        taxonomy = try directus.map { directus in
            TaxonomyCache(
                store: try Self.store(configuration), source: directus, logger: logger, metrics: metrics)
        }
        dashboard =
            configuration.dashboard == .off
            ? nil
            : try QueueDashboard(
                queues: queues.all.map(\.name), redis: redis,
                options: DashboardOptions(
                    prefix: configuration.prefix, isReadOnly: configuration.dashboard == .readOnly),
                logger: logger)
        relay = taxonomy.map { InvalidationRelay($0, redis: redis, prefix: configuration.prefix, logger: logger) }
    }

    /// Those that must run beside the HTTP server.
    var services: [any Service] {
        var services: [any Service] = [bodies]
        if let taxonomy, let relay { services += [taxonomy, relay] as [any Service] }
        if let dashboard { services.append(dashboard) }
        return services
    }

    /// Records are looked at before enqueuing if that is wanted, or if it is not said and they can be read.
    var checkedRecords: (any JobRecords)? {
        switch configuration.recordCheck {
        case .compat: nil
        case .strict, nil: directus?.records
        }
    }

    private static func subscriptions(
        _ configuration: QueueAPIConfiguration, _ redis: Redis, _ directus: (any DirectusAccess)?, _ logger: Logger
    ) throws -> any SubscriptionChecking {
        let source: any TierSource
        switch configuration.tiers {
        case .allowAll: return AllowAllSubscriptions()
        case .static: source = StaticTierSource()
        case .directus:
            guard let directus else {
                throw ConfigurationError(problems: ["QUEUE_API_TIERS is directus, but there is no Directus"])
            }
            source = CachedTierSource(directus)
        }
        let tiers = TieredSubscriptions(
            table: try table(configuration.tierTable), tiers: source,
            counters: UsageCounters(redis: redis, prefix: configuration.prefix), logger: logger)
        return configuration.tiersFailOpen ? FailOpenSubscriptions(tiers, logger: logger) : tiers
    }

    private static func table(_ path: String?) throws -> TierTable {
        guard let path else { return .standard }
        let content: Data
        do {
            content = try Data(contentsOf: URL(filePath: path))
        } catch {
            throw ConfigurationError(problems: ["QUEUE_API_TIER_TABLE: \(path) cannot be read: \(error)"])
        }
        do throws(TierTableError) {
            return try TierTable(json: content)
        } catch {
            throw ConfigurationError(problems: ["QUEUE_API_TIER_TABLE: \(path): \(error)"])
        }
    }

    private static func store(_ configuration: QueueAPIConfiguration) throws -> any TaxonomyStore {
        switch configuration.taxonomyEngine {
        case .sqlite: try SQLiteTaxonomyStore(path: configuration.taxonomyFile)
        case .duckdb:
            try DuckDBTaxonomyStore(
                libraryPath: configuration.duckDBLibrary ?? "libduckdb.so", path: configuration.taxonomyFile)
        }
    }
}

/// What the server needs of Directus.
protocol DirectusAccess: IdentityProvider, TierSource, TaxonomySource {
    /// Nil without a token of the server's own.
    var records: (any JobRecords)? { get }

    /// An access token for a password, or nil if it is wrong.
    func signIn(email: String, password: String) async throws(IdentityUnavailable) -> BearerToken?

    /// Whether it answers.
    func isReachable() async -> Bool
}
