// The service. Owns: start, address, end.

import FoundationEssentials
import HTTPTypes
import Hummingbird
public import Logging
import NIOCore
import NIOPosix
public import ServiceLifecycle
import Synchronization

/// A server that speaks the part of Directus 11's REST API which a queue system uses: items with filters and bulk
/// changes, files and assets, users, roles, policies and permissions, tokens of all kinds, the data model, and flows that
/// call webhooks. It keeps everything in one SQLite database and a folder of files.
///
/// ```swift
/// var configuration = StandInConfiguration(secret: "…", adminPassword: "…")
/// configuration.port = 0
/// let directus = try DirectusStandIn(configuration)
/// async let running: Void = directus.run()
/// print(try await directus.address())
/// ```
public final class DirectusStandIn: Service, Sendable {
    /// What shall go wrong with the next requests; for tests.
    public var faults: StandInFaults { core.faults }

    private let core: StandInCore
    private let bound = Announcement<String>()

    /// Opens the database and the folder of files.
    ///
    /// - Parameters:
    ///   - configuration: Where to listen and what to keep where.
    ///   - logger: Where the service logs; never a token or a password. Default: none.
    /// - Throws: An error of the file system or of SQLite.
    public init(
        _ configuration: StandInConfiguration,
        logger: Logger = Logger(label: "directus-stand-in") { _ in
            SwiftLogNoOpLogHandler()
        }
    ) throws {
        core = try StandInCore(configuration, logger: logger)
    }

    /// Serves until the task is cancelled or the service group shuts down gracefully; then finishes what is under way.
    ///
    /// - Throws: `IOError` if the address cannot be bound; errors of the database.
    public func run() async throws {
        defer { core.files.removeTemporaryFolder() }
        do {
            try await core.prepareAdministrator()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await self.core.flows.run() }
                group.addTask {
                    // Flows that were started before the end still run.
                    defer { self.core.flows.finish() }
                    try await self.application().run()
                }
                try await group.waitForAll()
            }
            bound.fail(CancellationError())
        } catch {
            bound.fail(error)
            throw error
        }
    }

    /// The base URL without a slash at its end, such as `http://127.0.0.1:8055`; waits until the server listens.
    ///
    /// - Throws: What ended ``run()``, if it ended before.
    public func address() async throws -> String {
        try await bound.value()
    }

    private func application() -> some ApplicationProtocol {
        let router = Router(context: StandInContext.self)
        router.add(middleware: EnvelopeMiddleware())
        router.add(middleware: FaultMiddleware(faults: core.faults))
        core.addPingRoute(to: router)
        let routes = router.group().add(middleware: AuthenticationMiddleware(authenticator: core.authenticator))
        core.addServerRoutes(to: routes)
        core.addAuthRoutes(to: router)
        core.addSchemaRoutes(to: routes)
        core.addItemRoutes(to: routes)
        core.addUserRoutes(to: routes)
        core.addFileRoutes(to: routes)
        core.addAssetRoutes(to: routes)
        let bound = bound
        let logger = core.logger
        let host = core.configuration.host
        return Application(
            router: router,
            server: .http1(configuration: .init(idleTimeout: .seconds(60))),
            configuration: ApplicationConfiguration(address: .hostname(host, port: core.configuration.port)),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? 0
                let address = "http://\(host.contains(":") ? "[\(host)]" : host):\(port)"
                logger.info("listening", metadata: ["address": "\(address)"])
                bound.announce(address)
            },
            logger: logger)
    }
}
