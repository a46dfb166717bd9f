// Who has paid for what, and how much of it was used.

public import FoundationEssentials

/// A row of `subscriptions`.
public struct Subscription: Decodable, Sendable, Hashable {
    /// The collection's name.
    public static let collection = "subscriptions"

    /// The key.
    public var id: String
    /// The user.
    public var user: String?
    /// The tier's name: the key of the tier table, and ``SubscriptionPlan/tier``.
    public var tier: String?
    /// `active`, …
    public var status: String?
    /// When the paid period began.
    public var currentPeriodStart: Date?
    /// When it ends.
    public var currentPeriodEnd: Date?

    /// Makes a subscription.
    public init(
        id: String, user: String? = nil, tier: String? = nil, status: String? = nil, currentPeriodStart: Date? = nil,
        currentPeriodEnd: Date? = nil
    ) {
        self.id = id
        self.user = user
        self.tier = tier
        self.status = status
        self.currentPeriodStart = currentPeriodStart
        self.currentPeriodEnd = currentPeriodEnd
    }

    /// Reads a row; columns that are missing or of another type are nil.
    public init(from decoder: any Decoder) throws {
        let row = try LenientRow(from: decoder)
        self.init(
            id: try row.id(decoder), user: row.key("user"), tier: row.text("tier"), status: row.text("status"),
            currentPeriodStart: row.row["current_period_start"]?.date,
            currentPeriodEnd: row.row["current_period_end"]?.date)
    }
}

/// A row of `subscription_plans`: what a tier allows.
public struct SubscriptionPlan: Decodable, Sendable, Hashable {
    /// The collection's name.
    public static let collection = "subscription_plans"

    /// The key.
    public var id: String
    /// The tier's name.
    public var tier: String?
    /// The name for people.
    public var name: String?
    /// The rules: operation → limit, as in the tier table.
    public var operations: DirectusValue?
    /// `active`, …
    public var status: String?

    /// Reads a row; columns that are missing or of another type are nil.
    public init(from decoder: any Decoder) throws {
        let row = try LenientRow(from: decoder)
        id = try row.id(decoder)
        tier = row.text("tier")
        name = row.text("name")
        operations = row.row["operations"].flatMap { $0.isNull ? nil : $0 }
        status = row.text("status")
    }
}

/// A row of `usage`: how often a user ran an operation in a month.
public struct UsageRecord: Decodable, Sendable, Hashable {
    /// The collection's name.
    public static let collection = "usage"

    /// The key.
    public var id: String
    /// The user.
    public var user: String?
    /// The operation's name.
    public var operation: String?
    /// The month in UTC: `2026-11`.
    public var period: String?
    /// How often.
    public var count: Int?

    /// Reads a row; columns that are missing or of another type are nil.
    public init(from decoder: any Decoder) throws {
        let row = try LenientRow(from: decoder)
        id = try row.id(decoder)
        user = row.key("user")
        operation = row.text("operation")
        period = row.text("period")
        count = row.integer("count")
    }
}
