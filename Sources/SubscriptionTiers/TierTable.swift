// Owns: which operations each tier has, and how often a month. The table is data; its form is in TierTable+JSON.swift.

/// What each tier may do (queue API, section 12).
///
/// A table is usually read from a JSON file (``init(json:)``):
///
/// ```json
/// {
///   "version": 1,
///   "defaultTier": "free",
///   "tiers": {
///     "free": { "operations": { "thumbnail": 50 } },
///     "pro":  { "includes": "free", "operations": { "thumbnail": "unlimited", "transcoding": 100 } }
///   }
/// }
/// ```
///
/// A number is the limit for each calendar month (UTC); `"unlimited"` means no limit, and nothing is counted; an operation that is
/// not listed is not in the tier. A tier that `includes` another has its operations too, with its own entries instead of the
/// other's; `"absent"` takes an included operation away. Users without a subscription have the `defaultTier`. Tiers and the
/// table may have a `description`.
public struct TierTable: Sendable, Hashable {
    /// How often an operation may be used.
    public enum Allowance: Sendable, Hashable {
        /// At most so many times in a calendar month.
        case monthly(Int)
        /// Without limit.
        case unlimited
    }

    /// The tier of users without a subscription.
    public let defaultTier: String
    /// The operations of each tier, those of included tiers among them.
    public let tiers: [String: [String: Allowance]]

    /// Creates a table.
    ///
    /// - Parameters:
    ///   - defaultTier: the tier of users without a subscription, one of `tiers`.
    ///   - tiers: the operations of each tier.
    /// - Throws: ``TierTableError``: the default tier is not among the tiers, a name is empty, a limit is out of range.
    public init(defaultTier: String, tiers: [String: [String: Allowance]]) throws(TierTableError) {
        guard tiers[defaultTier] != nil else {
            throw TierTableError(
                "defaultTier",
                "\"\(defaultTier)\" is not one of the tiers \(TierTableError.list(tiers.keys))")
        }
        for (tier, operations) in tiers {
            guard !tier.isEmpty else { throw TierTableError("tiers", "a tier has an empty name") }
            for (operation, allowance) in operations {
                guard !operation.isEmpty else {
                    throw TierTableError("tiers.\(tier).operations", "an operation has an empty name")
                }
                if case .monthly(let limit) = allowance, !Self.limits.contains(limit) {
                    throw TierTableError(
                        "tiers.\(tier).operations.\(operation)", "\(limit) is not a limit: \(Self.rule)")
                }
            }
        }
        self.defaultTier = defaultTier
        self.tiers = tiers
    }

    /// The limits that can be counted.
    static let limits = 1...1_000_000_000
    static let rule = #"a whole number from 1 to 1000000000, "unlimited" or "absent" is expected"#

    /// How often an operation may be used in a tier; `nil` if the tier does not have it, or does not exist.
    public func allowance(for operation: String, in tier: String) -> Allowance? {
        tiers[tier]?[operation]
    }

    /// The table that comes with this library: tiers `free` (pictures, small limits), `creator` (everything, limited) and `studio`
    /// (no limit except where other services are asked). Its text is ``standardJSON``.
    public static let standard: TierTable = {
        do {
            return try TierTable(json: PackageResources.default_tiers_json)
        } catch {
            preconditionFailure("The tier table that comes with this library is wrong: \(error)")
        }
    }()

    /// The text of ``standard``, to start a table of your own from.
    public static var standardJSON: String { String(decoding: PackageResources.default_tiers_json, as: UTF8.self) }
}
