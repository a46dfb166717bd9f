// Owns: the tiers of recently seen users, so that a request need not wait for the service that knows them.
// Rule: one question at a time for each user, and a bounded number of users.

import Synchronization

/// Remembers the tiers that another source tells.
///
/// Simultaneous questions about one user are asked once. If the source fails, an answer that is not too old serves.
public final class CachedTierSource: TierSource {
    private struct Answer {
        var tier: String?
        var at: ContinuousClock.Instant
    }

    private typealias Waiter = CheckedContinuation<String?, any Error>

    private struct State {
        // Two ages: when the young are many, they become the old, and the old are forgotten.
        var young: [String: Answer] = [:]
        var old: [String: Answer] = [:]
        /// Who waits for the answer about a user.
        var waiting: [String: [UInt64: Waiter]] = [:]
        var lastWaiter: UInt64 = 0

        func answer(for user: String) -> Answer? { young[user] ?? old[user] }

        mutating func keep(_ answer: Answer, for user: String, capacity: Int) {
            if young.count >= capacity / 2 {
                old = young
                young = [:]
            }
            old[user] = nil
            young[user] = answer
        }
    }

    private let source: any TierSource
    private let timeToLive: Duration
    private let toleratedAge: Duration
    private let capacity: Int
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state = Mutex(State())

    /// Creates a cache.
    ///
    /// - Parameters:
    ///   - source: what is asked.
    ///   - timeToLive: how long an answer is good; 60 seconds by default. So long a change of tier may take to be seen.
    ///   - toleratedAge: up to which age an answer serves while the source fails; 10 minutes by default.
    ///   - capacity: how many users are remembered at most; 10,000 by default.
    ///   - now: the clock; the system's by default.
    public init(
        _ source: any TierSource, timeToLive: Duration = .seconds(60), toleratedAge: Duration = .seconds(600),
        capacity: Int = 10_000, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.source = source
        self.timeToLive = timeToLive
        self.toleratedAge = toleratedAge
        self.capacity = max(2, capacity)
        self.now = now
    }

    /// The tier as last told, or as the source tells it now.
    public func tier(of userID: String) async throws -> String? {
        let known = state.withLock { $0.answer(for: userID) }
        if let known, known.at.duration(to: now()) < timeToLive { return known.tier }
        do {
            return try await ask(about: userID)
        } catch  where !(error is CancellationError) {
            guard let known, known.at.duration(to: now()) < toleratedAge else { throw error }
            return known.tier
        }
    }

    /// Forgets a user, or all of them, so that the source is asked again.
    public func forget(_ userID: String? = nil) {
        state.withLock { state in
            if let userID {
                state.young[userID] = nil
                state.old[userID] = nil
            } else {
                state.young = [:]
                state.old = [:]
            }
        }
    }

    /// Waits for the answer; who comes first makes the source being asked. A cancelled task stops waiting, the question goes on.
    private func ask(about user: String) async throws -> String? {
        let id = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (waiter: Waiter) in
                let isFirst = state.withLock { state in
                    let isFirst = state.waiting[user] == nil
                    state.waiting[user, default: [:]][id] = waiter
                    return isFirst
                }
                if isFirst { Task { await self.answer(about: user) } }
                // Cancelled before it was on the list: the handler found nothing.
                if Task.isCancelled { cancel(id, user) }
            }
        } onCancel: {
            cancel(id, user)
        }
    }

    private func answer(about user: String) async {
        let result: Result<String?, any Error>
        do {
            result = .success(try await source.tier(of: user))
        } catch {
            result = .failure(error)
        }
        let waiters = state.withLock { state in
            if case .success(let tier) = result {
                state.keep(Answer(tier: tier, at: now()), for: user, capacity: capacity)
            }
            return state.waiting.removeValue(forKey: user) ?? [:]
        }
        for waiter in waiters.values { waiter.resume(with: result) }
    }

    private func cancel(_ id: UInt64, _ user: String) {
        state.withLock { $0.waiting[user]?.removeValue(forKey: id) }?.resume(throwing: CancellationError())
    }
}
