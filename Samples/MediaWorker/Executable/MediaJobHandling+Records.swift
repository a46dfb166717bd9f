// A job with a record: its life in Directus around the work (queue API, sections 11 and 16).

import BullMQ
import Directus
import Foundation
import Logging
import MediaJobs
import MediaProcessing
import MediaRecords

/// What the worker asks of Directus.
struct DirectusWork: Sendable {
    let records: MediaRecords
    let files: DirectusFiles
    let profiles: CreatorProfiles

    init(_ client: DirectusClient) {
        records = MediaRecords(client)
        files = DirectusFiles(client)
        profiles = CreatorProfiles(client)
    }
}

extension RecordRun {
    /// The run that `job` is now; nil if the job names no record.
    ///
    /// - Throws: `MediaJobError` if what it names cannot be one.
    init?(of job: Job, recordID text: String?) throws {
        guard let text else { return nil }
        guard let id = UUID(uuidString: text) else { throw MediaJobError(.invalidData, "\"jobId\" must be a UUID") }
        self.init(recordID: id, bullJobID: job.id, queue: job.queueName, attempt: job.attemptsStarted)
    }
}

extension MediaJobHandling {
    /// Does a job whose result goes to Directus.
    func run<Operation>(
        _ data: MediaJob<Operation>, _ job: Job, _ directus: DirectusWork
    ) async throws -> JSONText {
        var started: StartedRun?
        if let run = try RecordRun(of: job, recordID: data.recordID) {
            switch try await directus.records.begin(run) {
            case .started(let run): started = run
            case .done(let result):
                logger.notice("was done before", metadata: ["job": "\(job.id)", "record": "\(run.recordID)"])
                return try JSONText(encoding: result)
            case .missing: throw MediaJobError(.recordMissing, "The job's record does not exist (any more)")
            case .superseded: throw MediaJobError(.internalError, "A later attempt at this job has begun")
            }
        }
        let folder = try await folder(for: data, started, job, directus)
        // Without a record the job itself owns its results.
        let owner = started?.run.recordID ?? UUID(ofJob: job.id, in: job.queueName)
        let made = try await reportingProgress(of: job, record: started) { progress in
            try await runner.run(data, id: job.id, progress: progress) { report in
                try await directus.files.keep(report, of: owner, folder: folder)
            }
        }
        // Whoever lost the job writes nothing more: another worker may be at it.
        try Task.checkCancellation()
        try await tell(made.report, made.outputFileID, of: job)
        if let started { await complete(started, made, directus) }
        return try JSONText(encoding: made)
    }

    /// A record that cannot be written now does not undo the work: the queue keeps the result, and the record is brought
    /// in line later.
    private func complete(_ started: StartedRun, _ made: StoredResult, _ directus: DirectusWork) async {
        let record: Logger.Metadata = ["record": "\(started.run.recordID)", "job": "\(started.run.bullJobID)"]
        do {
            guard try await directus.records.completed(started, result: try made.value) else {
                logger.notice("the record belongs to another run by now", metadata: record)
                return
            }
        } catch {
            logger.warning(
                "the record does not say yet that the job is done",
                metadata: record.merging(["error": "\(error)"]) { $1 })
        }
    }

    /// The folder of the profile that the result is for.
    private func folder<Operation>(
        for data: MediaJob<Operation>, _ started: StartedRun?, _ job: Job, _ directus: DirectusWork
    ) async throws -> String? {
        guard let id = data.creatorProfileID, !id.isEmpty else { return nil }
        guard let uuid = UUID(uuidString: id) else {
            throw MediaJobError(.invalidData, "\"creator_profile_id\" must be a UUID")
        }
        let resolution = try await directus.profiles.resolve(uuid.uuidString.lowercased())
        guard let profile = resolution.profile else {
            try await job.log(
                "\"creator_profile_id\" names neither a profile nor a connection of one; it has no effect")
            return nil
        }
        let kind = if case .connection = resolution { "platform_connections" } else { "creator_profiles" }
        logger.debug(
            "profile found", metadata: ["job": "\(job.id)", "profile": "\(profile.id)", "collection": "\(kind)"])
        try CreatorProfiles.check(profile, recordOwner: started?.record.userCreated, askedBy: data.userID)
        return profile.folder
    }
}
