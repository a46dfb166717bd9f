// Owns: `POST /media` (queue API, section 5).

import BullMQ
import FoundationEssentials
import Hummingbird

/// Puts existing job records into their queues.
struct EnqueueRoute: Sendable {
    let verifier: TokenVerifier
    let bodies: BodyReader
    let catalogue: OperationCatalogue
    let queues: JobQueues
    let limiter: RateLimiter?
    let admission: Admission
    /// Nil where records are not looked at.
    let records: (any JobRecords)?
    /// Whether the id of the job in the queue is that of its record, so that a repeated request adds nothing.
    let isIdempotent: Bool

    func respond(_ request: Request, _ context: QueueAPIContext) async throws -> Response {
        let caller = try await verifier.caller(authorization: request.headers[.authorization])
        if let limiter { try limiter.admit(caller.userID) }
        let body = try await JSONBody.read(request, context, bodies)
        let job = try EnqueueRequest(body, catalogue)
        let pass = try await admission.admit(job.operation, caller)
        let id: String
        do {
            if let records { try await check(job, caller, records) }
            id = try await queues.add(
                job, id: isIdempotent ? job.jobID : UUIDText.random(), for: caller.userID, at: Date())
        } catch {
            await admission.giveBack(pass)
            throw APIError.queueFailure(error)
        }
        return .json(
            """
            {"ok":true,"bullJobId":"\(id)","jobId":"\(job.jobID)",\
            "queue":\(JSONValue.string(queues.queue(job.operation.queue).name).serialized())}
            """)
    }

    /// The record must be the caller's, of the same operation, and not yet queued (queue API, section 5.2).
    private func check(
        _ job: EnqueueRequest, _ caller: Caller, _ records: any JobRecords
    ) async throws(APIError) {
        let found: JobRecord?
        do {
            found = try await records.record(job.jobID)
        } catch {
            throw .directusUnavailable
        }
        guard let record = found, record.belongs(to: caller) else { throw .missingJob }
        guard record.operation == job.operation.name else {
            throw .client(.conflict, "Operation does not match job record")
        }
        guard record.status == "pending" else {
            throw .client(.conflict, "Job is already queued", ["status": record.status ?? "unknown"])
        }
    }
}

/// Bodies that are to be JSON.
enum JSONBody {
    /// The value; nil for an empty body.
    static func read(
        _ request: Request, _ context: QueueAPIContext, _ bodies: BodyReader
    ) async throws -> JSONValue? {
        let body = try await bodies.collect(request, context)
        guard body.readableBytes > 0 else { return nil }
        guard isJSON(request.headers[.contentType]) else { throw APIError.wrongContentType }
        do {
            return try JSONValue(parsing: body.readableBytesView)
        } catch {
            throw APIError.invalidJSON
        }
    }

    /// Whether a media type is `application/json`, whatever its parameters.
    static func isJSON(_ contentType: String?) -> Bool {
        // Nearly every client says just this.
        if contentType == "application/json" { return true }
        guard let type = contentType?.split(separator: ";").first else { return false }
        return type.trimmingPrefix { $0 == " " }.prefix { $0 != " " }.lowercased() == "application/json"
    }
}
