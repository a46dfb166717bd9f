// Owns: why an operation is refused, in the words that clients of the queue API know.

/// Why a user may not perform an operation (queue API, section 12).
public enum SubscriptionRefusal: Sendable, Hashable, CaseIterable {
    /// The limit of the current month is used up.
    case limitReached
    /// The user's tier does not have the operation.
    case notInTier

    /// The value of `error` in the body of every refusal.
    public static let error = "tier_limit_reached"

    /// The value of `reason` in the body: `limit_reached`, and `feature_unavailable` or `not_in_tier` by style.
    public func reason(_ style: TierReasonStyle = .featureUnavailable) -> String {
        switch self {
        case .limitReached: "limit_reached"
        case .notInTier: style == .featureUnavailable ? "feature_unavailable" : "not_in_tier"
        }
    }

    /// The value of `code` in the body, the same in every style; absent for a limit.
    public var code: String? {
        switch self {
        case .limitReached: nil
        case .notInTier: "not_in_tier"
        }
    }

    /// The sentence for the user.
    public var message: String {
        switch self {
        case .limitReached: "You have reached your plan limit for this feature. Upgrade to continue."
        case .notInTier: "This feature is not available on your current plan."
        }
    }
}

/// How a missing feature is called in `reason` (queue API, section 14, decision 15).
public enum TierReasonStyle: String, Sendable, Hashable, CaseIterable {
    /// `not_in_tier`.
    case notInTier = "a"
    /// `feature_unavailable`, the default.
    case featureUnavailable = "b"
}
