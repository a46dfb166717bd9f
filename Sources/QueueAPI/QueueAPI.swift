// Owns: the server as a whole: it puts the parts together and runs them.

import BullMQ
import Directus
import FoundationEssentials
import Hummingbird
import HummingbirdCore
public import Logging
public import NIOCore
public import ServiceLifecycle

/// The reference HTTP server in front of the queues.
///
/// ```swift
/// let server = try QueueAPI(QueueAPIConfiguration(ConfigReader(provider: EnvironmentVariablesProvider())))
/// try await ServiceGroup(services: [server], gracefulShutdownSignals: [.sigterm], logger: logger).run()
/// ```
///
/// On graceful shutdown it takes no new connections, answers what it has begun to answer, and then closes its connection to
/// Redis.
public final class QueueAPI: Service {
    /// As given.
    public let configuration: QueueAPIConfiguration
    /// What `GET /metrics` shows; hand it to others to have their metrics shown too.
    public let metrics: PrometheusMetrics
    private let logger: Logger
    private let redis: Redis
    private let bound = Announcement<SocketAddress>()
    /// Instead of what the configuration names; for tests.
    private let givenDirectus: (any DirectusAccess)?

    /// Creates a server. Nothing is bound or connected before ``run()``.
    ///
    /// - Throws: `RedisError` for a URL that cannot be used.
    public convenience init(
        _ configuration: QueueAPIConfiguration, metrics: PrometheusMetrics = PrometheusMetrics(),
        logger: Logger = Logger(label: "queue-api")
    ) throws {
        try self.init(configuration, directus: nil, metrics: metrics, logger: logger)
    }

    init(
        _ configuration: QueueAPIConfiguration, directus: (any DirectusAccess)?, metrics: PrometheusMetrics,
        logger: Logger
    ) throws {
        givenDirectus = directus
        self.configuration = configuration
        self.metrics = metrics
        self.logger = logger
        var redis = try RedisConfiguration(url: configuration.redisURL)
        redis.clientName = "queue-api"
        redis.offlineTimeout = configuration.redisPatience
        redis.connectTimeout = configuration.redisPatience
        // A server that went silent is noticed within twice this time, so that requests fail instead of piling up.
        redis.keepAlive = .seconds(1)
        redis.reconnect = ReconnectPolicy(maximum: .milliseconds(500))
        redis.logger = logger
        self.redis = Redis(configuration: redis)
    }

    /// Where the server listens, as soon as it does.
    ///
    /// - Throws: `CancellationError` if it ends before.
    public func address() async throws -> SocketAddress {
        try await bound.value()
    }

    /// Serves until graceful shutdown.
    public func run() async throws {
        defer { bound.fail() }
        guard configuration.directusURL == nil, givenDirectus == nil else {
            return try await serve(
                DirectusAccount(
                    url: configuration.directusURL, token: configuration.directusToken,
                    secret: configuration.directusSecret))
        }
        let embedded = try EmbeddedDirectus(configuration, logger: logger)
        let server = EmbeddedServer(embedded: embedded, logger: logger) { try await self.serve($0) }
        try await ServiceGroup(configuration: .init(services: [embedded.standIn, server], logger: logger)).run()
    }

    private func serve(_ account: DirectusAccount) async throws {
        let directus = try account.url.map { url in
            DirectusClient(try DirectusBackend.configuration(url: url, token: account.token), logger: logger)
        }
        let parts = try await parts(directus, secret: account.secret)
        let application = Application(
            router: parts.router(),
            server: .http1(configuration: .init(idleTimeout: TimeAmount(configuration.idleTimeout))),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port), backlog: 1024,
                availableConnectionsDelegate: .maximum(configuration.maximumConnections, logger: logger)),
            onServerRunning: { [bound, logger] channel in
                guard let address = channel.localAddress else { return }
                logger.info("Listening", metadata: ["queue-api.address": .string("\(address)")])
                bound.announce(address)
            },
            logger: logger)
        // Stopped in the opposite order: first the server, last what it needs.
        let services: [any Service] = [redis] + (directus.map { [$0] } ?? []) + parts.services + [application]
        try await ServiceGroup(configuration: .init(services: services, logger: logger)).run()
    }

    private func parts(_ directus: DirectusClient?, secret: String?) async throws -> ServerParts {
        var local: LocalTokenVerifier?
        if let secret { local = await LocalTokenVerifier(secret: secret) }
        return try ServerParts(
            configuration, redis: redis,
            directus: givenDirectus ?? directus.map { DirectusBackend($0, logger: logger) },
            localVerifier: local, metrics: metrics, logger: logger)
    }
}
