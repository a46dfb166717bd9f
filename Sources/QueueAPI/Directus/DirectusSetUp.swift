// Owns: bringing a Directus to the data model that the system needs.

import Directus

/// Creates what Directus lacks (Directus, section 14). Running it again changes nothing.
public struct DirectusSetUp: Sendable {
    private let configuration: DirectusConfiguration

    /// - Throws: ``ConfigurationError`` without a URL or a token; `DirectusError` for one that cannot be used.
    public init(_ configuration: QueueAPIConfiguration) throws {
        guard let url = configuration.directusURL, let token = configuration.directusToken else {
            throw ConfigurationError(problems: ["DIRECTUS_URL and DIRECTUS_TOKEN are needed to set up Directus"])
        }
        self.configuration = try DirectusConfiguration(url: url, token: token)
    }

    /// Applies the data model.
    ///
    /// - Returns: what was changed, one line each.
    /// - Throws: `DirectusError`.
    public func apply() async throws -> [String] {
        let client = DirectusClient(configuration)
        do {
            let changes = try await DirectusSchema.queueSystem.apply(with: client)
            await client.shutdown()
            return changes.map(\.description)
        } catch {
            await client.shutdown()
            throw error
        }
    }
}
