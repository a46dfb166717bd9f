public import FoundationEssentials

/// How one job is to be run. An option that is nil falls back to the job type's default, then to the queue's, then to BullMQ's.
public struct JobOptions: Sendable, Hashable {
    /// Id of the job (`jobId`); by default a counter of the queue. Adding an id that exists adds nothing.
    public var jobID: String?
    /// Wait this long before the job can run (`delay`, ms on the wire); by default none.
    public var delay: Duration?
    /// 1 (most urgent) … 2 097 151; 0 or nil means no priority, which is served before every priority (`priority`).
    public var priority: Int?
    /// Newest first (`lifo`); false by default. Ignored for jobs with a priority.
    public var lifo: Bool?
    /// How often the job is tried in all (`attempts`); 1 by default.
    public var attempts: Int?
    /// Pause between attempts (`backoff`); by default none.
    public var backoff: Backoff?
    /// Which completed jobs are kept (`removeOnComplete`); by default the worker decides, and else all.
    public var removeOnComplete: RemovalPolicy?
    /// Which failed jobs are kept (`removeOnFail`); by default the worker decides, and else all.
    public var removeOnFail: RemovalPolicy?
    /// How many of the newest log rows are kept (`keepLogs`); by default all.
    public var keepLogs: Int?
    /// How many of the newest stack traces are kept (`stackTraceLimit`); by default all.
    public var stackTraceLimit: Int?
    /// Most bytes of the data's JSON (`sizeLimit`); by default unlimited.
    public var sizeLimit: Int?
    /// Creation time, from which the delay counts (`timestamp`); by default now.
    public var timestamp: Date?
    /// The job that waits for this one (`parent`).
    public var parent: ParentReference?
    /// What this job's failure does to its parent; by default the parent keeps waiting.
    public var onFailure: ChildFailurePolicy?
    /// When this job is dropped as a duplicate (`deduplication`).
    public var deduplication: Deduplication?
    /// Trace context carried along (`telemetry.metadata`).
    public var telemetryMetadata: String?
    /// Keep the trace context out of the job (`telemetry.omitContext`).
    public var omitTelemetryContext: Bool?

    /// Creates options; everything left out keeps its default.
    public init(
        jobID: String? = nil, priority: Int? = nil, delay: Duration? = nil, attempts: Int? = nil, backoff: Backoff? = nil,
        lifo: Bool? = nil, removeOnComplete: RemovalPolicy? = nil, removeOnFail: RemovalPolicy? = nil,
        keepLogs: Int? = nil, stackTraceLimit: Int? = nil, sizeLimit: Int? = nil, timestamp: Date? = nil,
        parent: ParentReference? = nil, onFailure: ChildFailurePolicy? = nil, deduplication: Deduplication? = nil
    ) {
        self.jobID = jobID
        self.priority = priority
        self.delay = delay
        self.attempts = attempts
        self.backoff = backoff
        self.lifo = lifo
        self.removeOnComplete = removeOnComplete
        self.removeOnFail = removeOnFail
        self.keepLogs = keepLogs
        self.stackTraceLimit = stackTraceLimit
        self.sizeLimit = sizeLimit
        self.timestamp = timestamp
        self.parent = parent
        self.onFailure = onFailure
        self.deduplication = deduplication
    }

    /// These options, with `defaults` where an option is nil. The id always comes from these options.
    public func filled(from defaults: JobOptions) -> JobOptions {
        var merged = self
        merged.priority = priority ?? defaults.priority
        merged.delay = delay ?? defaults.delay
        merged.attempts = attempts ?? defaults.attempts
        merged.backoff = backoff ?? defaults.backoff
        merged.lifo = lifo ?? defaults.lifo
        merged.removeOnComplete = removeOnComplete ?? defaults.removeOnComplete
        merged.removeOnFail = removeOnFail ?? defaults.removeOnFail
        merged.keepLogs = keepLogs ?? defaults.keepLogs
        merged.stackTraceLimit = stackTraceLimit ?? defaults.stackTraceLimit
        merged.sizeLimit = sizeLimit ?? defaults.sizeLimit
        merged.timestamp = timestamp ?? defaults.timestamp
        merged.parent = parent ?? defaults.parent
        merged.onFailure = onFailure ?? defaults.onFailure
        merged.deduplication = deduplication ?? defaults.deduplication
        merged.telemetryMetadata = telemetryMetadata ?? defaults.telemetryMetadata
        merged.omitTelemetryContext = omitTelemetryContext ?? defaults.omitTelemetryContext
        return merged
    }
}
