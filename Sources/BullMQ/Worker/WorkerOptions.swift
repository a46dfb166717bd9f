public import Logging

/// How a ``Worker`` takes and treats jobs (protocol: worker, section 2).
public struct WorkerOptions: Sendable {
    /// Computes the pause before the next attempt for back-off types that are not built in.
    ///
    /// - Parameters: the attempt that failed (1 = the first), the type, the error, the job.
    /// - Returns: the pause; zero retries at once, nil gives up.
    public typealias BackoffStrategy =
        @Sendable (_ attempt: Int, _ type: String, _ error: any Error, _ job: Job) async -> Duration?

    /// Where handlers run.
    public enum Execution: Sendable, Hashable {
        /// On the cooperative thread pool, several at a time on several cores.
        case concurrent
        /// All on one thread, that which reads from Redis: as in Node, the least effort for handlers that are short or mostly wait,
        /// and a handler that computes for long holds up the others. Locks are renewed elsewhere all the same. With an event-loop
        /// group of a single loop this falls back to `concurrent`.
        case inline
    }

    /// First part of every key; `bull` by default.
    public var prefix: String
    /// Where handlers run; `concurrent` by default.
    public var execution: Execution
    /// A label, stored with every job this worker takes and shown in Redis' list of clients; none by default.
    public var name: String?
    /// How many jobs are processed at a time; 1 by default.
    public var concurrency: Int
    /// Most jobs started per window, over all workers; none by default.
    public var limiter: RateLimit?
    /// Longest pause before a rate-limited worker asks again; 30 s by default.
    public var maximumRateLimitDelay: Duration
    /// A job started more often than this fails; nil (the default) for no bound.
    public var maximumStartedAttempts: Int?
    /// How often a job may be recovered from a vanished worker before it fails; 1 by default.
    public var maximumStalledCount: Int
    /// Time between checks for stalled jobs; 30 s by default.
    public var stalledInterval: Duration
    /// Leave checking for stalled jobs to other workers; false by default.
    public var skipsStalledCheck: Bool
    /// How long to wait for work before asking again; 5 s by default.
    public var drainDelay: Duration
    /// How long a job stays ours without renewal; 30 s by default.
    public var lockDuration: Duration
    /// A lock older than half of this is renewed; half the lock duration by default.
    public var lockRenewTime: Duration?
    /// Never renew locks; false by default.
    public var skipsLockRenewal: Bool
    /// Cancel a job's task when its lock is lost, since its result will be refused; true by default.
    public var cancelsOnLockLoss: Bool
    /// Completed jobs kept, for jobs that do not say; all by default.
    public var removeOnComplete: RemovalPolicy?
    /// Failed jobs kept, for jobs that do not say; all by default.
    public var removeOnFail: RemovalPolicy?
    /// Pause before an operation is tried again after the connection failed; 1 s by default.
    public var retryDelay: Duration
    /// Longest run of one job unless its handler says otherwise; none by default. A job that takes longer is cancelled and fails.
    public var jobTimeout: Duration?
    /// After a shutdown began, jobs may run this long; then they are cancelled and put back in line. 30 s by default.
    public var gracePeriod: Duration
    /// Minutes of per-minute counts to keep (`metrics.maxDataPoints`); none by default.
    public var metricsMinutes: Int
    /// Obey ``Queue/cancel(_:reason:within:)`` of other processes, at the cost of another connection and a read each ten seconds; false
    /// by default.
    public var acceptsRemoteCancellation: Bool
    /// What becomes of waiting jobs while the queue is paused; `plain` by default. All of a queue's users should agree.
    public var pauseMode: PauseMode
    /// Whether completions and fetches that are made at the same time share calls; automatic by default.
    public var groupCommit: GroupCommit
    /// Pauses for back-off types that are not built in; none by default.
    public var backoff: BackoffStrategy?
    /// Computes the runs of recurring jobs with a pattern (`settings.repeatStrategy`), the same as the queue's; cron by default.
    public var repeatStrategy: RepeatStrategy?
    /// Keep repeatable jobs going that releases of BullMQ before 6.0 defined; true by default. If false, such a job is processed and
    /// reported as a ``WorkerEvent/error(_:)``, and its series ends, as in BullMQ 6.
    public var continuesLegacyRepeatables: Bool
    /// Where spans and metrics go; by default where the process has bootstrapped them to.
    public var observability: Observability
    /// Where the worker logs; silent by default.
    public var logger: Logger

    /// Creates options; the defaults are those of the properties.
    public init(
        prefix: String = "bull", name: String? = nil, concurrency: Int = 1, limiter: RateLimit? = nil,
        maximumRateLimitDelay: Duration = .seconds(30), maximumStartedAttempts: Int? = nil,
        maximumStalledCount: Int = 1,
        stalledInterval: Duration = .seconds(30), skipsStalledCheck: Bool = false, drainDelay: Duration = .seconds(5),
        lockDuration: Duration = .seconds(30), lockRenewTime: Duration? = nil, skipsLockRenewal: Bool = false,
        cancelsOnLockLoss: Bool = true, removeOnComplete: RemovalPolicy? = nil, removeOnFail: RemovalPolicy? = nil,
        retryDelay: Duration = .seconds(1), jobTimeout: Duration? = nil, gracePeriod: Duration = .seconds(30),
        metricsMinutes: Int = 0, execution: Execution = .concurrent, acceptsRemoteCancellation: Bool = false,
        pauseMode: PauseMode = .plain, groupCommit: GroupCommit = .automatic,
        backoff: BackoffStrategy? = nil, repeatStrategy: RepeatStrategy? = nil, continuesLegacyRepeatables: Bool = true,
        observability: Observability = Observability(),
        logger: Logger = Logger(label: "bullmq.worker") { _ in SwiftLogNoOpLogHandler() }
    ) {
        self.prefix = prefix
        self.execution = execution
        self.name = name
        self.concurrency = concurrency
        self.limiter = limiter
        self.maximumRateLimitDelay = maximumRateLimitDelay
        self.maximumStartedAttempts = maximumStartedAttempts
        self.maximumStalledCount = maximumStalledCount
        self.stalledInterval = stalledInterval
        self.skipsStalledCheck = skipsStalledCheck
        self.drainDelay = drainDelay
        self.lockDuration = lockDuration
        self.lockRenewTime = lockRenewTime
        self.skipsLockRenewal = skipsLockRenewal
        self.cancelsOnLockLoss = cancelsOnLockLoss
        self.removeOnComplete = removeOnComplete
        self.removeOnFail = removeOnFail
        self.retryDelay = retryDelay
        self.jobTimeout = jobTimeout
        self.gracePeriod = gracePeriod
        self.metricsMinutes = metricsMinutes
        self.acceptsRemoteCancellation = acceptsRemoteCancellation
        self.pauseMode = pauseMode
        self.groupCommit = groupCommit
        self.backoff = backoff
        self.repeatStrategy = repeatStrategy
        self.continuesLegacyRepeatables = continuesLegacyRepeatables
        self.observability = observability
        self.logger = logger
    }

    /// Checks every number; the texts are BullMQ's where it has one.
    func validate() throws(BullMQError) {
        func require(_ condition: Bool, _ message: String) throws(BullMQError) {
            guard condition else { throw BullMQError(.invalidArgument, message) }
        }
        try require(!prefix.isEmpty, "The option prefix must not be empty")
        try require(concurrency >= 1, "concurrency must be a finite number greater than 0")
        try require(
            maximumStartedAttempts ?? 0 >= 0, "maxStartedAttempts must be greater or equal than 0")
        try require(maximumStalledCount >= 0, "maxStalledCount must be greater or equal than 0")
        try require(stalledInterval.milliseconds > 0, "stalledInterval must be greater than 0")
        try require(drainDelay.milliseconds > 0, "drainDelay must be greater than 0")
        try require(lockDuration.milliseconds > 0, "lockDuration must be greater than 0")
        try require(lockRenewTime?.milliseconds ?? 1 > 0, "lockRenewTime must be greater than 0")
        try require(maximumRateLimitDelay.milliseconds > 0, "maximumRateLimitDelay must be greater than 0")
        try require(jobTimeout?.milliseconds ?? 1 > 0, "jobTimeout must be greater than 0")
        try require(gracePeriod >= .zero, "gracePeriod must be greater or equal than 0")
        try require(metricsMinutes >= 0, "metricsMinutes must be greater or equal than 0")
        if let limiter {
            try require(limiter.max > 0, "limiter.max must be greater than 0")
            try require(limiter.duration.milliseconds > 0, "limiter.duration must be greater than 0")
        }
        if let name {
            try require(
                name.utf8.allSatisfy { (33...126).contains($0) },
                "name must consist of printable ASCII characters without spaces")
        }
    }
}
