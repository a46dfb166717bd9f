import Logging
import NIOCore
public import ServiceLifecycle
import Synchronization
import Tracing

/// Takes jobs from a queue and runs handlers on them.
///
/// ```swift
/// let worker = try Worker("media-jobs", redis: redis, options: WorkerOptions(concurrency: 4)) {
///     Handler(Media.resize) { job in
///         try await job.updateProgress(0.4)
///         return try await resize(job.payload)
///     }
/// }
/// try await ServiceGroup(services: [redis, worker], gracefulShutdownSignals: [.sigterm], logger: logger).run()
/// ```
///
/// Jobs run at least once: one whose worker vanishes is given to another. Handlers run on the cooperative pool; fetching and
/// lock renewal run elsewhere, so that a handler that computes for long does not lose its lock.
///
/// On graceful shutdown no more jobs are taken; those running may end within ``WorkerOptions/gracePeriod``, then their tasks are
/// cancelled and the jobs put back in line without counting an attempt. A handler that ignores cancellation delays the end.
public final class Worker: Service {
    /// The worker's identity, a random UUID; its lock tokens begin with it.
    public let id: String
    /// Options given at creation.
    public let options: WorkerOptions

    let store: QueueStore
    /// Takes and finishes jobs; the same as `store` unless handlers run inline.
    let slotStore: QueueStore
    /// The connection of `slotStore`, if it is not the shared one.
    let separate: RedisConnection?
    let inlineExecutor: EventLoopTaskExecutor?
    /// Where the main loop runs.
    let loopExecutor: EventLoopTaskExecutor
    let handlers: HandlerTable
    let broadcast = EventBroadcast<WorkerEvent>()
    let locks: LockKeeper
    let stalledChecker: StalledChecker
    let cancellations: CancellationListener?
    let blocking: RedisConnection
    let state: Mutex<WorkerState>
    let wakeup: Wakeup
    let terms: FetchTerms
    let finishing: FinishGroups
    let tasks = TaskBag()

    /// Creates a worker. Nothing is sent to Redis before ``run()``.
    ///
    /// - Parameters:
    ///   - queueName: the queue whose jobs it takes.
    ///   - redis: shared by everything in the process; the worker adds one connection for its waits.
    ///   - options: see ``WorkerOptions``.
    ///   - handlers: at least one; a job whose name none of them has fails with a message that lists them.
    /// - Throws: `BullMQError` with code `invalidArgument`.
    public init(
        _ queueName: String, redis: Redis, options: WorkerOptions = WorkerOptions(),
        @HandlerBuilder handlers: () -> [Handler]
    ) throws(BullMQError) {
        try options.validate()
        self.options = options
        id = UUIDText.random()
        let telemetry = Telemetry(options.observability, queue: queueName, worker: (id, options.name))
        store = try QueueStore(
            name: queueName, prefix: options.prefix, redis: redis, pauseMode: options.pauseMode, logger: options.logger,
            telemetry: telemetry)
        separate = options.execution == .inline ? redis.separateConnection(forKey: store.keys.base) : nil
        inlineExecutor = separate.map { EventLoopTaskExecutor($0.eventLoop) }
        loopExecutor = inlineExecutor ?? EventLoopTaskExecutor(redis.commands.eventLoop)
        slotStore =
            if let separate {
                try QueueStore(
                    name: queueName, prefix: options.prefix, redis: redis, connection: separate,
                    pauseMode: options.pauseMode, logger: options.logger, telemetry: telemetry)
            } else {
                store
            }
        self.handlers = try HandlerTable(handlers())
        try self.handlers.checkBatches(concurrency: options.concurrency)
        locks = LockKeeper(store: store, options: options, events: broadcast)
        stalledChecker = StalledChecker(store: slotStore, options: options, events: broadcast)
        cancellations =
            options.acceptsRemoteCancellation
            ? CancellationListener(workerID: id, store: store, locks: locks, logger: options.logger) : nil
        blocking = redis.blockingConnection(
            clientName: ClientName.worker(prefix: options.prefix, queue: queueName, name: options.name),
            forKey: store.keys.base)
        wakeup = Wakeup(eventLoop: redis.commands.eventLoop)
        terms = FetchTerms(
            lockDuration: options.lockDuration.milliseconds, limiter: options.limiter, workerName: options.name,
            maximumMetricsPoints: options.metricsMinutes)
        finishing = FinishGroups(store: slotStore, terms: terms, groupCommit: options.groupCommit)
        state = Mutex(
            WorkerState(
                loop: FetchLoop(
                    concurrency: options.concurrency, drainDelay: options.drainDelay.milliseconds,
                    maximumRateLimitDelay: options.maximumRateLimitDelay.milliseconds),
                progress: ProgressWatch(options)))
    }

    /// The name of the queue.
    public var queueName: String { store.name }

    /// What happens in this worker from now on. A listener that is more than `limit` events behind loses the oldest.
    public func events(bufferingNewest limit: Int = 1024) -> AsyncStream<WorkerEvent> {
        broadcast.listen(bufferingNewest: limit)
    }

    /// Works until graceful shutdown, ``close(gracePeriod:)`` or cancellation, which allows no grace period.
    ///
    /// - Throws: `BullMQError` with code `lifecycle` if the worker runs or ran already; `RedisError` if the server refuses the
    ///   connection at the start, or if the `Redis` object was closed.
    public func run() async throws {
        try state.withLock { state throws(BullMQError) in
            try state.begin()
            state.progress.started(now: Milliseconds.now)
        }
        // Work that was begun is brought to its end even if this task is cancelled, so it happens in a task of its own.
        let work = Task(executorPreference: loopExecutor) { try await self.work() }
        try await withTaskCancellationHandler {
            try await withGracefulShutdownHandler {
                try await work.value
            } onGracefulShutdown: {
                self.beginClosing(gracePeriod: self.options.gracePeriod)
            }
        } onCancel: {
            self.beginClosing(gracePeriod: .zero)
        }
    }

    // MARK: Control

    /// Ends the worker and waits until it has ended. Returns at once if it does not run.
    ///
    /// - Parameter gracePeriod: how long running jobs may still take; by default as in the options. With zero they are cancelled
    ///   at once.
    public func close(gracePeriod: Duration? = nil) async {
        let gracePeriod = gracePeriod ?? options.gracePeriod
        await store.traced(.close, ["bullmq.worker.force.close": .bool(gracePeriod == .zero)]) { _ in
            beginClosing(gracePeriod: gracePeriod)
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.phase == .running { state.closeWaiters.append(continuation) }
                    return state.phase != .running
                }
                if isOver { continuation.resume() }
            }
        }
    }

    /// Stops taking jobs; those running go on. Only this worker is concerned, see ``Queue/pause()`` for all.
    ///
    /// - Parameter waitsForActive: returns only when the running jobs have ended; true by default.
    public func pause(waitsForActive: Bool = true) async {
        await store.traced(.pause, ["bullmq.worker.do.not.wait.active": .bool(!waitsForActive)]) { _ in
            await takeNoMore(waitsForActive: waitsForActive)
        }
    }

    private func takeNoMore(waitsForActive: Bool) async {
        let isNew = state.withLock { state in
            defer { state.loop.isPaused = true }
            return !state.loop.isPaused
        }
        if isNew {
            stalledChecker.setPaused(true)
            endWait()
            wakeup.signal()
            broadcast.send(.paused)
        }
        guard waitsForActive else { return }
        await withCheckedContinuation { continuation in
            let isQuiet = state.withLock { state in
                if !state.isQuiet { state.quietWaiters.append(continuation) }
                return state.isQuiet
            }
            if isQuiet { continuation.resume() }
        }
    }

    /// Takes jobs again after ``pause(waitsForActive:)``.
    public func resume() {
        let span = store.telemetry?.startSpan(.resume)
        defer { span?.end() }
        let wasPaused = state.withLock { state in
            defer { state.loop.isPaused = false }
            return state.loop.isPaused
        }
        guard wasPaused else { return }
        stalledChecker.setPaused(false)
        wakeup.signal()
        broadcast.send(.resumed)
    }

    /// Whether ``pause(waitsForActive:)`` is in force.
    public var isPaused: Bool { state.withLock { $0.loop.isPaused } }

    /// Whether ``run()`` is under way.
    public var isRunning: Bool { state.withLock { $0.phase == .running } }

    /// How many jobs may be processed at a time. Lowering it lets surplus jobs end without successors.
    ///
    /// - Throws: `BullMQError` with code `invalidArgument` for less than 1.
    public func setConcurrency(_ concurrency: Int) throws(BullMQError) {
        guard concurrency >= 1 else {
            throw BullMQError(.invalidArgument, "concurrency must be a finite number greater than 0")
        }
        state.withLock { $0.loop.concurrency = concurrency }
        wakeup.signal()
    }

    /// Cancels the task of a job that this worker is processing. How the job ends is up to its handler.
    ///
    /// - Returns: false if this worker is not processing that job, or it was cancelled before.
    @discardableResult
    public func cancel(_ jobID: String, reason: String? = nil) -> Bool {
        locks.tracked.first { $0.id == jobID }?.cancel(.requested(reason)) ?? false
    }

    /// Cancels the tasks of all jobs that this worker is processing.
    public func cancelAll(reason: String? = nil) {
        for execution in locks.tracked { execution.cancel(.requested(reason)) }
    }

    /// Takes no more jobs; after `gracePeriod` those still running are cancelled.
    func beginClosing(gracePeriod: Duration) {
        let isFirst = state.withLock { state in
            if gracePeriod == .zero { state.isGraceOver = true }
            defer { state.loop.isClosing = true }
            return !state.loop.isClosing
        }
        if isFirst {
            broadcast.send(.closing)
            options.logger.debug("worker closing", metadata: ["bullmq.queue": "\(queueName)"])
        }
        wakeup.signal()
        endWait()
        interruptIfClosing()
        guard gracePeriod > .zero else { return endGracePeriod() }
        store.connection.eventLoop.scheduleTask(in: .nanoseconds(gracePeriod.nanoseconds)) { [weak self] in
            self?.endGracePeriod()
        }
    }

    private func endGracePeriod() {
        state.withLock { $0.isGraceOver = true }
        for execution in locks.tracked { execution.cancel(.shuttingDown) }
        wakeup.signal()
        scheduleGivingUp()
    }

    /// Outcomes are stored promptly or, without a server that answers, not at all. A handler that goes on all the same is waited
    /// for, and may still store its outcome.
    private func scheduleGivingUp() {
        store.connection.eventLoop.scheduleTask(in: .seconds(5)) { [weak self] in
            guard let self, isRunning else { return }
            guard locks.tracked.isEmpty else { return scheduleGivingUp() }
            tasks.cancelAll()
            let interrupt = state.withLock { state in
                state.isAbandoned = true
                return state.interrupt
            }
            interrupt?()
            wakeup.signal()
        }
    }
}

/// Everything about a worker that changes; guarded as a whole.
struct WorkerState {
    enum Phase { case new, running, over }

    var loop: FetchLoop
    var progress: ProgressWatch
    var phase = Phase.new
    var isGraceOver = false
    /// A job was asked for: it may arrive although no more are wanted.
    var isFetching = false
    /// Nothing more can be stored: end although slots remain.
    var isAbandoned = false
    /// Gives up the operation under way of the main loop.
    var interrupt: (@Sendable () -> Void)?
    /// Gives up the wait for work under way.
    var endWait: (@Sendable () -> Void)?
    var closeWaiters: [CheckedContinuation<Void, Never>] = []
    var quietWaiters: [CheckedContinuation<Void, Never>] = []

    mutating func begin() throws(BullMQError) {
        switch phase {
        case .new: phase = .running
        case .running: throw BullMQError(.lifecycle, "Worker is already running.")
        case .over: throw BullMQError(.lifecycle, "This worker was closed; create a new one.")
        }
    }

    /// Whether no job runs, and none can arrive.
    var isQuiet: Bool { loop.slots == 0 && !isFetching || phase != .running }

    /// Those who wait until no job runs, if none does.
    mutating func takeQuietWaiters() -> [CheckedContinuation<Void, Never>] {
        guard isQuiet else { return [] }
        defer { quietWaiters = [] }
        return quietWaiters
    }
}
