// Owns: where the tier of a user comes from.

/// Knows which tier each user has.
public protocol TierSource: Sendable {
    /// The name of a user's tier; `nil` for a user without a subscription.
    ///
    /// - Throws: anything, if it cannot be found out now.
    func tier(of userID: String) async throws -> String?
}

/// Tiers known from the start.
public struct StaticTierSource: TierSource {
    private let tiers: [String: String]

    /// Creates a source.
    ///
    /// - Parameter tiers: the tier of each user, by user id; everybody else has no subscription.
    public init(_ tiers: [String: String] = [:]) {
        self.tiers = tiers
    }

    /// The tier given at the start.
    public func tier(of userID: String) async throws -> String? { tiers[userID] }
}
