// Owns: what a check of subscriptions must be able to do, and the one way to use it that cannot leak a reservation.

/// Decides which operations a user may perform, and counts them (queue API, section 12).
public protocol SubscriptionChecking: Sendable {
    /// Checks and counts one use of an operation, in one step: of many simultaneous calls no more succeed than the limit allows.
    ///
    /// A use that is allowed counts even if the task is cancelled meanwhile; the caller gives it back.
    ///
    /// - Throws: ``SubscriptionError``: no decision could be made.
    func reserve(
        _ operation: String, for subscriber: Subscriber
    ) async throws(SubscriptionError) -> SubscriptionDecision

    /// Checks whether the user's tier has an operation, without regard to limits and without counting: for a retry, which was
    /// counted the first time (queue API, section 14, decision 13).
    ///
    /// - Throws: ``SubscriptionError``: no decision could be made.
    func isAvailable(
        _ operation: String, for subscriber: Subscriber
    ) async throws(SubscriptionError) -> SubscriptionDecision

    /// Gives back a use that was counted but did not happen; once for each reservation. Works in a cancelled task too.
    ///
    /// - Throws: ``SubscriptionError``: whether it was given back is not known. Do not call again: a user who loses one use is
    ///   better off than one who gets any number.
    func refund(_ reservation: Reservation) async throws(SubscriptionError)
}

/// The outcome of ``SubscriptionChecking/perform(_:for:onFailedRefund:_:)``.
public enum SubscribedOutcome<Success: Sendable>: Sendable {
    /// The operation was allowed and done.
    case done(Success)
    /// The operation was refused and not begun.
    case refused(SubscriptionRefusal)
}

extension SubscriptionChecking {
    /// Does something that costs one use of an operation, and gives the use back if that fails.
    ///
    /// ```swift
    /// switch try await subscriptions.perform("thumbnail", for: user, { try await queue.add(...) }) {
    /// case .done(let job): ...
    /// case .refused(let refusal): ...
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - operation: what is counted.
    ///   - subscriber: for whom.
    ///   - onFailedRefund: told when a use could not be given back; the error of `body` is thrown all the same.
    ///   - body: what costs one use.
    /// - Throws: ``SubscriptionError`` if no decision could be made, or what `body` throws.
    public func perform<Success: Sendable>(
        _ operation: String, for subscriber: Subscriber, onFailedRefund: (SubscriptionError) -> Void = { _ in },
        _ body: () async throws -> Success
    ) async throws -> SubscribedOutcome<Success> {
        switch try await reserve(operation, for: subscriber) {
        case .refused(let refusal):
            return .refused(refusal)
        case .allowed(let reservation):
            do {
                try Task.checkCancellation()
                return .done(try await body())
            } catch {
                do throws(SubscriptionError) {
                    try await refund(reservation)
                } catch let failure {
                    onFailedRefund(failure)
                }
                throw error
            }
        }
    }
}
