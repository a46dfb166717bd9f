// Owns: who asks whether an operation is allowed.

/// The user whose subscription is checked.
public struct Subscriber: Sendable, Hashable {
    /// The user's id, as the token names it.
    public var id: String
    /// Whether the user administers the system: then every operation is allowed and nothing is counted (queue API, section 12).
    public var isAdmin: Bool

    /// Creates a subscriber.
    public init(id: String, isAdmin: Bool = false) {
        self.id = id
        self.isAdmin = isAdmin
    }
}
