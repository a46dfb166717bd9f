// Owns: the answers to "may this user do that?", and what is given back when it was not done after all.

/// Whether a user may perform an operation (queue API, section 12).
public enum SubscriptionDecision: Sendable, Hashable {
    /// It is allowed, and already counted. Give the reservation back if the operation does not start:
    /// ``SubscriptionChecking/refund(_:)``.
    case allowed(Reservation)
    /// It is refused, and nothing was counted.
    case refused(SubscriptionRefusal)
}

/// One counted use of an operation, or one that needs no counting.
public struct Reservation: Sendable, Hashable {
    /// What to give back; `nil` if nothing was counted.
    public let id: String?
    /// How many uses are left in this period; `nil` if they are not limited.
    public let remaining: Int?

    /// Creates a reservation of a checker of your own.
    public init(id: String, remaining: Int? = nil) {
        self.id = id
        self.remaining = remaining
    }

    private init() {
        id = nil
        remaining = nil
    }

    /// Nothing was counted, nothing is to be given back.
    public static let unlimited = Reservation()
}
