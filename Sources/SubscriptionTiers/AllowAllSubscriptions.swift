// Owns: the check that refuses nothing.

/// Allows everything and counts nothing: for development, and for systems without tiers. Never asks a server.
public struct AllowAllSubscriptions: SubscriptionChecking {
    /// Creates the check.
    public init() {}

    /// Allows the operation.
    public func reserve(
        _ operation: String, for subscriber: Subscriber
    ) async throws(SubscriptionError) -> SubscriptionDecision { .allowed(.unlimited) }

    /// Allows the operation.
    public func isAvailable(
        _ operation: String, for subscriber: Subscriber
    ) async throws(SubscriptionError) -> SubscriptionDecision { .allowed(.unlimited) }

    /// Does nothing: nothing was counted.
    public func refund(_ reservation: Reservation) async throws(SubscriptionError) {}
}
