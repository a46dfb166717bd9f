// Owns: `POST /retry/:jobId` (queue API, section 6). The rule it keeps: of any number of simultaneous retries one succeeds.

import BullMQ
import FoundationEssentials
import Hummingbird
import Logging

/// Puts a failed job back into its queue, rebuilt from its record.
struct RetryRoute: Sendable {
    let verifier: TokenVerifier
    let catalogue: OperationCatalogue
    let queues: JobQueues
    let admission: Admission
    /// Nil where the server cannot look at records; then nothing can be retried.
    let records: (any JobRecords)?
    let logger: Logger

    static let priority = 5

    func respond(_ request: Request, _ context: QueueAPIContext) async throws -> Response {
        let caller = try await verifier.caller(authorization: request.headers[.authorization])
        guard let id = context.parameters.get("jobId").flatMap(UUIDText.normalized) else { throw APIError.missingJob }
        guard let records else { throw APIError.directusUnavailable }
        guard let record = try await found(id, records) else { throw APIError.missingJob }
        guard record.belongs(to: caller) else { throw APIError.forbidden }
        guard record.hasFailed else { throw Self.notFailed(record.status ?? "unknown") }
        let job = try self.request(for: record)
        try await admission.readmit(job.operation, caller)
        let bullJobID = try await enqueue(job, record, records)
        return .json(
            """
            {"ok":true,"bullJobId":\(JSONValue.string(bullJobID).serialized()),"jobId":"\(id)",\
            "priority":\(Self.priority)}
            """)
    }

    private func found(_ id: String, _ records: any JobRecords) async throws(APIError) -> JobRecord? {
        do throws(RecordsUnavailable) {
            return try await records.record(id)
        } catch {
            throw .directusUnavailable
        }
    }

    private static func notFailed(_ status: String) -> APIError {
        .client(.conflict, "Job is not in a failed state", ["status": status])
    }

    private func request(for record: JobRecord) throws(APIError) -> EnqueueRequest {
        let name = record.operation ?? ""
        let operation: Operation
        do throws(APIError) {
            operation = try catalogue.operation(named: name)
        } catch {
            throw .client(.conflict, "Operation \(name.prefix(100)) of the job record cannot be retried")
        }
        return EnqueueRequest(
            jobID: record.id, operation: operation, inputFileID: record.inputFileID, inputURL: record.inputURL,
            params: record.params.isNull ? .object([:]) : record.params, creatorProfileID: record.creatorProfileID,
            priority: Self.priority)
    }

    /// The id of the run that follows the latest one: the same for all who retry at the same time, another for each run.
    static func nextRun(of record: JobRecord) -> String {
        let end = record.finishedAt.map { " that ended at \($0)" } ?? ""
        return UUIDText.named("retry of \(record.bullJobID ?? record.id)\(end)", in: record.id)
    }

    /// The record first, the queue second: otherwise a fast worker's word would be overwritten.
    private func enqueue(
        _ job: EnqueueRequest, _ record: JobRecord, _ records: any JobRecords
    ) async throws(APIError) -> String {
        let bullJobID = Self.nextRun(of: record)
        // Directus changes rows in two steps, so that two requests may both see a failed record: Redis decides between them.
        let claim = RetryClaim(redis: queues.redis, prefix: queues.prefix, id: bullJobID)
        guard try await claim.take() else { throw Self.notFailed("pending") }
        let isWon: Bool
        do throws(RecordsUnavailable) {
            isWon = try await records.restart(record.id, as: bullJobID)
        } catch {
            await claim.giveBack(logger)
            throw .directusUnavailable
        }
        guard isWon else {
            await claim.giveBack(logger)
            throw Self.notFailed(try await found(record.id, records)?.status ?? "unknown")
        }
        do {
            // The job belongs to the owner of the record, also when an administrator retries it.
            return try await queues.add(job, id: bullJobID, for: record.owner ?? "", at: Date())
        } catch {
            await restore(record, bullJobID, records)
            await claim.giveBack(logger)
            throw .queueFailure(error)
        }
    }

    private func restore(_ record: JobRecord, _ bullJobID: String, _ records: any JobRecords) async {
        // In a task of its own: it must happen also when the client has gone.
        await Task {
            do throws(RecordsUnavailable) {
                try await records.restoreFailure(of: record, insteadOf: bullJobID)
            } catch {
                logger.error(
                    "A job could not be retried, and its record says pending",
                    metadata: ["queue-api.job": .string(record.id)])
            }
        }.value
    }
}

/// The right to make one run of a job, which one request gets.
struct RetryClaim: Sendable {
    let redis: Redis
    let key: String

    /// - Parameter id: of the run.
    init(redis: Redis, prefix: String, id: String) {
        self.redis = redis
        key = "\(prefix):queue-api:retry:\(id)"
    }

    /// - Returns: false if another request has it.
    func take() async throws(APIError) -> Bool {
        do {
            return try await !redis.send(RedisCommand("SET", key, "1", "NX", "EX", "60")).isNull
        } catch {
            throw .queueFailure(error)
        }
    }

    /// Lets the next request have it; otherwise it ends by itself in a minute.
    func giveBack(_ logger: Logger) async {
        do {
            _ = try await redis.send(RedisCommand("DEL", key))
        } catch {
            logger.debug("A claim is left to expire", metadata: ["queue-api.error": "\(error)"])
        }
    }
}
