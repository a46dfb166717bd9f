public import FoundationEssentials

/// One job as it was when it was read or added: a snapshot, not a live view.
///
/// The properties never change; ``JobHandle/refreshed()`` reads the job again. Everything that acts on the job in Redis is a
/// method of ``JobHandle``, which typed jobs share.
public struct Job: Sendable, JobHandle {
    let record: JobRecord
    let store: QueueStore
    /// The lock token, for a job that this process is working on.
    let token: String?
    let execution: JobExecution?

    /// - Parameter id: the id, if the record was made before it was known.
    init(
        record: JobRecord, id: String? = nil, store: QueueStore, token: String? = nil, execution: JobExecution? = nil
    ) {
        self.record = record
        self.id = id ?? record.id
        self.store = store
        self.token = token
        self.execution = execution
    }

    /// This job.
    public var job: Job { self }

    /// The id, unique in its queue.
    public let id: String
    /// What to do.
    public var name: String { record.name }
    /// The data, as the producer wrote it.
    public var data: JSONText { record.data }
    /// The options, as stored.
    public var options: JobOptions { record.options }
    /// The name of the queue.
    public var queueName: String { store.name }
    /// Creation time.
    public var timestamp: Date { Date(milliseconds: record.timestamp) }
    /// The delay currently in force.
    public var delay: Duration { .milliseconds(record.delay) }
    /// The priority currently in force; 0 means none.
    public var priority: Int { Int(record.priority) }
    /// The last progress reported, `0` if none.
    public var progress: JSONText { record.progress ?? JSONText(.integer(0)) }
    /// How often the job became active, this time included.
    public var attemptsStarted: Int { record.attemptsStarted }
    /// How many attempts ended, by success, failure or retry.
    public var attemptsMade: Int { record.attemptsMade }
    /// How often the job was recovered from a worker that vanished.
    public var stalledCount: Int { record.stalledCount }
    /// When the job last became active.
    public var processedOn: Date? { record.processedOn.map(Date.init(milliseconds:)) }
    /// When the job finished.
    public var finishedOn: Date? { record.finishedOn.map(Date.init(milliseconds:)) }
    /// The result of a completed job.
    public var returnValue: JSONText? { record.returnValue }
    /// Why the job, or its last attempt, failed.
    public var failedReason: String? { record.failedReason }
    /// One entry for each failed attempt, oldest first.
    public var stackTrace: [String] { record.stackTrace }
    /// The full key of the parent job.
    public var parentKey: String? { record.parentKey }
    /// The id under which the job was deduplicated.
    public var deduplicationID: String? { record.deduplicationID }
    /// The job scheduler that made this job.
    public var schedulerID: String? { record.schedulerID }
    /// A failure decided elsewhere (a child failed, too many stalls) that awaits the next worker.
    public var deferredFailure: String? { record.deferredFailure }
    /// The name of the worker that last took the job.
    public var processedBy: String? { record.processedBy }
}

/// What a processor can do with its job, and anybody with a job that was looked up; see the extensions.
public protocol JobHandle: Sendable {
    /// The untyped job.
    var job: Job { get }
}

/// A job together with its decoded data.
@dynamicMemberLookup
public struct TypedJob<Payload: Codable & Sendable, Output: Codable & Sendable>: JobHandle {
    /// The untyped job.
    public let job: Job
    /// The decoded data.
    public let payload: Payload

    /// The properties of the untyped job.
    public subscript<Value>(dynamicMember keyPath: KeyPath<Job, Value>) -> Value {
        job[keyPath: keyPath]
    }
}
