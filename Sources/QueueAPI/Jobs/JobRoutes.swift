// Owns: `GET` and `DELETE /jobs/:jobId`: what the queue knows of a job, and taking it back (queue API, section 8).

import BullMQ
import Hummingbird
import Logging

/// Shows and cancels single jobs.
struct JobRoutes: Sendable {
    let verifier: TokenVerifier
    let queues: JobQueues
    let records: (any JobRecords)?
    let logger: Logger

    /// A job in its queue, and the state it is in.
    private struct Found {
        let recordID: String
        let queue: Queue
        let job: Job
        let state: JobState
    }

    func show(_ request: Request, _ context: QueueAPIContext) async throws -> Response {
        let found = try await find(request, context)
        var object: JSONObject = [
            "ok": true, "jobId": .string(found.recordID), "bullJobId": .string(found.job.id),
            "queue": .string(found.queue.name), "state": .string(found.state.rawValue),
        ]
        do {
            object["progress"] = try found.job.progress.value()
        } catch {
            // Somebody else wrote it; it is not ours to judge.
            object["progress"] = .null
        }
        object["attemptsMade"] = .integer(Int64(found.job.attemptsMade))
        object["failedReason"] = found.job.failedReason.map(JSONValue.string) ?? .null
        return .json(.object(object))
    }

    func cancel(_ request: Request, _ context: QueueAPIContext) async throws -> Response {
        let found = try await find(request, context)
        switch found.state {
        case .completed, .failed:
            throw APIError.client(.conflict, "Job is already finished", ["state": found.state.rawValue])
        case .active: try await cancelActive(found)
        case .waiting, .prioritized, .delayed, .waitingChildren:
            guard try await calling({ try await found.queue.remove(found.job.id) }) else {
                // It became active in this moment.
                try await cancelActive(found)
                break
            }
            await end(found)
        }
        return .json(["ok": true, "jobId": .string(found.recordID), "bullJobId": .string(found.job.id)])
    }

    private func cancelActive(_ found: Found) async throws(APIError) {
        let refusal = APIError.client(.conflict, "Job is active and cannot be cancelled", ["state": "active"])
        do {
            let answer = try await found.queue.cancel(
                found.job.id, reason: "cancelled by its owner", within: .seconds(1))
            if answer == .unanswered { throw refusal }
        } catch let error as BullMQError where error.code == .wrongState || error.code == .missingJob {
            throw .client(.conflict, "Job is already finished", ["state": "finished"])
        } catch {
            throw .queueFailure(error)
        }
    }

    /// Nobody else will write the end into the record of a job that never ran.
    private func end(_ found: Found) async {
        guard let records else { return }
        do throws(RecordsUnavailable) {
            try await records.end(found.recordID, because: "Cancelled")
        } catch {
            logger.warning(
                "A cancelled job's record could not be updated", metadata: ["queue-api.job": .string(found.recordID)])
        }
    }

    // MARK: Finding

    /// The job of a record, or the job with this id in a queue.
    ///
    /// - Throws: 404 if the caller may not know more, 403 if it is another's.
    private func find(_ request: Request, _ context: QueueAPIContext) async throws -> Found {
        let caller = try await verifier.caller(authorization: request.headers[.authorization])
        guard let id = context.parameters.get("jobId").flatMap(UUIDText.normalized) else { throw APIError.missingJob }
        var record: JobRecord?
        if let records {
            do throws(RecordsUnavailable) {
                record = try await records.record(id)
            } catch {
                throw APIError.directusUnavailable
            }
        }
        if let record, !record.belongs(to: caller) { throw APIError.forbidden }
        for candidate in [record?.bullJobID, id].compactMap({ $0 }) {
            guard let (queue, job) = try await look(for: candidate) else { continue }
            let data = try? job.data.value()
            guard record != nil || caller.isAdmin || data?["userId"]?.stringValue == caller.userID else {
                throw APIError.forbidden
            }
            guard let state = try await calling({ try await queue.state(of: candidate) }) else { continue }
            return Found(
                recordID: record?.id ?? data?["jobId"]?.stringValue ?? id, queue: queue, job: job, state: state)
        }
        throw APIError.missingJob
    }

    private func look(for id: String) async throws(APIError) -> (Queue, Job)? {
        for queue in queues.all {
            if let job = try await calling({ try await queue.job(id) }) { return (queue, job) }
        }
        return nil
    }

    private func calling<Value>(_ body: () async throws -> Value) async throws(APIError) -> Value {
        do {
            return try await body()
        } catch {
            throw .queueFailure(error)
        }
    }
}
