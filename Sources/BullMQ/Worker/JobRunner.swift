import Logging
import NIOCore

/// Takes one job from activation to its end: checks, handler, and the script that stores the outcome.
struct JobRunner: Sendable {
    let store: QueueStore
    let options: WorkerOptions
    let terms: FetchTerms
    let handlers: HandlerTable
    let events: EventBroadcast<WorkerEvent>
    let locks: LockKeeper
    /// Asked when a job ends: whether its slot may take a successor.
    let mayContinue: @Sendable () -> Bool
    /// Whether the worker ends and has no more time: handlers are cancelled, and storing an outcome is not tried again.
    let isGraceOver: @Sendable () -> Bool
    let pause: @Sendable (Duration) async -> Void

    /// Processes a job and returns what its finishing script answered.
    func run(_ record: JobRecord, token: String) async -> (answer: FetchAnswer, limitedFor: Int64) {
        let execution = JobExecution(
            id: record.id, token: token, startedAt: record.processedOn ?? Milliseconds.now, events: events)
        locks.track(execution)
        // Those that were tracked before are cancelled by the worker.
        if isGraceOver() { execution.cancel(.shuttingDown) }
        let job = Job(record: record, store: store, token: token, execution: execution)
        events.send(.active(job))
        let result: Result<JSONText, any Error>
        do {
            result = .success(try await process(job, execution))
        } catch {
            result = .failure(error)
        }
        locks.untrack(execution)
        return await finish(job, execution, result)
    }

    private func process(_ job: Job, _ execution: JobExecution) async throws -> JSONText {
        if let failure = job.deferredFailure { throw JobOutcome.unrecoverable(failure) }
        if let limit = options.maximumStartedAttempts, limit > 0, limit < job.attemptsStarted {
            throw JobOutcome.unrecoverable("job started more than allowable limit")
        }
        let handler = try handlers.handler(for: job.name)
        guard let limit = handler.timeout ?? options.jobTimeout else { return try await execution.run(handler, job) }
        let timer = store.redis.commands.eventLoop.scheduleTask(in: .nanoseconds(limit.nanoseconds)) {
            _ = execution.cancel(.timedOut(limit))
        }
        defer { timer.cancel() }
        return try await execution.run(handler, job)
    }

    private func finish(
        _ job: Job, _ execution: JobExecution, _ result: Result<JSONText, any Error>
    ) async -> (answer: FetchAnswer, limitedFor: Int64) {
        do {
            switch result {
            case .success(let value):
                do {
                    return (try await perform(.complete(value), job, nil), 0)
                } catch let error as BullMQError where error.code == .pendingChildren || error.code == .failedChildren {
                    // The job cannot complete as it stands: an ordinary failure of this attempt.
                    return try await end(job, execution, error)
                }
            case .failure(let error):
                return try await end(job, execution, error)
            }
        } catch {
            options.logger.warning(
                "outcome not stored", metadata: ["bullmq.job.id": "\(job.id)", "bullmq.error": "\(error)"])
            events.send(.error(error))
            return (.notAsked, 0)
        }
    }

    private func end(
        _ job: Job, _ execution: JobExecution, _ error: any Error
    ) async throws -> (answer: FetchAnswer, limitedFor: Int64) {
        let ending = await AttemptEnding(
            error: error, cancellation: execution.cancellationReason, isDiscarded: execution.isDiscarded,
            attemptsMade: job.attemptsMade, attempts: job.options.attempts ?? 0
        ) {
            await retryPause(of: job, error)
        }
        switch ending {
        case .rateLimit(let milliseconds):
            // Not a wait of this worker alone: the key makes every limited worker of the queue pause.
            _ = try await store.send("SET", store.keys.limiter, "9007199254740991", "PX", String(max(milliseconds, 1)))
            let remaining = try await trying(job) { try await store.moveFromActiveToWait(id: job.id, token: execution.token) }
            return (.notAsked, remaining ?? 0)
        case .waitForChildren:
            do {
                return (try await perform(ending, job, error), 0)
            } catch let error as BullMQError where error.code == .failedChildren {
                return (try await perform(.fail(reason: error.message), job, error), 0)
            }
        default:
            return (try await perform(ending, job, error), 0)
        }
    }

    /// Milliseconds before the next attempt, nil to give up.
    private func retryPause(of job: Job, _ error: any Error) async -> Int64? {
        guard let backoff = job.options.backoff else { return 0 }
        let attempt = job.attemptsMade + 1
        if let pause = backoff.builtInDelay(afterAttempt: attempt, random: .random(in: 0..<1)) { return pause }
        guard let strategy = options.backoff else {
            options.logger.error(
                "unknown back-off type, the job fails",
                metadata: ["bullmq.job.id": "\(job.id)", "bullmq.backoff.type": "\(backoff.type)"])
            return nil
        }
        return await strategy(attempt, backoff.type, error, job)?.milliseconds
    }

    private func perform(_ ending: AttemptEnding, _ job: Job, _ error: (any Error)?) async throws -> FetchAnswer {
        let token = job.token ?? "0"
        switch ending {
        case .complete(let value):
            let answer = try await moveToFinished(job, token, .completed(result: value.text))
            events.send(.completed(job, result: value))
            return answer
        case .fail(let reason):
            let stackTrace = Self.stackTrace(of: job, adding: error, reason)
            let answer = try await moveToFinished(job, token, .failed(reason: reason, stackTrace: stackTrace))
            announceFailure(of: job, error)
            return answer
        case .retryLater(let reason, let milliseconds):
            let stackTrace = Self.stackTrace(of: job, adding: error, reason)
            let answer = try await trying(job) {
                try await store.moveToDelayed(
                    id: job.id, token: token, delay: milliseconds, failure: (reason, stackTrace),
                    fetchesNext: mayContinue(), terms: terms)
            }
            announceFailure(of: job, error)
            return try await successor(answer, token)
        case .retryNow(let reason):
            let stackTrace = Self.stackTrace(of: job, adding: error, reason)
            _ = try await trying(job) {
                try await store.retryJob(
                    id: job.id, token: token, lifo: job.options.lifo ?? false, failure: (reason, stackTrace))
            }
            announceFailure(of: job, error)
            return .notAsked
        case .delay(let milliseconds):
            return try await trying(job) {
                try await store.moveToDelayed(
                    id: job.id, token: token, delay: milliseconds, failure: nil, fetchesNext: false, terms: nil)
            } ?? .notAsked
        case .backToWait, .rateLimit:
            _ = try await trying(job) { try await store.moveFromActiveToWait(id: job.id, token: token) }
            return .notAsked
        case .waitForChildren:
            let isWaiting = try await trying(job) {
                try await store.moveToWaitingChildren(id: job.id, token: token, child: nil)
            }
            // All children ended meanwhile: the handler goes on with their results as soon as the job is taken again.
            if isWaiting == false { _ = try await store.moveFromActiveToWait(id: job.id, token: token) }
            return .notAsked
        case .abandon:
            options.logger.warning("job abandoned, its lock was lost", metadata: ["bullmq.job.id": "\(job.id)"])
            return .notAsked
        }
    }

    private func moveToFinished(_ job: Job, _ token: String, _ target: QueueStore.Finish.Target) async throws -> FetchAnswer {
        let timestamp = Milliseconds.now
        let policy =
            switch target {
            case .completed: job.options.removeOnComplete ?? options.removeOnComplete
            case .failed: job.options.removeOnFail ?? options.removeOnFail
            }
        let answer = try await trying(job) {
            try await store.moveToFinished(
                QueueStore.Finish(
                    id: job.id, token: token, target: target, policy: policy, attempts: job.options.attempts ?? 0,
                    fetchesNext: mayContinue(), timestamp: timestamp),
                terms: terms)
        }
        return try await successor(answer, token)
    }

    /// The answer of a finishing script. If it was lost, the job it handed out may still be ours: active, with our token.
    private func successor(_ answer: FetchAnswer?, _ token: String) async throws -> FetchAnswer {
        if let answer { return answer }
        return try await store.jobLocked(with: token).map(FetchAnswer.job) ?? .notAsked
    }

    /// Repeats an operation while the connection fails. If a reply was lost and the repetition finds the job gone, the first try
    /// had succeeded: nil is returned.
    private func trying<Result: Sendable>(
        _ job: Job, _ operation: () async throws -> Result
    ) async throws -> Result? {
        var mayHaveHappened = false
        while true {
            do {
                return try await operation()
            } catch let error as RedisError where error.isConnectionError && error.code != .closed && !isGraceOver() {
                mayHaveHappened = mayHaveHappened || error.mayHaveExecuted
                options.logger.info(
                    "outcome will be stored again",
                    metadata: ["bullmq.job.id": "\(job.id)", "bullmq.error": "\(error)"])
                await pause(options.retryDelay)
            } catch let error as BullMQError where mayHaveHappened {
                switch error.code {
                case .missingJob, .missingLock, .lockMismatch, .wrongState: return nil
                default: throw error
                }
            }
        }
    }

    private func announceFailure(of job: Job, _ error: (any Error)?) {
        guard let error else { return }
        events.send(.failed(job, error))
    }

    /// The job's earlier entries and one for this error, the newest last, cut to the job's limit.
    private static func stackTrace(of job: Job, adding error: (any Error)?, _ reason: String) -> String {
        var entries = job.stackTrace
        if let error { entries.append("\(type(of: error)): \(reason)") }
        if let limit = job.options.stackTraceLimit { entries = Array(entries.suffix(max(0, limit))) }
        return JSONValue.array(entries.map(JSONValue.string)).serialized()
    }
}
