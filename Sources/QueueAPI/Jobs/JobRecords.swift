// Owns: what the server asks of the records of jobs, wherever they are kept.

import BullMQ

/// A row of `media_jobs` (queue API, section 11).
struct JobRecord: Sendable, Hashable {
    var id: String
    var operation: String?
    var status: String?
    var inputFileID: String?
    var inputURL: String?
    var params: JSONValue = .null
    var creatorProfileID: String?
    /// The id of its latest run in the queue.
    var bullJobID: String?
    var error: String?
    /// When it ended last, in milliseconds.
    var finishedAt: Int64?
    /// The user who made it.
    var owner: String?

    /// `error` is a synonym of `failed` in old records (queue API, section 14, decision 7).
    static let failedStatuses = ["failed", "error"]

    var hasFailed: Bool { status.map(Self.failedStatuses.contains) ?? false }

    func belongs(to caller: Caller) -> Bool { caller.isAdmin || owner == caller.userID }
}

/// The records cannot be reached; nothing is known about the job.
struct RecordsUnavailable: Error {}

/// Access to job records with the server's own rights.
protocol JobRecords: Sendable {
    /// The record, or nil if there is none.
    func record(_ id: String) async throws(RecordsUnavailable) -> JobRecord?

    /// Sets a failed record back to pending, without error and with the id of its next run, if it is still failed.
    ///
    /// - Returns: false if somebody else changed it first.
    func restart(_ id: String, as bullJobID: String) async throws(RecordsUnavailable) -> Bool

    /// Undoes ``restart(_:as:)``, if nobody went on from there.
    func restoreFailure(of record: JobRecord, insteadOf bullJobID: String) async throws(RecordsUnavailable)

    /// Marks a record that has not ended as failed, with a reason.
    func end(_ id: String, because reason: String) async throws(RecordsUnavailable)
}
