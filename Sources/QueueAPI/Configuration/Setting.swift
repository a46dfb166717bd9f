// Owns: the names of all settings, with what they mean. The help text, the printed configuration and the reader share this list.

/// One setting, given in the environment or with `--set`.
public struct Setting: Sendable, Hashable {
    /// Its name in the environment.
    public let name: String
    /// What it does, with its default.
    public let help: String
    /// Whether its value must not be shown.
    public let isSecret: Bool

    init(_ name: String, _ help: String, isSecret: Bool = false) {
        self.name = name
        self.help = help
        self.isSecret = isSecret
    }

    /// Every setting, in the order in which they are shown.
    public static let all: [Setting] = [
        redisURL, prefix, host, port, basePath, mediaQueue, scrapeQueue, onboardingQueue, directusURL, directusToken,
        directusSecret, directusData, directusPort, adminEmail, adminPassword, recordCheck, idempotent,
        invalidateSecret, trustedPeers, statsTokenRequired,
        metricsTokenRequired, tiers, tierTable, tierReasonStyle, tierFailOpen, rateLimit, maximumWaiting, corsOrigins,
        taxonomyEngine, duckDBLibrary, taxonomyFile, dashboard, accessLog, maximumConnections, logLevel,
    ]

    static let redisURL = Setting(
        "REDIS_URL", "Redis, Cluster or Sentinel; default redis://127.0.0.1:6379", isSecret: true)
    static let prefix = Setting("BULLMQ_PREFIX", "first part of every key; default bull")
    static let host = Setting("QUEUE_API_HOST", "address to listen on; default 127.0.0.1")
    static let port = Setting("QUEUE_API_PORT", "port to listen on, 0 for any free one; default 3001")
    static let basePath = Setting("QUEUE_API_BASE_PATH", "where the API begins; default /api/queue")
    static let mediaQueue = Setting("MEDIA_QUEUE", "name of the queue for media; default media-jobs")
    static let scrapeQueue = Setting("SCRAPE_QUEUE", "name of the queue for browser work; default scrape-jobs")
    static let onboardingQueue = Setting(
        "ONBOARDING_QUEUE", "name of the queue for onboarding; default onboarding-jobs")
    static let directusURL = Setting("DIRECTUS_URL", "Directus; without it an embedded stand-in is used")
    static let directusToken = Setting("DIRECTUS_TOKEN", "static token of the server's own user", isSecret: true)
    static let directusSecret = Setting(
        "DIRECTUS_SECRET", "SECRET of Directus, so that access tokens are verified without asking it", isSecret: true)
    static let directusData = Setting(
        "DIRECTUS_DATA", "folder of the embedded stand-in; without it everything is forgotten at the end")
    static let directusPort = Setting("DIRECTUS_PORT", "port of the embedded stand-in; default 8055")
    static let adminEmail = Setting(
        "ADMIN_EMAIL", "address of the stand-in's administrator; default admin@example.com")
    static let adminPassword = Setting(
        "ADMIN_PASSWORD", "password of the stand-in's administrator; without it nobody can sign in with one",
        isSecret: true)
    static let recordCheck = Setting(
        "QUEUE_API_RECORD_CHECK", "strict or compat; default strict if the server has a token for Directus")
    static let idempotent = Setting(
        "QUEUE_API_IDEMPOTENT", "true: a record is enqueued once, however often it is asked; default false")
    static let invalidateSecret = Setting(
        "QUEUE_API_INVALIDATE_SECRET", "value of X-Queue-Secret that may drop the taxonomy cache", isSecret: true)
    static let trustedPeers = Setting(
        "QUEUE_API_TRUSTED_PEERS", "networks (CIDR, comma-separated) that may drop the taxonomy cache")
    static let statsTokenRequired = Setting(
        "QUEUE_API_STATS_TOKEN_REQUIRED", "true: GET /stats needs a token; default false")
    static let metricsTokenRequired = Setting(
        "QUEUE_API_METRICS_TOKEN_REQUIRED", "true: GET /metrics needs an administrator's token; default false")
    static let tiers = Setting("QUEUE_API_TIERS", "allow-all, static or directus; default allow-all")
    static let tierTable = Setting("QUEUE_API_TIER_TABLE", "file with the tier table (JSON); a default is built in")
    static let tierReasonStyle = Setting(
        "QUEUE_API_TIER_REASON_STYLE", "b: feature_unavailable, a: not_in_tier; default b")
    static let tierFailOpen = Setting(
        "QUEUE_API_TIER_FAIL_OPEN", "true: jobs are accepted when tiers cannot be checked; default false")
    static let rateLimit = Setting(
        "QUEUE_API_RATE_LIMIT", "requests a minute for each user on POST /media, 0 for any number; default 0")
    static let maximumWaiting = Setting(
        "QUEUE_API_MAX_WAITING", "jobs that may wait in one queue, 0 for any number; default 0")
    static let corsOrigins = Setting(
        "QUEUE_API_CORS_ORIGINS", "origins (comma-separated) whose pages may call the API; default none")
    static let taxonomyEngine = Setting("TAXONOMY_ENGINE", "sqlite or duckdb; default sqlite")
    static let duckDBLibrary = Setting("DUCKDB_LIBRARY", "path of DuckDB's shared library")
    static let taxonomyFile = Setting(
        "TAXONOMY_FILE", "file of the taxonomy cache, which then survives restarts; default in memory")
    static let dashboard = Setting("QUEUE_API_DASHBOARD", "on, read-only or off; default on")
    static let accessLog = Setting("QUEUE_API_ACCESS_LOG", "true: one log line for each request; default true")
    static let maximumConnections = Setting(
        "QUEUE_API_MAX_CONNECTIONS", "connections served at a time, others wait; default 4096")
    static let logLevel = Setting("LOG_LEVEL", "trace, debug, info, notice, warning, error or critical; default info")
}

/// A setting that cannot be used.
public struct ConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Every problem found, one sentence each.
    public let problems: [String]

    /// The problems, one a line.
    public var description: String { problems.joined(separator: "\n") }
}
