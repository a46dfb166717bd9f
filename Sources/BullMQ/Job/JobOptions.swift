public import FoundationEssentials

/// How one job is to be run. An option that is nil falls back to the job type's default, then to the queue's, then to BullMQ's.
///
/// Most jobs carry no option at all, so options are stored on the side and only when there are any: passing them around costs
/// a word.
public struct JobOptions: Sendable, Hashable {
    struct Fields: Sendable, Hashable {
        var jobID: String?
        var delay: Duration?
        var priority: Int?
        var lifo: Bool?
        var attempts: Int?
        var backoff: Backoff?
        var removeOnComplete: RemovalPolicy?
        var removeOnFail: RemovalPolicy?
        var keepLogs: Int?
        var stackTraceLimit: Int?
        var sizeLimit: Int?
        var timestamp: Date?
        var parent: ParentReference?
        var onFailure: ChildFailurePolicy?
        var deduplication: Deduplication?
        var telemetryMetadata: String?
        var omitTelemetryContext: Bool?
    }

    private final class Storage: Sendable {
        let fields: Fields

        init(_ fields: Fields) { self.fields = fields }
    }

    private static let none = Fields()
    /// Nil when every option is nil.
    private var storage: Storage?

    var fields: Fields {
        get { storage?.fields ?? Self.none }
        set { storage = newValue == Self.none ? nil : Storage(newValue) }
    }

    /// Whether every option is nil.
    var isEmpty: Bool { storage == nil }

    init(fields: Fields) { self.fields = fields }

    /// Id of the job (`jobId`); by default a counter of the queue. Adding an id that exists adds nothing.
    public var jobID: String? {
        get { storage?.fields.jobID }
        set { fields.jobID = newValue }
    }
    /// Wait this long before the job can run (`delay`, ms on the wire); by default none.
    public var delay: Duration? {
        get { storage?.fields.delay }
        set { fields.delay = newValue }
    }
    /// 1 (most urgent) … 2 097 151; 0 or nil means no priority, which is served before every priority (`priority`).
    public var priority: Int? {
        get { storage?.fields.priority }
        set { fields.priority = newValue }
    }
    /// Newest first (`lifo`); false by default. Ignored for jobs with a priority.
    public var lifo: Bool? {
        get { storage?.fields.lifo }
        set { fields.lifo = newValue }
    }
    /// How often the job is tried in all (`attempts`); 1 by default.
    public var attempts: Int? {
        get { storage?.fields.attempts }
        set { fields.attempts = newValue }
    }
    /// Pause between attempts (`backoff`); by default none.
    public var backoff: Backoff? {
        get { storage?.fields.backoff }
        set { fields.backoff = newValue }
    }
    /// Which completed jobs are kept (`removeOnComplete`); by default the worker decides, and else all.
    public var removeOnComplete: RemovalPolicy? {
        get { storage?.fields.removeOnComplete }
        set { fields.removeOnComplete = newValue }
    }
    /// Which failed jobs are kept (`removeOnFail`); by default the worker decides, and else all.
    public var removeOnFail: RemovalPolicy? {
        get { storage?.fields.removeOnFail }
        set { fields.removeOnFail = newValue }
    }
    /// How many of the newest log rows are kept (`keepLogs`); by default all.
    public var keepLogs: Int? {
        get { storage?.fields.keepLogs }
        set { fields.keepLogs = newValue }
    }
    /// How many of the newest stack traces are kept (`stackTraceLimit`); by default all.
    public var stackTraceLimit: Int? {
        get { storage?.fields.stackTraceLimit }
        set { fields.stackTraceLimit = newValue }
    }
    /// Most bytes of the data's JSON (`sizeLimit`); by default unlimited.
    public var sizeLimit: Int? {
        get { storage?.fields.sizeLimit }
        set { fields.sizeLimit = newValue }
    }
    /// Creation time, from which the delay counts (`timestamp`); by default now.
    public var timestamp: Date? {
        get { storage?.fields.timestamp }
        set { fields.timestamp = newValue }
    }
    /// The job that waits for this one (`parent`).
    public var parent: ParentReference? {
        get { storage?.fields.parent }
        set { fields.parent = newValue }
    }
    /// What this job's failure does to its parent; by default the parent keeps waiting.
    public var onFailure: ChildFailurePolicy? {
        get { storage?.fields.onFailure }
        set { fields.onFailure = newValue }
    }
    /// When this job is dropped as a duplicate (`deduplication`).
    public var deduplication: Deduplication? {
        get { storage?.fields.deduplication }
        set { fields.deduplication = newValue }
    }
    /// Trace context carried along (`telemetry.metadata`).
    public var telemetryMetadata: String? {
        get { storage?.fields.telemetryMetadata }
        set { fields.telemetryMetadata = newValue }
    }
    /// Keep the trace context out of the job (`telemetry.omitContext`).
    public var omitTelemetryContext: Bool? {
        get { storage?.fields.omitTelemetryContext }
        set { fields.omitTelemetryContext = newValue }
    }

    /// Creates options; everything left out keeps its default.
    public init(
        jobID: String? = nil, priority: Int? = nil, delay: Duration? = nil, attempts: Int? = nil,
        backoff: Backoff? = nil,
        lifo: Bool? = nil, removeOnComplete: RemovalPolicy? = nil, removeOnFail: RemovalPolicy? = nil,
        keepLogs: Int? = nil, stackTraceLimit: Int? = nil, sizeLimit: Int? = nil, timestamp: Date? = nil,
        parent: ParentReference? = nil, onFailure: ChildFailurePolicy? = nil, deduplication: Deduplication? = nil
    ) {
        fields = Fields(
            jobID: jobID, delay: delay, priority: priority, lifo: lifo, attempts: attempts, backoff: backoff,
            removeOnComplete: removeOnComplete, removeOnFail: removeOnFail, keepLogs: keepLogs,
            stackTraceLimit: stackTraceLimit, sizeLimit: sizeLimit, timestamp: timestamp, parent: parent,
            onFailure: onFailure, deduplication: deduplication)
    }

    /// No options.
    public init() {}

    /// Options are equal when all of them are.
    public static func == (left: JobOptions, right: JobOptions) -> Bool {
        left.storage === right.storage || left.fields == right.fields
    }

    /// Hashes every option.
    public func hash(into hasher: inout Hasher) { hasher.combine(fields) }

    /// These options, with `defaults` where an option is nil. The id always comes from these options.
    public func filled(from defaults: JobOptions) -> JobOptions {
        guard let defaults = defaults.storage?.fields else { return self }
        var merged = fields
        merged.delay = merged.delay ?? defaults.delay
        merged.priority = merged.priority ?? defaults.priority
        merged.lifo = merged.lifo ?? defaults.lifo
        merged.attempts = merged.attempts ?? defaults.attempts
        merged.backoff = merged.backoff ?? defaults.backoff
        merged.removeOnComplete = merged.removeOnComplete ?? defaults.removeOnComplete
        merged.removeOnFail = merged.removeOnFail ?? defaults.removeOnFail
        merged.keepLogs = merged.keepLogs ?? defaults.keepLogs
        merged.stackTraceLimit = merged.stackTraceLimit ?? defaults.stackTraceLimit
        merged.sizeLimit = merged.sizeLimit ?? defaults.sizeLimit
        merged.timestamp = merged.timestamp ?? defaults.timestamp
        merged.parent = merged.parent ?? defaults.parent
        merged.onFailure = merged.onFailure ?? defaults.onFailure
        merged.deduplication = merged.deduplication ?? defaults.deduplication
        merged.telemetryMetadata = merged.telemetryMetadata ?? defaults.telemetryMetadata
        merged.omitTelemetryContext = merged.omitTelemetryContext ?? defaults.omitTelemetryContext
        return JobOptions(fields: merged)
    }
}
