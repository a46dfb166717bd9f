import Logging
import NIOCore
import Tracing

/// Takes one job from activation to its end: checks, handler, and the script that stores the outcome.
final class JobRunner: Sendable {
    private let store: QueueStore
    private let options: WorkerOptions
    private let terms: FetchTerms
    private let finishing: FinishGroups
    private let handlers: HandlerTable
    private let events: EventBroadcast<WorkerEvent>
    private let locks: LockKeeper
    /// Asked when a job ends: whether its slot may take a successor.
    private let mayContinue: @Sendable () -> Bool
    /// Whether the worker ends and has no more time: handlers are cancelled, and storing an outcome is not tried again.
    private let isGraceOver: @Sendable () -> Bool
    private let tasks: TaskBag
    private let iterations: IterationScheduler

    init(
        store: QueueStore, options: WorkerOptions, terms: FetchTerms, finishing: FinishGroups, handlers: HandlerTable,
        events: EventBroadcast<WorkerEvent>, locks: LockKeeper, mayContinue: @escaping @Sendable () -> Bool,
        isGraceOver: @escaping @Sendable () -> Bool, tasks: TaskBag
    ) {
        self.store = store
        self.options = options
        self.terms = terms
        self.finishing = finishing
        self.handlers = handlers
        self.events = events
        self.locks = locks
        self.mayContinue = mayContinue
        self.isGraceOver = isGraceOver
        self.tasks = tasks
        iterations = IterationScheduler(store: store, options: options, events: events)
    }

    /// Processes a job and returns what its finishing script answered.
    func run(_ record: JobRecord, token: String) async -> (answer: FetchAnswer, limitedFor: Int64) {
        let execution = JobExecution(
            id: record.id, token: token, startedAt: record.processedOn ?? Milliseconds.now, events: events,
            span: store.telemetry?.startProcessing(record))
        locks.track(execution)
        // Those that were tracked before are cancelled by the worker.
        if isGraceOver() { execution.cancel(.shuttingDown) }
        // A job whose lock is lost is another worker's, and so is its successor.
        if record.recurringOptions != nil {
            await iterations.scheduleNext(after: record) { execution.cancellationReason == nil && !isGraceOver() }
        }
        let job = Job(record: record, store: store, token: token, execution: execution)
        events.send(.active(job))
        guard let telemetry = store.telemetry else { return await attempt(job, execution) }
        return await telemetry.processing(job) { await attempt(job, execution) }
    }

    private func attempt(_ job: Job, _ execution: JobExecution) async -> (answer: FetchAnswer, limitedFor: Int64) {
        do {
            let value = try await process(job, execution)
            locks.untrack(execution)
            // The handler ran in this task: once that was cancelled, the outcome has to be stored by another.
            guard Task.isCancelled else { return await complete(job, execution, value) }
            return await tasks.run { await self.complete(job, execution, value) }
        } catch {
            locks.untrack(execution)
            guard Task.isCancelled else { return await end(job, execution, error) }
            return await tasks.run { await self.end(job, execution, error) }
        }
    }

    private func process(_ job: Job, _ execution: JobExecution) async throws -> JSONText {
        if let failure = options.failure(decidedFor: job) { throw failure }
        let handler = try handlers.handler(for: job.name)
        guard let limit = handler.timeout ?? options.jobTimeout else { return try await execution.run(handler, job) }
        let timer = store.connection.eventLoop.scheduleTask(in: .nanoseconds(limit.nanoseconds)) {
            _ = execution.cancel(.timedOut(limit))
        }
        defer { timer.cancel() }
        return try await execution.run(handler, job)
    }

    /// Stores a result.
    private func complete(
        _ job: Job, _ execution: JobExecution, _ value: JSONText
    ) async -> (answer: FetchAnswer, limitedFor: Int64) {
        let finish = finish(job, .completed(result: value.text))
        do {
            let answer =
                store.telemetry == nil
                ? try await complete(job, finish)
                : try await store.traced(.complete, job) { _ in try await complete(job, finish) }
            store.telemetry?.completed(job, value)
            events.send(.completed(job, result: value))
            return (answer, 0)
        } catch let error as BullMQError where error.code == .pendingChildren || error.code == .failedChildren {
            // The job cannot complete as it stands: an ordinary failure of this attempt.
            return await end(job, execution, error)
        } catch {
            report(error, job)
            return (.notAsked, 0)
        }
    }

    private func complete(_ job: Job, _ finish: QueueStore.Finish) async throws -> FetchAnswer {
        do {
            return try await finishing.moveToFinished(finish, of: job.record)
        } catch {
            let repeated = try await trying(job, after: error) {
                try await finishing.moveToFinished(finish, of: job.record)
            }
            return try await successor(repeated, job)
        }
    }

    /// Stores what an error means.
    private func end(
        _ job: Job, _ execution: JobExecution, _ error: any Error
    ) async -> (answer: FetchAnswer, limitedFor: Int64) {
        let ending = await AttemptEnding(
            error: error, cancellation: execution.cancellationReason, isDiscarded: execution.isDiscarded,
            attemptsMade: job.record.attemptsMade, attempts: job.record.options.attempts ?? 0
        ) {
            await options.retryPause(of: job, after: error)
        }
        do {
            if case .rateLimit(let milliseconds) = ending {
                // Not a wait of this worker alone: the key makes every limited worker of the queue pause.
                _ = try await trying(job) {
                    try await store.limitRate(for: milliseconds)
                }
                let remaining = try await trying(job) {
                    try await store.moveFromActiveToWait(id: job.id, token: execution.token)
                }
                store.telemetry?.moved(job, to: .waiting)
                return (.notAsked, remaining ?? 0)
            }
            return (try await perform(ending, job, error), 0)
        } catch let failure as BullMQError where ending == .waitForChildren && failure.code == .failedChildren {
            return await end(job, execution, failure)
        } catch {
            report(error, job)
            return (.notAsked, 0)
        }
    }

    private func report(_ error: any Error, _ job: Job) {
        options.logger.warning(
            "outcome not stored",
            metadata: ["bullmq.queue": "\(store.name)", "bullmq.job.id": "\(job.id)", "bullmq.error": "\(error)"])
        events.send(.error(error))
    }

    private func perform(_ ending: AttemptEnding, _ job: Job, _ error: any Error) async throws -> FetchAnswer {
        let token = job.token ?? "0"
        switch ending {
        case .fail(let reason):
            let stackTrace = job.stackTrace(adding: error, reason)
            let answer = try await store.traced(.fail, job) { metadata in
                var finish = finish(job, .failed(reason: reason, stackTrace: stackTrace))
                finish.telemetryMetadata = metadata
                return try await trying(job) { try await store.moveToFinished(finish, terms: terms) }
            }
            announceFailure(of: job, error, reason, .failed)
            return try await successor(answer, job)
        case .retryLater(let reason, let milliseconds):
            let stackTrace = job.stackTrace(adding: error, reason)
            let answer = try await store.traced(.delay, job) { metadata in
                try await trying(job) {
                    try await store.moveToDelayed(
                        id: job.id, token: token, delay: milliseconds, failure: (reason, stackTrace),
                        fetchesNext: takesSuccessor(job), terms: terms, telemetryMetadata: metadata)
                }
            }
            announceFailure(of: job, error, reason, .delayed)
            return try await successor(answer, job)
        case .retryNow(let reason):
            let stackTrace = job.stackTrace(adding: error, reason)
            _ = try await store.traced(.retry, job) { metadata in
                try await trying(job) {
                    try await store.retryJob(
                        id: job.id, token: token, lifo: job.record.options.lifo ?? false,
                        failure: (reason, stackTrace), telemetryMetadata: metadata)
                }
            }
            announceFailure(of: job, error, reason, .retried)
            return .notAsked
        case .delay(let milliseconds):
            let answer = try await trying(job) {
                try await store.moveToDelayed(
                    id: job.id, token: token, delay: milliseconds, failure: nil, fetchesNext: false, terms: nil)
            }
            store.telemetry?.moved(job, to: .delayed)
            return answer ?? .notAsked
        case .backToWait, .rateLimit:
            _ = try await trying(job) { try await store.moveFromActiveToWait(id: job.id, token: token) }
            store.telemetry?.moved(job, to: .waiting)
            return .notAsked
        case .waitForChildren:
            let isWaiting = try await trying(job) {
                try await store.moveToWaitingChildren(id: job.id, token: token, child: nil)
            }
            // All children ended meanwhile: the handler goes on with their results as soon as the job is taken again.
            if isWaiting == false { _ = try await store.moveFromActiveToWait(id: job.id, token: token) }
            store.telemetry?.moved(job, to: isWaiting == false ? .waiting : .waitingChildren)
            return .notAsked
        case .abandon:
            options.logger.warning(
                "job abandoned, its lock was lost",
                metadata: ["bullmq.queue": "\(store.name)", "bullmq.job.id": "\(job.id)"])
            return .notAsked
        }
    }

    private func finish(_ job: Job, _ target: QueueStore.Finish.Target) -> QueueStore.Finish {
        let policy =
            switch target {
            case .completed: job.record.options.removeOnComplete ?? options.removeOnComplete
            case .failed: job.record.options.removeOnFail ?? options.removeOnFail
            }
        return QueueStore.Finish(
            id: job.id, token: job.token ?? "0", target: target, policy: policy,
            attempts: job.record.options.attempts ?? 0,
            fetchesNext: takesSuccessor(job), timestamp: Milliseconds.now)
    }

    /// The answer of a finishing script. If it was lost, the job it handed out may still be ours: active, with our token.
    private func successor(_ answer: FetchAnswer?, _ job: Job) async throws -> FetchAnswer {
        if let answer { return answer }
        let found = try await trying(job) { try await store.jobLocked(with: job.token ?? "0") } ?? nil
        return found.map(FetchAnswer.job) ?? .notAsked
    }

    /// Repeats an operation while the connection fails. If a reply was lost and the repetition finds the job gone, the first try
    /// had succeeded: nil is returned.
    ///
    /// - Parameter first: what the operation failed with when it was tried before.
    private func trying<Result: Sendable>(
        _ job: Job, after first: (any Error)? = nil, _ operation: () async throws -> Result
    ) async throws -> Result? {
        var mayHaveHappened = false
        var failure = first
        while true {
            if let failure {
                if mayHaveHappened, (failure as? BullMQError)?.meansGone == true { return nil }
                guard let lost = failure as? RedisError, lost.isConnectionError, lost.code != .closed, !isGraceOver()
                else {
                    throw failure
                }
                mayHaveHappened = mayHaveHappened || lost.mayHaveExecuted
                options.logger.debug(
                    "outcome will be stored again",
                    metadata: [
                        "bullmq.queue": "\(store.name)", "bullmq.job.id": "\(job.id)", "bullmq.error": "\(lost)",
                    ])
                await Wakeup(eventLoop: store.connection.eventLoop).sleep(atMost: options.retryDelay)
            }
            do {
                return try await operation()
            } catch {
                failure = error
            }
        }
    }

    /// A slot whose task was cancelled ends here.
    private func takesSuccessor(_ job: Job) -> Bool {
        job.execution?.cancellationReason == nil && mayContinue()
    }

    private func announceFailure(of job: Job, _ error: any Error, _ reason: String, _ state: JobTransition) {
        job.recordFailure(error, reason, state, options.logger)
        events.send(.failed(job, error))
    }
}
