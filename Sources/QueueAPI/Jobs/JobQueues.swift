// Owns: the queues and how jobs are put into them (queue API, section 10).

import BullMQ
import FoundationEssentials
import Logging

/// The queues under their names in Redis.
struct JobQueues: Sendable {
    let redis: Redis
    let prefix: String
    private let queues: [JobQueue: Queue]

    /// - Parameter names: the name of each queue in Redis.
    init(
        names: [JobQueue: String], redis: Redis, prefix: String, observability: Observability, logger: Logger
    ) throws {
        self.redis = redis
        self.prefix = prefix
        let options = QueueOptions(
            prefix: prefix, defaultJobOptions: Self.jobOptions, observability: observability, logger: logger)
        queues = try names.mapValues { try Queue($0, redis: redis, options: options) }
    }

    /// Options of every job: three attempts, 2 s and 4 s between them, the newest 100 completed and 1000 failed are kept.
    static let jobOptions = JobOptions(
        attempts: 3, backoff: .exponential(.seconds(2)), removeOnComplete: .keep(count: 100),
        removeOnFail: .keep(count: 1000))

    /// In the order of ``JobQueue``.
    var all: [Queue] { JobQueue.allCases.compactMap { queues[$0] } }

    func queue(_ queue: JobQueue) -> Queue {
        guard let found = queues[queue] else { preconditionFailure("every queue has a name") }
        return found
    }

    /// Adds a job and returns its id.
    ///
    /// - Parameter id: adding an id that is there already adds nothing and returns it.
    func add(_ request: EnqueueRequest, id: String, for userID: String, at now: Date) async throws -> String {
        let queue = queue(request.operation.queue)
        var options = JobOptions(jobID: id, priority: request.priority)
        if request.operation.name == "publish_post" { options.attempts = 1 }
        let job = try await queue.add(
            name: request.operation.name, data: Self.data(of: request, for: userID, at: now), options: options)
        if request.inputFileID != nil, request.inputURL != nil, request.operation.input == .fileOrURL {
            try await queue.addLog(to: job.id, "input_url is ignored because input_file_id is given")
        }
        return job.id
    }

    static func data(of request: EnqueueRequest, for userID: String, at now: Date) -> JSONText {
        func optional(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }
        let members: [(String, JSONValue)] = [
            ("jobId", .string(request.jobID)),
            ("operation", .string(request.operation.name)),
            ("input_file_id", optional(request.inputFileID)),
            ("input_url", optional(request.inputURL)),
            ("params", request.params),
            ("creator_profile_id", optional(request.creatorProfileID)),
            ("userId", .string(userID)),
            ("requestedAt", .string(now.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)))),
        ]
        return JSONText(.object(JSONObject(members)))
    }
}
