// A job that has ended in its queue, and what its record should say then. Pure: no clock, no server.

public import Directus
public import FoundationEssentials

/// A job that has ended in its queue.
public struct EndedJob: Sendable {
    /// How it ended.
    public enum End: Sendable, Hashable {
        /// With this return value.
        case completed(DirectusValue)
        /// For this reason.
        case failed(String)
    }

    /// The job's last run.
    public var run: RecordRun
    /// How it ended.
    public var end: End
    /// When it ended.
    public var date: Date

    /// Makes the description of an ended job.
    public init(run: RecordRun, end: End, date: Date) {
        self.run = run
        self.end = end
        self.date = date
    }

    /// What has to be written to the record; nil if the record says how this job ended, or belongs to another one.
    func repair(of record: MediaJobRecord) -> DirectusRow? {
        guard record.id.lowercased() == run.id, record.status == .pending || record.status == .processing else {
            return nil
        }
        // A record that nobody took over yet belongs to the only job there is; one that was put back to pending names the
        // job of its next run.
        if let owner = record.bullJobID {
            guard owner == run.bullJobID else { return nil }
        } else if record.status == .pending, !record.columns.contains("bull_job_id") {
            // Nothing tells a record that waits for its first run from one that waits for its second.
            return nil
        }
        if record.status == .processing, let attempts = record.attempts, attempts > run.attempt { return nil }
        var changes =
            switch end {
            case .completed(let result): MediaRecords.completion(result: result, at: date)
            case .failed(let reason): MediaRecords.failure(reason, at: date)
            }
        changes["bull_job_id"] = .string(run.bullJobID)
        changes["queue"] = .string(run.queue)
        return changes.keeping(record.columns)
    }
}
