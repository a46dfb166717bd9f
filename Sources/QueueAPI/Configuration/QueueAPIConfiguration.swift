// Owns: everything the server can be told.

public import Logging

/// How the server behaves (queue API).
public struct QueueAPIConfiguration: Sendable {
    /// Whether the record of a job is looked at before it is enqueued (queue API, section 14, decision 8).
    public enum RecordCheck: String, Sendable, Hashable, CaseIterable {
        /// It must exist, belong to the caller, name the same operation and be pending.
        case strict
        /// It is not looked at.
        case compat
    }

    /// Who decides what a user's subscription allows (queue API, section 12).
    public enum Tiers: String, Sendable, Hashable, CaseIterable {
        /// Everything is allowed.
        case allowAll = "allow-all"
        /// The tier table; everybody is in its `free` tier.
        case `static`
        /// The tier table; tiers come from the collection `subscriptions` of Directus.
        case directus
    }

    /// The second reason's name (queue API, section 14, decision 15).
    public enum ReasonStyle: String, Sendable, Hashable, CaseIterable {
        /// `not_in_tier`.
        case a
        /// `feature_unavailable`.
        case b
    }

    /// What keeps the taxonomy terms.
    public enum TaxonomyEngine: String, Sendable, Hashable, CaseIterable {
        /// SQLite, which is always there.
        case sqlite
        /// DuckDB, loaded from a shared library.
        case duckdb
    }

    /// Whether the dashboard is served.
    public enum Dashboard: String, Sendable, Hashable, CaseIterable {
        /// With its actions.
        case on
        /// For looking only.
        case readOnly = "read-only"
        /// Not at all.
        case off
    }

    /// `REDIS_URL`.
    public var redisURL = "redis://127.0.0.1:6379"
    /// `BULLMQ_PREFIX`.
    public var prefix = "bull"
    /// `QUEUE_API_HOST`.
    public var host = "127.0.0.1"
    /// `QUEUE_API_PORT`; 0 for any free one.
    public var port = 3001
    /// `QUEUE_API_BASE_PATH`, with a slash in front and none at the end.
    public var basePath = "/api/queue"
    /// `MEDIA_QUEUE`.
    public var mediaQueue = "media-jobs"
    /// `SCRAPE_QUEUE`.
    public var scrapeQueue = "scrape-jobs"
    /// `ONBOARDING_QUEUE`.
    public var onboardingQueue = "onboarding-jobs"
    /// `DIRECTUS_URL`; nil for the embedded stand-in.
    public var directusURL: String?
    /// `DIRECTUS_TOKEN`; without ``directusURL`` it becomes the token of the stand-in's administrator.
    public var directusToken: String?
    /// `DIRECTUS_SECRET`.
    public var directusSecret: String?
    /// `DIRECTUS_DATA`; nil keeps the stand-in in memory.
    public var directusData: String?
    /// `DIRECTUS_PORT`, of the stand-in; 0 for any free one.
    public var directusPort = 8055
    /// `ADMIN_EMAIL`, of the stand-in's administrator.
    public var directusAdminEmail = "admin@example.com"
    /// `ADMIN_PASSWORD`, of the stand-in's administrator; nil makes one that nobody knows.
    public var directusAdminPassword: String?
    /// `QUEUE_API_RECORD_CHECK`; nil decides by whether there is a token for Directus.
    public var recordCheck: RecordCheck?
    /// `QUEUE_API_IDEMPOTENT`.
    public var isIdempotent = false
    /// `QUEUE_API_INVALIDATE_SECRET`.
    public var invalidateSecret: String?
    /// `QUEUE_API_TRUSTED_PEERS`.
    public var trustedPeers: [AddressRange] = []
    /// `QUEUE_API_STATS_TOKEN_REQUIRED`.
    public var statsRequireToken = false
    /// `QUEUE_API_METRICS_TOKEN_REQUIRED`.
    public var metricsRequireToken = false
    /// `QUEUE_API_TIERS`.
    public var tiers = Tiers.allowAll
    /// `QUEUE_API_TIER_TABLE`.
    public var tierTable: String?
    /// `QUEUE_API_TIER_REASON_STYLE`.
    public var tierReasonStyle = ReasonStyle.b
    /// `QUEUE_API_TIER_FAIL_OPEN`.
    public var tiersFailOpen = false
    /// `QUEUE_API_RATE_LIMIT`, requests a minute; nil for any number.
    public var rateLimit: Int?
    /// `QUEUE_API_MAX_WAITING`; nil for any number.
    public var maximumWaiting: Int?
    /// `QUEUE_API_CORS_ORIGINS`.
    public var corsOrigins: [String] = []
    /// `TAXONOMY_ENGINE`.
    public var taxonomyEngine = TaxonomyEngine.sqlite
    /// `DUCKDB_LIBRARY`.
    public var duckDBLibrary: String?
    /// `TAXONOMY_FILE`; nil for memory.
    public var taxonomyFile: String?
    /// `QUEUE_API_DASHBOARD`.
    public var dashboard = Dashboard.on
    /// `QUEUE_API_ACCESS_LOG`.
    public var logsAccess = true
    /// `QUEUE_API_MAX_CONNECTIONS`.
    public var maximumConnections = 4096
    /// `LOG_LEVEL`.
    public var logLevel = Logger.Level.info
    /// Largest request body in bytes; 1 MB.
    public var maximumBodyBytes = 1 << 20
    /// How long a client may take to send a body; 15 s.
    public var bodyPatience = Duration.seconds(15)
    /// How long a connection may lie idle, or take to send the head of a request; 30 s.
    public var idleTimeout = Duration.seconds(30)
    /// How long a command may wait for a connection to Redis; 1.5 s.
    public var redisPatience = Duration.milliseconds(1500)

    /// The defaults.
    public init() {}

    /// Names of the queues in Redis.
    var queueNames: [JobQueue: String] {
        [.media: mediaQueue, .scrape: scrapeQueue, .onboarding: onboardingQueue]
    }
}
