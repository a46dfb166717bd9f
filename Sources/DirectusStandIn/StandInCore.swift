// What all routes share. Owns: the database, and the way of every change: one transaction, then its events.

import FoundationEssentials
import GRDB
import Logging

final class StandInCore: Sendable {
    let configuration: StandInConfiguration
    let database: any DatabaseWriter
    let schema = SchemaStore()
    let authenticator: Authenticator
    let sessions: Sessions
    let files: FileStore
    let flows: FlowRunner
    let faults = StandInFaults()
    let logger: Logger

    private static let accessCollections: Set<String> = [
        "directus_users", "directus_roles", "directus_policies", "directus_access", "directus_permissions",
    ]

    init(_ configuration: StandInConfiguration, logger: Logger) throws {
        self.configuration = configuration
        self.logger = logger
        files = try FileStore(folder: configuration.folder)
        if let folder = configuration.folder {
            database = try DatabasePool(path: folder.appending(path: "directus.sqlite").path)
        } else {
            database = try DatabaseQueue()
        }
        authenticator = Authenticator(database: database, secret: configuration.secret)
        sessions = Sessions(database: database, authenticator: authenticator, configuration: configuration)
        flows = FlowRunner(database: database, timeout: configuration.webhookTimeout, logger: logger)
        try database.write { try schema.prepare($0) }
    }

    /// Makes the administrator, or gives it the password and the token of the configuration.
    func prepareAdministrator() async throws {
        let password = try await PasswordHash.make(configuration.adminPassword, rounds: configuration.passwordRounds)
        let token = configuration.adminToken.map(TokenDigest.make)
        let email = configuration.adminEmail.lowercased()
        let settings = itemSettings
        let schema = schema.current
        try await database.write { db in
            let items = Items(
                database: db, schema: schema, accountability: .system, settings: settings, now: Date())
            var events: [ItemEvent] = []
            let known = try DatabaseValue.fetchOne(
                db, sql: "SELECT id FROM directus_users WHERE lower(email) = ?", arguments: [email])
            var user: [String: JSONValue] = ["password": .string(password), "status": "active"]
            if let token { user["token"] = .string(token) }
            if let known {
                return try items.update([known], .object(user), in: SystemCollections.users, &events)
            }
            let role = try items.create(["name": "Administrator"], in: SystemCollections.roles, &events)
            let policy = try items.create(
                ["name": "Administrator", "admin_access": true, "app_access": true], in: SystemCollections.policies,
                &events)
            let roleKey = items.answeredKey(role, SystemCollections.roles)
            _ = try items.create(
                ["role": roleKey, "policy": items.answeredKey(policy, SystemCollections.policies)],
                in: SystemCollections.access, &events)
            user["email"] = .string(email)
            user["first_name"] = "Admin"
            user["last_name"] = "User"
            user["role"] = roleKey
            _ = try items.create(.object(user), in: SystemCollections.users, &events)
        }
        authenticator.forget()
    }

    func read<Result: Sendable>(
        as accountability: Accountability, _ body: @escaping @Sendable (Items) throws -> Result
    ) async throws -> Result {
        let settings = itemSettings
        let schema = schema.current
        return try await database.read { db in
            try body(
                Items(database: db, schema: schema, accountability: accountability, settings: settings, now: Date()))
        }
    }

    /// Runs `body` in one transaction that ends with it, then tells of its events.
    func write<Result: Sendable>(
        as accountability: Accountability, _ body: @escaping @Sendable (Items, inout [ItemEvent]) throws -> Result
    ) async throws -> Result {
        let settings = itemSettings
        let schema = schema.current
        let (result, events) = try await database.write { db in
            var events: [ItemEvent] = []
            let items = Items(
                database: db, schema: schema, accountability: accountability, settings: settings, now: Date())
            let result = try body(items, &events)
            return (result, events)
        }
        if events.contains(where: { Self.accessCollections.contains($0.collection) }) { authenticator.forget() }
        flows.publish(events, accountability)
        return result
    }

    var itemSettings: ItemSettings {
        ItemSettings(
            defaultLimit: configuration.defaultLimit, maximumLimit: configuration.maximumLimit,
            bigNumbersAsText: configuration.answersBigNumbersAsText)
    }
}
