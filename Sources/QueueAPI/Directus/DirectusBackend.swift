// Owns: what the server asks of Directus, through its client: whose a token is, which tier a user has, the taxonomy.

import Directus
import FoundationEssentials
import Logging
import SubscriptionTiers
import TaxonomyCache

/// Directus as the server sees it.
struct DirectusBackend: DirectusAccess {
    let client: DirectusClient
    let records: (any JobRecords)?
    private let logger: Logger

    init(_ client: DirectusClient, logger: Logger) {
        self.client = client
        self.logger = logger
        records = client.configuration.token == nil ? nil : DirectusRecords(client: client, logger: logger)
    }

    /// Settings for calls that somebody waits for: better a quick 503 than a late answer.
    static func configuration(url: String, token: String?) throws(DirectusError) -> DirectusConfiguration {
        var configuration = try DirectusConfiguration(url: url, token: token)
        configuration.connectTimeout = .seconds(1)
        configuration.timeout = .seconds(5)
        configuration.retries = DirectusRetryPolicy(attempts: 2, firstPause: .milliseconds(100))
        configuration.connections = 32
        return configuration
    }

    // MARK: IdentityProvider

    func caller(of token: BearerToken) async throws(IdentityUnavailable) -> Caller? {
        let user: DirectusUser
        do throws(DirectusError) {
            user = try await client.user(ofToken: token.text)
        } catch {
            if error.isAuthentication { return nil }
            logger.warning("A token could not be verified", metadata: ["directus.error": "\(error)"])
            throw IdentityUnavailable()
        }
        // A share token acts for nobody; `status` is missing where a user may not read it.
        guard user.share == nil, let id = user.id.flatMap(UUIDText.normalized), user.status ?? "active" == "active"
        else { return nil }
        return Caller(userID: id, isAdmin: user.isAdmin ?? false)
    }

    func signIn(email: String, password: String) async throws(IdentityUnavailable) -> BearerToken? {
        do throws(DirectusError) {
            return BearerToken(try await client.signIn(email: email, password: password).accessToken)
        } catch {
            guard error.isUnavailable else { return nil }
            throw IdentityUnavailable()
        }
    }

    // MARK: TierSource

    /// The tier of the user's subscription that runs longest.
    func tier(of userID: String) async throws -> String? {
        let query = DirectusQuery(
            filter: .all([.equal("user", userID), .equal("status", "active")]), sort: ["-current_period_end"], limit: 1)
        let found = try await client.items(Subscription.collection, query, as: Subscription.self)
        guard let subscription = found.first, subscription.currentPeriodEnd.map({ $0 > Date() }) ?? true
        else { return nil }
        return subscription.tier
    }

    // MARK: TaxonomySource

    func page(after id: Int?, limit: Int) async throws -> [TaxonomyTerm] {
        let query = DirectusQuery(filter: id.map { .greater("id", $0) }, sort: ["id"], limit: limit)
        let rows = try await client.items(TaxonomyTermRecord.collection, query, as: TaxonomyTermRecord.self)
        return rows.map {
            TaxonomyTerm(
                id: $0.id, slug: $0.slug, name: $0.name, category: $0.category, synonyms: $0.synonyms,
                parentID: $0.parentID, description: $0.description)
        }
    }

    // MARK: Health

    func isReachable() async -> Bool {
        do throws(DirectusError) {
            try await client.ping()
            return true
        } catch {
            return false
        }
    }
}
