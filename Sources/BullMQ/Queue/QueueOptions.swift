public import Logging

/// How a ``Queue`` behaves.
public struct QueueOptions: Sendable {
    /// First part of every key; `bull` by default. On a Redis Cluster it carries a hash tag, such as `{bull}`.
    public var prefix: String
    /// Options for jobs whose call gives none.
    public var defaultJobOptions: JobOptions
    /// About how many events the stream keeps (`streams.events.maxLen`); nil leaves what is set, or 10 000.
    public var maximumEvents: Int?
    /// Leave the queue's `meta` record alone (`skipMetasUpdate`); false by default.
    public var skipsMetadataUpdate: Bool
    /// Computes the runs of job schedulers with a pattern (`settings.repeatStrategy`), the same as the workers'; cron by default.
    public var repeatStrategy: RepeatStrategy?
    /// Where spans and metrics go; by default where the process has bootstrapped them to.
    public var observability: Observability
    /// What becomes of waiting jobs while the queue is paused; `plain` by default. All of a queue's users should agree.
    public var pauseMode: PauseMode
    /// Whether additions that are made at the same time share calls; automatic by default.
    public var groupCommit: GroupCommit
    /// Where the queue logs; silent by default.
    public var logger: Logger

    /// Creates options; the defaults are those of the properties.
    public init(
        prefix: String = "bull", defaultJobOptions: JobOptions = JobOptions(), maximumEvents: Int? = nil,
        skipsMetadataUpdate: Bool = false, repeatStrategy: RepeatStrategy? = nil,
        observability: Observability = Observability(), pauseMode: PauseMode = .plain,
        groupCommit: GroupCommit = .automatic,
        logger: Logger = Logger(label: "bullmq.queue") { _ in SwiftLogNoOpLogHandler() }
    ) {
        self.prefix = prefix
        self.defaultJobOptions = defaultJobOptions
        self.maximumEvents = maximumEvents
        self.skipsMetadataUpdate = skipsMetadataUpdate
        self.repeatStrategy = repeatStrategy
        self.observability = observability
        self.pauseMode = pauseMode
        self.groupCommit = groupCommit
        self.logger = logger
    }
}
