// Owns: the decision by tier: who has which tier, what the tier has, what is used up.

public import Foundation
public import Logging

/// Decides by the user's tier and counts uses in Redis (queue API, section 12).
///
/// A check costs one round trip to Redis if the operation is limited, and none otherwise; asking for the tier costs what its source
/// costs (see ``CachedTierSource``).
///
/// ```swift
/// let subscriptions = TieredSubscriptions(
///     table: .standard,
///     tiers: CachedTierSource(directusSubscriptions),
///     counters: UsageCounters(redis: redis))
/// ```
public struct TieredSubscriptions: SubscriptionChecking {
    private let table: TierTable
    private let tiers: any TierSource
    private let counters: UsageCounters
    private let logger: Logger
    private let now: @Sendable () -> Date

    /// Creates a check.
    ///
    /// - Parameters:
    ///   - table: what each tier has; ``TierTable/standard`` by default.
    ///   - tiers: who has which tier. A tier that is not in the table counts as its default tier, with a warning in the log.
    ///   - counters: where uses are counted.
    ///   - logger: for warnings; silent by default.
    ///   - now: the clock that tells the month; the system's by default.
    public init(
        table: TierTable = .standard, tiers: any TierSource, counters: UsageCounters,
        logger: Logger = Logger(label: "subscription-tiers") { _ in SwiftLogNoOpLogHandler() },
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.table = table
        self.tiers = tiers
        self.counters = counters
        self.logger = logger
        self.now = now
    }

    /// Checks and counts one use.
    public func reserve(
        _ operation: String, for subscriber: Subscriber
    ) async throws(SubscriptionError) -> SubscriptionDecision {
        if subscriber.isAdmin { return .allowed(.unlimited) }
        switch table.allowance(for: operation, in: try await tier(of: subscriber)) {
        case nil: return .refused(.notInTier)
        case .unlimited: return .allowed(.unlimited)
        case .monthly(let limit):
            let period = UsagePeriod(containing: now())
            let key = counters.key(user: subscriber.id, operation: operation, period: period)
            guard let used = try await counters.take(key, limit: limit, period: period) else {
                return .refused(.limitReached)
            }
            return .allowed(Reservation(id: key, remaining: limit - used))
        }
    }

    /// Checks whether the user's tier has the operation.
    public func isAvailable(
        _ operation: String, for subscriber: Subscriber
    ) async throws(SubscriptionError) -> SubscriptionDecision {
        if subscriber.isAdmin { return .allowed(.unlimited) }
        let allowance = table.allowance(for: operation, in: try await tier(of: subscriber))
        return allowance == nil ? .refused(.notInTier) : .allowed(.unlimited)
    }

    /// Takes back one use, in the month in which it was counted.
    public func refund(_ reservation: Reservation) async throws(SubscriptionError) {
        guard let key = reservation.id else { return }
        try await counters.giveBack(key)
    }

    /// What a user's tier has, and how much of it is used in this month; by the operation's name.
    ///
    /// - Throws: ``SubscriptionError``.
    public func usage(of subscriber: Subscriber) async throws(SubscriptionError) -> SubscriptionUsage {
        let tier = try await tier(of: subscriber)
        let period = UsagePeriod(containing: now())
        let allowances = (table.tiers[tier] ?? [:]).sorted { $0.key < $1.key }
        let used = try await counters.uses(of: allowances.map(\.key), by: subscriber.id, in: period)
        return SubscriptionUsage(
            tier: tier, period: period,
            operations: zip(allowances, used).map {
                SubscriptionUsage.Operation(name: $0.key, allowance: $0.value, used: $1)
            })
    }

    private func tier(of subscriber: Subscriber) async throws(SubscriptionError) -> String {
        let name: String?
        do {
            name = try await tiers.tier(of: subscriber.id)
        } catch {
            throw .unavailable("The tier of a user cannot be found out", error)
        }
        guard let name else { return table.defaultTier }
        if table.tiers[name] != nil { return name }
        logger.warning(
            "A user has a tier that is not in the tier table; the default tier applies",
            metadata: [
                "subscription.user": "\(subscriber.id)", "subscription.tier": "\(name)",
                "subscription.default_tier": "\(table.defaultTier)",
            ])
        return table.defaultTier
    }
}
