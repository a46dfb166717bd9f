// Owns: the stand-in that runs inside the server when no Directus is configured.

import Directus
import DirectusStandIn
import FoundationEssentials
import Logging
import ServiceLifecycle

/// The stand-in, with credentials for the server.
struct EmbeddedDirectus {
    let standIn: DirectusStandIn
    let token: String
    let secret: String

    init(_ configuration: QueueAPIConfiguration, logger: Logger) throws {
        // Without a secret of one's own, tokens are good for as long as this process lives.
        secret = configuration.directusSecret ?? UUIDText.random() + UUIDText.random()
        token = configuration.directusToken ?? UUIDText.random() + UUIDText.random()
        var settings = StandInConfiguration(
            secret: secret, adminPassword: configuration.directusAdminPassword ?? UUIDText.random())
        settings.adminEmail = configuration.directusAdminEmail
        settings.adminToken = token
        settings.port = configuration.directusPort
        settings.folder = configuration.directusData.map { URL(filePath: $0) }
        standIn = try DirectusStandIn(settings, logger: logger)
    }
}

/// How the server signs in to a Directus.
struct DirectusAccount: Sendable {
    /// Nil where there is none.
    let url: String?
    let token: String?
    let secret: String?
}

/// The server beside its stand-in: begins when that listens and has the collections.
struct EmbeddedServer: Service {
    let embedded: EmbeddedDirectus
    let logger: Logger
    let serve: @Sendable (DirectusAccount) async throws -> Void

    func run() async throws {
        let url = try await embedded.standIn.address()
        let client = DirectusClient(try DirectusConfiguration(url: url, token: embedded.token), logger: logger)
        do {
            let changes = try await DirectusSchema.queueSystem.apply(with: client)
            logger.info(
                "No DIRECTUS_URL: an embedded stand-in serves",
                metadata: ["directus.url": .string(url), "directus.changes": .stringConvertible(changes.count)])
        } catch {
            await client.shutdown()
            throw error
        }
        await client.shutdown()
        try await serve(DirectusAccount(url: url, token: embedded.token, secret: embedded.secret))
    }
}
