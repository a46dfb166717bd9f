// Owns: taking jobs one by one, for programs that decide themselves when to work.

import Logging
import Synchronization

/// Hands out jobs when it is asked to, instead of calling handlers.
///
/// ```swift
/// let worker = try ManualWorker("media-jobs", redis: redis)
/// while let taken = try await worker.nextJob(waitingAtMost: .seconds(30)) {
///     do {
///         try await taken.complete(resize(taken.job.data))
///     } catch {
///         try await taken.fail(error)
///     }
/// }
/// await worker.close()
/// ```
///
/// For batch programs, tests, and servers that pass jobs on to somebody else. Most programs want a ``Worker``: nobody renews the
/// locks of the jobs handed out here (``JobHandle/extendLock(by:)``), nobody limits how many there are at a time, and jobs of vanished
/// workers are recovered only when ``checkStalledJobs()`` is called, or by other workers of the queue.
///
/// A job whose failure was decided elsewhere (a child failed, it stalled too often) is failed on the spot, never handed out.
public final class ManualWorker: Sendable {
    private struct State {
        var nextToken = 0
        var isClosed = false
        var idle: [RedisConnection] = []
        var waiting: [ObjectIdentifier: RedisConnection] = [:]
    }

    /// The worker's identity, a random UUID; its lock tokens begin with it.
    public let id: String
    /// Options given at creation. Those about handlers and concurrency mean nothing here.
    public let options: WorkerOptions

    let store: QueueStore
    let terms: FetchTerms
    let broadcast = EventBroadcast<WorkerEvent>()
    private let iterations: IterationScheduler
    private let state = Mutex(State())

    /// Creates a worker. Nothing is sent to Redis before a job is asked for.
    ///
    /// - Throws: `BullMQError` with code `invalidArgument`.
    public init(
        _ queueName: String, redis: Redis, options: WorkerOptions = WorkerOptions()
    ) throws(BullMQError) {
        try options.validate()
        self.options = options
        id = UUIDText.random()
        store = try QueueStore(
            name: queueName, prefix: options.prefix, redis: redis, pauseMode: options.pauseMode, logger: options.logger,
            telemetry: Telemetry(options.observability, queue: queueName, worker: (id, options.name)))
        iterations = IterationScheduler(store: store, options: options, events: broadcast)
        terms = FetchTerms(
            lockDuration: options.lockDuration.milliseconds, limiter: options.limiter, workerName: options.name,
            maximumMetricsPoints: options.metricsMinutes)
    }

    /// The name of the queue.
    public var queueName: String { store.name }

    /// What happens in this worker from now on. A listener that is more than `limit` events behind loses the oldest.
    public func events(bufferingNewest limit: Int = 1024) -> AsyncStream<WorkerEvent> {
        broadcast.listen(bufferingNewest: limit)
    }

    /// Takes the next job; the caller then owes it an ending, and a renewal of its lock in time.
    ///
    /// Any number of calls may be under way; each that waits holds a connection, and counts as a worker for ``Queue/workers()``.
    ///
    /// - Parameter limit: how long to wait for a job if there is none; by default not at all.
    /// - Returns: nil if there was nothing to take in that time, because the queue is empty, paused, limited or at its global
    ///   concurrency; also once the worker is closed.
    /// - Throws: `RedisError`: with code `replyLost` or `timeout` a job may have been taken, which then counts as stalled some time
    ///   later; `CancellationError`.
    public func nextJob(waitingAtMost limit: Duration = .zero) async throws -> TakenJob? {
        let deadline = ContinuousClock.now + limit
        while !isClosed {
            let token = nextToken()
            switch try await store.moveToActive(token: token, terms: terms) {
            case .job(let record):
                store.telemetry?.handedOut(record, waits: limit > .zero)
                if let taken = try await admit(record, token) { return taken }
            case .notAsked:
                break
            case .none(let limitedFor, let dueAt):
                let left = ContinuousClock.now.duration(to: deadline).milliseconds
                guard left > 0 else { return nil }
                if limitedFor > 0 {
                    let pause = min(limitedFor, left, options.maximumRateLimitDelay.milliseconds)
                    try await Task.sleep(for: .milliseconds(pause))
                } else {
                    let due = dueAt > 0 ? max(dueAt - Milliseconds.now, 2) : .max
                    try await waitForMarker(min(due, left, options.drainDelay.milliseconds))
                }
            }
        }
        return nil
    }

    /// A job that was taken before, by a program that kept its id and token; nil if there is no such job. Whether the lock is still
    /// held shows when the job is ended.
    public func takenJob(_ id: String, token: String) async throws -> TakenJob? {
        try await store.job(id).map { TakenJob(record: $0, token: token, worker: self) }
    }

    /// Puts jobs of vanished workers back in line, as every ``Worker`` does at each ``WorkerOptions/stalledInterval``. A job is only
    /// noticed at the second check, and all workers of a queue together check once in an interval.
    ///
    /// - Returns: the ids of the recovered jobs.
    @discardableResult
    public func checkStalledJobs() async throws -> [String] {
        let ids = try await store.moveStalledJobsToWait(
            maximumStalledCount: options.maximumStalledCount, interval: options.stalledInterval.milliseconds)
        for id in ids { broadcast.send(.stalled(jobID: id)) }
        return ids
    }

    /// Keeps several jobs ours for so long from now, in one call.
    ///
    /// - Returns: the ids of those whose locks are no longer ours.
    @discardableResult
    public func extendLocks(of jobs: [TakenJob], by duration: Duration) async throws -> [String] {
        try Queue.require(duration.milliseconds > 0, "duration", "\(duration)", "positive")
        guard !jobs.isEmpty else { return [] }
        let lost = try await store.extendLocks(
            jobs.map { ($0.job.id, $0.token) }, duration: duration.milliseconds)
        broadcast.send(.locksRenewed(jobs.map(\.job.id).filter { !lost.contains($0) }))
        if !lost.isEmpty { broadcast.send(.locksLost(lost)) }
        return lost
    }

    /// Ends every wait for a job; those calls return nil. Jobs that were taken can still be ended.
    public func close() async {
        let connections = state.withLock { state in
            state.isClosed = true
            defer { state.idle = [] }
            return state.idle + Array(state.waiting.values)
        }
        for connection in connections { await connection.close(immediately: true) }
        broadcast.finish()
    }

    /// The job as it is handed out, its scheduler's next one created; nil if its failure was decided elsewhere, and is stored now.
    func admit(_ record: JobRecord, _ token: String) async throws -> TakenJob? {
        await iterations.scheduleNext(after: record) { !isClosed && !Task.isCancelled }
        let taken = TakenJob(record: record, token: token, worker: self)
        broadcast.send(.active(taken.job))
        guard let failure = options.failure(decidedFor: taken.job) else { return taken }
        try await taken.fail(failure)
        return nil
    }

    private var isClosed: Bool { state.withLock { $0.isClosed } }

    private func nextToken() -> String {
        state.withLock { state in
            defer { state.nextToken += 1 }
            return "\(id):\(state.nextToken)"
        }
    }

    // MARK: Waiting

    /// Waits until there may be a job. A connection that fails is only a reason to look for work the ordinary way, where the failure
    /// shows if it lasts.
    private func waitForMarker(_ milliseconds: Int64) async throws {
        guard let connection = borrow() else { return }
        let timeout = (Double(max(milliseconds, 2)) / 1000).formattedSeconds
        do {
            let reply = try await connection.sendBlocking(
                RedisCommand("BZPOPMIN", store.keys.marker, timeout), deadline: .milliseconds(milliseconds + 1000))
            giveBack(connection)
            if case .error(let error) = reply {
                throw RedisError(.errorReply, "BZPOPMIN failed: \(error.message)", underlying: error)
            }
        } catch let error as RedisError where error.isConnectionError || error.code == .timeout {
            connection.drop()
            giveBack(connection)
            if isClosed { return }
            options.logger.info("the wait for a job ended early", metadata: ["bullmq.error": "\(error)"])
            try await Task.sleep(for: .milliseconds(100))
        } catch {
            // The wait goes on at the server, where it would swallow a marker.
            connection.drop()
            giveBack(connection)
            throw error
        }
    }

    private func borrow() -> RedisConnection? {
        state.withLock { state in
            if state.isClosed { return nil }
            let connection =
                state.idle.popLast()
                ?? store.redis.blockingConnection(
                    clientName: ClientName.worker(prefix: options.prefix, queue: queueName, name: options.name),
                    forKey: store.keys.base)
            state.waiting[ObjectIdentifier(connection)] = connection
            return connection
        }
    }

    private func giveBack(_ connection: RedisConnection) {
        state.withLock { state in
            state.waiting[ObjectIdentifier(connection)] = nil
            if !state.isClosed { state.idle.append(connection) }
        }
    }
}

extension WorkerOptions {
    /// Why a job that was taken must not run (protocol: worker, section 10).
    func failure(decidedFor job: Job) -> JobOutcome? {
        if let failure = job.deferredFailure { return .unrecoverable(failure) }
        if let limit = maximumStartedAttempts, limit > 0, limit < job.attemptsStarted {
            return .unrecoverable("job started more than allowable limit")
        }
        return nil
    }
}
