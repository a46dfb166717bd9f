// The life of job records (queue API, section 11): pending → processing → completed or failed. Owns: every write to
// `media_jobs`, and the condition under which it counts.

public import Directus
public import FoundationEssentials

/// The records of jobs in Directus.
///
/// Each write names the run that it belongs to and changes nothing if another run has taken the record over since; only
/// columns that the collection has are written (Directus, section 14).
public struct MediaRecords: Sendable {
    /// Longest error text in a record (queue API, section 11).
    static let longestError = 2000

    let client: DirectusClient

    /// Uses a client, which has to be running.
    public init(_ client: DirectusClient) { self.client = client }

    /// Says that a job is being worked on.
    ///
    /// - Throws: `DirectusError`.
    public func begin(_ run: RecordRun, at now: Date = Date()) async throws(DirectusError) -> RecordStart {
        let found = try await client.item(MediaJobRecord.collection, id: run.id, as: MediaJobRecord.self)
        guard let record = found else { return .missing }
        if record.status == .completed, record.bullJobID == run.bullJobID, let result = record.result {
            return .done(result)
        }
        let changes: DirectusRow = [
            "status": .string(MediaJobStatus.processing.rawValue), "progress": 0, "started_at": now.directusValue,
            "finished_at": nil, "attempts": run.attempt.directusValue, "bull_job_id": .string(run.bullJobID),
            "queue": .string(run.queue),
        ]
        let keys = try await client.update(
            MediaJobRecord.collection, where: Self.mayBegin(run, record), changes.keeping(record.columns))
        return keys.isEmpty ? .superseded : .started(StartedRun(run: run, record: record))
    }

    /// Holds unless a later attempt at the same job is under way. Attempts count anew for a record that was put back to
    /// pending, and for a job that somebody let run again after its end.
    private static func mayBegin(_ run: RecordRun, _ record: MediaJobRecord) -> DirectusFilter {
        let itself = DirectusFilter.equal("id", run.id)
        guard record.columns.contains("bull_job_id"), record.columns.contains("attempts") else { return itself }
        return .all([
            itself,
            .any([
                .notEqual("status", MediaJobStatus.processing), .isNull("bull_job_id"),
                .notEqual("bull_job_id", run.bullJobID), .isNull("attempts"), .atMost("attempts", run.attempt),
            ]),
        ])
    }

    /// Says how far a job is, in whole percents.
    ///
    /// - Throws: `DirectusError`.
    public func progressed(_ started: StartedRun, to percent: Int) async throws(DirectusError) {
        guard started.record.columns.contains("progress") else { return }
        let isUnderWay = DirectusFilter.all([started.isCurrent, .equal("status", MediaJobStatus.processing)])
        _ = try await client.update(
            MediaJobRecord.collection, where: isUnderWay, ["progress": percent.directusValue] as DirectusRow)
    }

    /// Says that a job is done.
    ///
    /// - Returns: false if another run has taken the record over.
    /// - Throws: `DirectusError`.
    public func completed(
        _ started: StartedRun, result: DirectusValue, at now: Date = Date()
    ) async throws(DirectusError) -> Bool {
        let changes = Self.completion(result: result, at: now)
        let keys = try await client.update(
            MediaJobRecord.collection, where: started.isCurrent, changes.keeping(started.record.columns))
        return !keys.isEmpty
    }

    /// Says why an attempt failed after which there will be another: the record stays `processing`.
    ///
    /// - Throws: `DirectusError`.
    public func attemptFailed(_ run: RecordRun, reason: String) async throws(DirectusError) {
        let isUnderWay = DirectusFilter.all([
            .equal("id", run.id), .equal("status", MediaJobStatus.processing),
            .equal("bull_job_id", run.bullJobID), .equal("attempts", run.attempt),
        ])
        let changes: DirectusRow = ["error": .string(Self.shortened(reason))]
        do {
            _ = try await client.update(MediaJobRecord.collection, where: isUnderWay, changes)
        } catch  where error.code == .forbidden {
            // Without those two columns nobody can tell whose attempt it was.
        }
    }

    static func completion(result: DirectusValue, at date: Date) -> DirectusRow {
        [
            "status": .string(MediaJobStatus.completed.rawValue), "progress": 100, "error": nil, "result": result,
            "output_file_id": result["output_file_id"] ?? nil, "finished_at": date.directusValue,
        ]
    }

    static func failure(_ reason: String, at date: Date) -> DirectusRow {
        [
            "status": .string(MediaJobStatus.failed.rawValue), "error": .string(shortened(reason)),
            "finished_at": date.directusValue,
        ]
    }

    static func shortened(_ text: String) -> String {
        text.unicodeScalars.count <= longestError
            ? text : String(String.UnicodeScalarView(text.unicodeScalars.prefix(longestError - 1))) + "…"
    }
}
