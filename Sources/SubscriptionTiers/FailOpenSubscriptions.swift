// Owns: the choice to let users work when their subscriptions cannot be checked.

public import Logging

/// Allows what another check cannot decide because something it needs is unavailable, and says so in the log.
///
/// Refusals stay refusals. Uses during an outage are not counted. Without this, such requests fail: that is the default of the
/// queue API (section 12).
public struct FailOpenSubscriptions: SubscriptionChecking {
    private let checks: any SubscriptionChecking
    private let logger: Logger

    /// Creates a check that falls back to allowing.
    ///
    /// - Parameters:
    ///   - checks: decides as long as it can.
    ///   - logger: gets a warning for each decision that could not be made.
    public init(_ checks: any SubscriptionChecking, logger: Logger) {
        self.checks = checks
        self.logger = logger
    }

    /// Asks the other check; allows without counting if it is unavailable.
    public func reserve(
        _ operation: String, for subscriber: Subscriber
    ) async throws(SubscriptionError) -> SubscriptionDecision {
        do throws(SubscriptionError) {
            return try await checks.reserve(operation, for: subscriber)
        } catch let error {
            return try allow(operation, despite: error)
        }
    }

    /// Asks the other check; allows if it is unavailable.
    public func isAvailable(
        _ operation: String, for subscriber: Subscriber
    ) async throws(SubscriptionError) -> SubscriptionDecision {
        do throws(SubscriptionError) {
            return try await checks.isAvailable(operation, for: subscriber)
        } catch let error {
            return try allow(operation, despite: error)
        }
    }

    /// Gives back what the other check counted.
    public func refund(_ reservation: Reservation) async throws(SubscriptionError) {
        guard reservation != .unlimited else { return }
        try await checks.refund(reservation)
    }

    private func allow(
        _ operation: String, despite error: SubscriptionError
    ) throws(SubscriptionError) -> SubscriptionDecision {
        guard error.code == .unavailable else { throw error }
        logger.warning(
            "A subscription cannot be checked; the operation is allowed and not counted",
            metadata: ["subscription.operation": "\(operation)", "subscription.error": "\(error)"])
        return .allowed(.unlimited)
    }
}
