// Owns: what a user is told about the state of the subscription.

/// What a user's tier has, and how much of it is used.
public struct SubscriptionUsage: Sendable, Hashable {
    /// One operation of the tier.
    public struct Operation: Sendable, Hashable {
        /// The operation's name.
        public let name: String
        /// How often it may be used.
        public let allowance: TierTable.Allowance
        /// How often it was used in the period; 0 for an operation without limit, which is not counted.
        public let used: Int
    }

    /// The user's tier.
    public let tier: String
    /// The month.
    public let period: UsagePeriod
    /// The operations of the tier, by name.
    public let operations: [Operation]
}
