// Owns: the endings of a job that a `ManualWorker` handed out.

public import FoundationEssentials

/// A job that is active and locked for its holder, who owes it one of the endings below.
///
/// Every ending is refused with code `missingLock` or `lockMismatch` once the lock is lost, and with `missingJob` if the job was
/// removed. An ending whose reply was lost (`RedisError` with code `replyLost`) may have been stored.
public struct TakenJob: JobHandle {
    /// The job.
    public let job: Job
    /// What holds the lock: with it and the job's id, ``ManualWorker/takenJob(_:token:)`` finds the job again in another process.
    public let token: String
    private let worker: ManualWorker

    init(record: JobRecord, token: String, worker: ManualWorker) {
        job = Job(record: record, store: worker.store, token: token)
        self.token = token
        self.worker = worker
    }

    private var store: QueueStore { worker.store }

    /// Stores a result.
    ///
    /// - Parameters:
    ///   - result: anything that encodes to JSON.
    ///   - takesNext: takes the next job in the same round trip; false by default.
    /// - Returns: the next job, if it was asked for and there is one.
    /// - Throws: `EncodingError`; `BullMQError`, also with code `pendingChildren` or `failedChildren`.
    @discardableResult
    public func complete(_ result: some Encodable, takingNext takesNext: Bool = false) async throws -> TakenJob? {
        try await complete(JSONText(encoding: result), takingNext: takesNext)
    }

    /// Stores a result in JSON, by default `null`; see ``complete(_:takingNext:)``.
    @discardableResult
    public func complete(_ result: JSONText = .null, takingNext takesNext: Bool = false) async throws -> TakenJob? {
        let finish = finish(
            .completed(result: result.text), job.options.removeOnComplete ?? worker.options.removeOnComplete, takesNext)
        let answer = try await store.traced(.complete, job) { _ in
            try await store.moveToFinished(finish, terms: worker.terms)
        }
        store.telemetry?.completed(job, result)
        worker.broadcast.send(.completed(job, result: result))
        return try await next(answer)
    }

    /// Stores that the attempt failed. The job is tried again as its options say; a ``JobOutcome`` means here what it means when a
    /// handler throws it.
    ///
    /// - Parameters:
    ///   - error: the reason; its description is stored.
    ///   - takesNext: takes the next job in the same round trip, where the way the job ends allows it; false by default.
    /// - Returns: the next job, if it was asked for and there is one.
    @discardableResult
    public func fail(_ error: any Error, takingNext takesNext: Bool = false) async throws -> TakenJob? {
        let ending = await AttemptEnding(
            error: error, cancellation: nil, isDiscarded: false, attemptsMade: job.attemptsMade,
            attempts: job.options.attempts ?? 0
        ) {
            await worker.options.retryPause(of: job, after: error)
        }
        let answer: FetchAnswer
        switch ending {
        case .fail(let reason):
            answer = try await store.traced(.fail, job) { metadata in
                var finish = finish(
                    .failed(reason: reason, stackTrace: job.stackTrace(adding: error, reason)),
                    job.options.removeOnFail ?? worker.options.removeOnFail, takesNext)
                finish.telemetryMetadata = metadata
                return try await store.moveToFinished(finish, terms: worker.terms)
            }
            job.recordFailure(error, reason, .failed, worker.options.logger)
        case .retryLater(let reason, let milliseconds):
            answer = try await store.traced(.delay, job) { metadata in
                try await store.moveToDelayed(
                    id: job.id, token: token, delay: milliseconds,
                    failure: (reason, job.stackTrace(adding: error, reason)), fetchesNext: takesNext,
                    terms: worker.terms, telemetryMetadata: metadata)
            }
            job.recordFailure(error, reason, .delayed, worker.options.logger)
        case .retryNow(let reason):
            try await store.traced(.retry, job) { metadata in
                try await store.retryJob(
                    id: job.id, token: token, lifo: job.options.lifo ?? false,
                    failure: (reason, job.stackTrace(adding: error, reason)), telemetryMetadata: metadata)
            }
            job.recordFailure(error, reason, .retried, worker.options.logger)
            answer = .notAsked
        case .delay(let milliseconds):
            try await delay(for: .milliseconds(milliseconds))
            return nil
        case .rateLimit(let milliseconds):
            try await store.limitRate(for: milliseconds)
            try await putBack()
            return nil
        case .waitForChildren:
            if try await !waitForChildren() { try await putBack() }
            return nil
        case .backToWait, .abandon:
            try await putBack()
            return nil
        }
        worker.broadcast.send(.failed(job, error))
        return try await next(answer)
    }

    /// Lets the job run again after a time, without counting an attempt.
    public func delay(for duration: Duration) async throws {
        _ = try await store.moveToDelayed(
            id: job.id, token: token, delay: duration.milliseconds, failure: nil, fetchesNext: false, terms: nil)
        store.telemetry?.moved(job, to: .delayed)
    }

    /// Lets the job run again at a time, without counting an attempt; at once if that has passed.
    public func delay(until date: Date) async throws {
        try await delay(for: .milliseconds(max(0, date.milliseconds - Milliseconds.now)))
    }

    /// Puts the job back to the front of the line, without counting an attempt.
    public func putBack() async throws {
        _ = try await store.moveFromActiveToWait(id: job.id, token: token)
        store.telemetry?.moved(job, to: .waiting)
    }

    /// Lets the job wait for its children, without counting an attempt.
    ///
    /// - Parameter child: one of them, if the job should wait only when that one is pending; by default any.
    /// - Returns: false if none is pending: the job is still active, and the holder goes on with it.
    /// - Throws: `BullMQError`, also with code `failedChildren`.
    @discardableResult
    public func waitForChildren(_ child: (any JobHandle)? = nil) async throws -> Bool {
        let isWaiting = try await store.moveToWaitingChildren(
            id: job.id, token: token, child: child.map { $0.job.store.keys.job($0.job.id) })
        if isWaiting { store.telemetry?.moved(job, to: .waitingChildren) }
        return isWaiting
    }

    private func finish(
        _ target: QueueStore.Finish.Target, _ policy: RemovalPolicy?, _ takesNext: Bool
    ) -> QueueStore.Finish {
        QueueStore.Finish(
            id: job.id, token: token, target: target, policy: policy, attempts: job.options.attempts ?? 0,
            fetchesNext: takesNext, timestamp: Milliseconds.now)
    }

    private func next(_ answer: FetchAnswer) async throws -> TakenJob? {
        guard case .job(let record) = answer else { return nil }
        return try await worker.admit(record, token)
    }
}
