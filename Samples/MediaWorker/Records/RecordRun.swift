// One attempt at the job of a record: who writes, and what may be written.

public import Directus
public import FoundationEssentials

/// A run of a job, as its record sees it.
public struct RecordRun: Sendable, Hashable {
    /// The record's id.
    public var recordID: UUID
    /// The id of the job in its queue.
    public var bullJobID: String
    /// The name of the queue.
    public var queue: String
    /// How often the job was started, this time included: what is written for an earlier time is dropped.
    public var attempt: Int

    /// Makes a run.
    public init(recordID: UUID, bullJobID: String, queue: String, attempt: Int) {
        self.recordID = recordID
        self.bullJobID = bullJobID
        self.queue = queue
        self.attempt = attempt
    }

    var id: String { recordID.lowercased }
}

/// A run whose record says that it is under way.
public struct StartedRun: Sendable {
    /// The run.
    public var run: RecordRun
    /// The record as it was before.
    public var record: MediaJobRecord

    /// Holds while nobody else has taken the record over; columns that the collection lacks are not asked.
    var isCurrent: DirectusFilter {
        var terms = [DirectusFilter.equal("id", run.id)]
        if record.columns.contains("bull_job_id") { terms.append(.equal("bull_job_id", run.bullJobID)) }
        if record.columns.contains("attempts") { terms.append(.equal("attempts", run.attempt)) }
        if terms.count == 1 { terms.append(.equal("status", MediaJobStatus.processing)) }
        return .all(terms)
    }
}

/// What the record says when a run wants to begin.
public enum RecordStart: Sendable {
    /// Go on; the record says `processing` now.
    case started(StartedRun)
    /// This very job was done before, and its end got lost between record and queue: the stored result.
    case done(DirectusValue)
    /// There is no such record.
    case missing
    /// A later attempt at the same job has begun.
    case superseded
}
