// Owns: who asks.

/// A person or program whose token was found valid.
struct Caller: Sendable, Hashable {
    /// uuid of the Directus user, lower case.
    let userID: String
    /// Whether the user may see and change what belongs to others.
    let isAdmin: Bool
}
