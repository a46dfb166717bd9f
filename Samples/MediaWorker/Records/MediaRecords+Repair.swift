// Bringing records in line with the queue, which is the truth (Directus, section 16, rule 3): for jobs that ended while
// Directus was down, and for jobs that no queue knows any more.

public import Directus
public import FoundationEssentials

extension MediaRecords {
    /// A record that was brought in line.
    public struct Repair: Sendable, Hashable {
        /// The record's id.
        public var recordID: String
        /// What it says now.
        public var status: MediaJobStatus
        /// Why it does not say what the queue says, if it does not.
        public var problem: DirectusError?
    }

    /// Writes how jobs ended to those of their records that do not say so yet.
    ///
    /// - Parameter jobs: At most some hundreds: their ids go into one question.
    /// - Throws: `DirectusError`.
    public func settle(_ jobs: [EndedJob]) async throws(DirectusError) -> [Repair] {
        guard !jobs.isEmpty else { return [] }
        let ids = Set(jobs.map(\.run.id)).sorted()
        let open = DirectusFilter.all([.isIn("id", ids), .isIn("status", [MediaJobStatus.pending, .processing])])
        let records = try await client.items(
            MediaJobRecord.collection, DirectusQuery(filter: open, limit: ids.count), as: MediaJobRecord.self)
        var repairs: [Repair] = []
        for record in records {
            // The latest end counts, where several jobs name one record.
            let candidates = jobs.filter { $0.run.id == record.id.lowercased() }.sorted { $0.date > $1.date }
            guard let changes = candidates.lazy.compactMap({ $0.repair(of: record) }).first else { continue }
            do {
                if let repair = try await write(changes, to: record) { repairs.append(repair) }
            } catch  where error.isUnavailable || error.isAuthentication || error.code == .cancelled {
                throw error
            } catch {
                // One record that takes no truth, such as a file that was deleted, must not keep others from theirs.
                repairs.append(try await giveUp(record, changes, error))
            }
        }
        return repairs
    }

    private func giveUp(
        _ record: MediaJobRecord, _ changes: DirectusRow, _ problem: DirectusError
    ) async throws(DirectusError) -> Repair {
        var failure = Self.failure("The result cannot be recorded (\(problem.code.rawValue))", at: Date())
        failure["bull_job_id"] = changes["bull_job_id"]
        var repair = Repair(recordID: record.id, status: record.status ?? .pending, problem: problem)
        do {
            repair.status = try await write(failure.keeping(record.columns), to: record)?.status ?? repair.status
        } catch  where error.isUnavailable || error.isAuthentication || error.code == .cancelled {
            throw error
        } catch {
            repair.problem = error
        }
        return repair
    }

    /// Records of a queue that have said `processing` since before `date`, or have waited since then for a run that is named.
    ///
    /// - Returns: Their runs; none if the collection lacks the columns that tell them apart.
    /// - Throws: `DirectusError`.
    public func unfinished(in queue: String, since date: Date) async throws(DirectusError) -> [StartedRun] {
        var found: [StartedRun] = []
        for (status, column) in [(MediaJobStatus.processing, "started_at"), (.pending, "date_updated")] {
            let filter = DirectusFilter.all([
                .equal("status", status), .equal("queue", queue), .less(column, date), .isNotNull("bull_job_id"),
            ])
            let query = DirectusQuery(filter: filter, sort: [column, "id"], limit: 500)
            do {
                found += try await client.items(MediaJobRecord.collection, query, as: MediaJobRecord.self)
                    .compactMap { StartedRun($0, queue) }
            } catch  where error.code == .forbidden {
                continue
            }
        }
        return found
    }

    /// Closes the record of a job that its queue does not know any more: as completed if it began and its result was
    /// uploaded after that, else as failed.
    ///
    /// - Throws: `DirectusError`.
    public func settleLost(_ lost: StartedRun, at now: Date = Date()) async throws(DirectusError) -> Repair? {
        let file = try await client.file(DirectusFiles.id(ofResult: 0, of: lost.run.recordID))
        let changes: DirectusRow
        if lost.record.status == .processing, let file, let made = file.modifiedOn ?? file.uploadedOn,
            let start = lost.record.startedAt,
            made > start.addingTimeInterval(-Self.clockDifference)
        {
            let result: DirectusValue = [
                "output_file_id": .string(file.id), "bytes": file.filesize?.directusValue ?? nil,
                "warnings": ["The end of this job got lost; what it told besides its file is not known"],
            ]
            changes = Self.completion(result: result, at: now)
        } else {
            changes = Self.failure("The job got lost before it ended; start it again", at: now)
        }
        return try await write(changes.keeping(lost.record.columns), to: lost.record)
    }

    /// How far the clocks of this machine and of Directus may be apart, in seconds.
    private static var clockDifference: Double { 120 }

    /// Writes changes unless somebody else changed the record since it was read.
    private func write(_ changes: DirectusRow, to record: MediaJobRecord) async throws(DirectusError) -> Repair? {
        guard let before = record.status, let after = changes["status"]?.string else { return nil }
        var terms = [DirectusFilter.equal("id", record.id), .equal("status", before)]
        if record.columns.contains("bull_job_id") {
            terms.append(record.bullJobID.map { .equal("bull_job_id", $0) } ?? .isNull("bull_job_id"))
        }
        if record.columns.contains("attempts") {
            terms.append(record.attempts.map { .equal("attempts", $0) } ?? .isNull("attempts"))
        }
        let keys = try await client.update(MediaJobRecord.collection, where: .all(terms), changes)
        return keys.isEmpty ? nil : Repair(recordID: record.id, status: MediaJobStatus(rawValue: after), problem: nil)
    }
}

extension StartedRun {
    fileprivate init?(_ record: MediaJobRecord, _ queue: String) {
        guard let id = UUID(uuidString: record.id), let job = record.bullJobID else { return nil }
        run = RecordRun(recordID: id, bullJobID: job, queue: queue, attempt: record.attempts ?? 0)
        self.record = record
    }
}
