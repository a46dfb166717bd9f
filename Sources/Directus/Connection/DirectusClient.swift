// The connections to one Directus, and their life.

import AsyncHTTPClient
import Dispatch
public import Logging
import NIOCore
public import ServiceLifecycle
import Synchronization

/// Talks to a Directus through its REST API.
///
/// One client serves a whole process: it keeps connections open, tries failed calls again (``DirectusRetryPolicy``), and
/// never holds a file in memory. It works as soon as it is made. As a `Service` it closes its connections when it is told
/// to stop; list it before the services that use it, since a `ServiceGroup` stops the last one first.
///
/// ```swift
/// let directus = DirectusClient(try DirectusConfiguration(url: "http://localhost:8055", token: token))
/// let failed = try await directus.items(
///     MediaJobRecord.collection, DirectusQuery(filter: .equal("status", MediaJobStatus.failed)), as: MediaJobRecord.self)
/// ```
///
/// A cancelled task ends its call with ``DirectusError/Code/cancelled``.
public final class DirectusClient: Service, Sendable {
    /// The settings.
    public let configuration: DirectusConfiguration
    let logger: Logger
    let http: HTTPClient
    private let isShutDown = Atomic(false)

    /// Makes a client. Nothing is sent before the first call.
    ///
    /// - Parameters:
    ///   - configuration: Which Directus, as whom.
    ///   - logger: Gets a debug line for each attempt that failed: method, path, code. Never tokens, queries or data.
    public init(
        _ configuration: DirectusConfiguration,
        logger: Logger = Logger(label: "directus") { _ in SwiftLogNoOpLogHandler() }
    ) {
        self.configuration = configuration
        self.logger = logger
        var settings = HTTPClient.Configuration()
        settings.redirectConfiguration = .disallow
        settings.httpVersion = .http1Only
        settings.timeout.connect = TimeAmount(configuration.connectTimeout)
        settings.timeout.read = TimeAmount(configuration.idleTimeout)
        settings.timeout.write = TimeAmount(configuration.idleTimeout)
        // Trying again is ours; the library would hide for seconds that nobody listens.
        settings.connectionPool.retryConnectionEstablishment = false
        settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = max(1, configuration.connections)
        http = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: settings)
    }

    deinit {
        if !isShutDown.load(ordering: .acquiring) { http.shutdown { _ in } }
    }

    /// Waits until it is told to stop, then closes the connections.
    public func run() async {
        // Cancellation and graceful shutdown mean the same here.
        try? await gracefulShutdown()
        await shutdown()
    }

    /// Closes the connections; calls that are under way fail with ``DirectusError/Code/cancelled``, and so do later ones.
    /// May be called more than once.
    public func shutdown() async {
        guard !isShutDown.exchange(true, ordering: .acquiringAndReleasing) else { return }
        do {
            try await http.shutdown()
        } catch {
            logger.debug("connections to Directus did not close cleanly", metadata: ["error": "\(type(of: error))"])
        }
    }
}
