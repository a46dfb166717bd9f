import Synchronization

/// Completes the jobs of one worker and takes their successors, in groups where that is the same as one by one.
final class FinishGroups: Sendable {
    /// A completion that may be part of a group.
    struct Request: Sendable {
        let id: String
        let token: String
        let result: String
        /// Whether the job had nothing but what addition and taking wrote.
        let isFresh: Bool
        let fetchesNext: Bool
    }

    private enum Outcome: Sendable {
        case answer(FetchAnswer)
        /// The script raised an error, which it does before it changes anything unless the server is in trouble.
        case brokenOff
    }

    /// Data and results that are larger travel alone.
    static let mostBytes = 64 << 10

    /// After a queue was found to be unusual, its jobs travel alone for this long.
    private static let rest: Int64 = 1000

    private let store: QueueStore
    private let terms: FetchTerms
    /// Nil when no call may be shared.
    private let groups: CallGroups<Request, Outcome>?
    private let usualAgain: UsualAgain

    /// Whether any call may be shared.
    var isOn: Bool { groups != nil }

    init(store: QueueStore, terms: FetchTerms, groupCommit: GroupCommit) {
        self.store = store
        self.terms = terms
        let usualAgain = UsualAgain()
        self.usualAgain = usualAgain
        if groupCommit == .automatic, !terms.isLimited, terms.maximumMetricsPoints == 0 {
            groups = CallGroups(connection: store.connection) { requests in
                let order = Self.order(requests)
                let plan = FinishPlan(finishes: order.map { requests[$0] }, tokens: [], terms: terms)
                return store.finishCall(plan).map { command in
                    .init(command: command) { reply in
                        Self.outcomes(try GroupAnswer(reply, to: plan), requests, order, usualAgain)
                    }
                }
            } perform: { requests in
                try await Self.finish(requests, store, terms, usualAgain)
            }
        } else {
            groups = nil
        }
    }

    /// Completes or fails a job as ``QueueStore/moveToFinished(_:terms:)`` does.
    func moveToFinished(_ finish: QueueStore.Finish, of record: JobRecord) async throws -> FetchAnswer {
        guard let groups, case .completed(let result) = finish.target,
            result.utf8.count <= Self.mostBytes, finish.policy?.keepsAll ?? true,
            record.parentKey == nil, record.deduplicationID == nil, usualAgain.isPast(finish.timestamp)
        else { return try await store.moveToFinished(finish, terms: terms) }
        if groups.goesAlone() {
            defer { groups.leave() }
            return try await store.moveToFinished(finish, terms: terms)
        }
        let request = Request(
            id: finish.id, token: finish.token, result: result, isFresh: record.isFresh, fetchesNext: finish.fetchesNext
        )
        return switch try await groups.answer(to: request, isCancellable: false) {
        case .answer(let answer): answer
        case .brokenOff: try await repeated(finish)
        case nil: try await store.moveToFinished(finish, terms: terms)
        }
    }

    /// The group may have got so far that the job is completed, and its successor ours.
    private func repeated(_ finish: QueueStore.Finish) async throws -> FetchAnswer {
        do {
            return try await store.moveToFinished(finish, terms: terms)
        } catch let error as BullMQError where error.meansGone {
            return try await store.jobLocked(with: finish.token).map(FetchAnswer.job) ?? .notAsked
        }
    }

    /// Takes several jobs in one call.
    ///
    /// - Returns: the jobs for the first tokens, and when the next delayed job is due if there was none for the last; nil if
    ///   each has to be asked for by itself.
    func take(_ tokens: [String]) async throws -> (jobs: [JobRecord], dueAt: Int64)? {
        guard groups != nil, usualAgain.isPast(Milliseconds.now) else { return nil }
        guard let answer = try await store.finishJobs([], taking: tokens, terms: terms) else {
            usualAgain.postpone(by: Self.rest)
            return nil
        }
        return (answer.taken, answer.dueAt)
    }

    private static func finish(
        _ requests: [Request], _ store: QueueStore, _ terms: FetchTerms, _ usualAgain: UsualAgain
    ) async throws -> [Outcome?] {
        let order = order(requests)
        do {
            let answer = try await store.finishJobs(order.map { requests[$0] }, taking: [], terms: terms)
            return outcomes(answer, requests, order, usualAgain)
        } catch let error as RedisError where error.code == .errorReply {
            return requests.map { _ in .brokenOff }
        }
    }

    /// The script wants those that take a successor first.
    private static func order(_ requests: [Request]) -> [Int] {
        requests.indices.filter { requests[$0].fetchesNext } + requests.indices.filter { !requests[$0].fetchesNext }
    }

    /// What an answer means for each request; nil for those that have to be sent alone.
    private static func outcomes(
        _ answer: GroupAnswer?, _ requests: [Request], _ order: [Int], _ usualAgain: UsualAgain
    ) -> [Outcome?] {
        var outcomes = [Outcome?](repeating: nil, count: requests.count)
        guard let answer else {
            usualAgain.postpone(by: rest)
            return outcomes
        }
        var refused = answer.refused[...]
        var taken = answer.taken[...]
        for (position, index) in order.enumerated() {
            if refused.first == position {
                refused.removeFirst()
            } else if !requests[index].fetchesNext {
                outcomes[index] = .answer(.notAsked)
            } else if let record = taken.popFirst() {
                outcomes[index] = .answer(.job(record))
            } else {
                outcomes[index] = .answer(.none(limitedFor: 0, dueAt: answer.dueAt))
            }
        }
        return outcomes
    }
}

/// When a queue that was paused, limited or otherwise unusual is to be treated as usual again.
private final class UsualAgain: Sendable {
    private let time = Atomic<Int64>(0)

    func isPast(_ now: Int64) -> Bool { now >= time.load(ordering: .relaxed) }

    func postpone(by milliseconds: Int64) { time.store(Milliseconds.now + milliseconds, ordering: .relaxed) }
}

extension RemovalPolicy {
    /// Whether finished jobs stay for ever.
    fileprivate var keepsAll: Bool {
        switch form {
        case .flag(let removes): !removes
        case .count(let count): count < 0
        case .limits: false
        }
    }
}
