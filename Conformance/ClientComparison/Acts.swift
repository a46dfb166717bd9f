// Owns the vocabulary of scenarios: what a client can be asked to do, the same for every client.

import BullMQ
import Witness

/// A job to be added.
struct JobPart: Sendable {
    var name: String
    var data: WitnessedJSON = [:]
    var settings: [JobSetting] = []
    /// The id of a job of a queue that this one is a child of.
    var parent: (id: String, queue: String)?
}

/// A node of a flow.
struct FlowPart: Sendable {
    var name: String
    var queue = "main"
    var data: WitnessedJSON = [:]
    var settings: [JobSetting] = []
    var children: [FlowPart] = []
}

/// When the jobs of a scheduler run, as each side takes it.
struct RulePart: Sendable {
    let library: RepeatRule
    let package: WitnessedJSON
}

/// What is asked of a queue.
enum QueueAct: Sendable {
    case pause
    case resume
    case drain(delayed: Bool)
    case clean(JobState, limit: Int)
    case obliterate(force: Bool)
    case promoteJobs
    case retryJobs(JobState)
    case remove(String, children: Bool)
    case setGlobalConcurrency(Int)
    case removeGlobalConcurrency
    case setGlobalRateLimit(max: Int, milliseconds: Int)
    case removeGlobalRateLimit
    case rateLimit(milliseconds: Int)
    case removeRateLimit
    case trimEvents(Int)
    case schedule(String, RulePart, JobPart)
    case removeScheduler(String)
}

/// What is asked of a job.
enum JobAct: Sendable {
    case promote
    case retry(JobState, resetAttemptsMade: Bool = false, resetAttemptsStarted: Bool = false)
    case updateData(WitnessedJSON)
    case updateProgress(WitnessedJSON)
    case log(String)
    case changePriority(Int)
    case remove
}

/// What a worker is to do, as each side takes it.
struct WorkerPart: Sendable {
    var library = WorkerOptions()
    var package: [Bytes: WitnessedJSON] = [:]
}

/// What a worker waits for before it closes: events of jobs.
struct Awaited: Sendable {
    var events: Set<Bytes> = ["completed", "failed"]
    var jobs: [String]
    var times = 1
}

/// A BullMQ client on queues of its own.
protocol Client: Sendable {
    func add(_ job: JobPart, to queue: String) async throws -> String
    func addBulk(_ jobs: [JobPart], to queue: String) async throws -> [String]
    /// Adds a flow; returns the root's id.
    func add(_ flow: FlowPart) async throws -> String
    /// - Returns: What the call returned, where the clients agree on returning something.
    func perform(_ act: QueueAct, on queue: String) async throws -> WitnessedJSON
    func perform(_ act: JobAct, on id: String, of queue: String) async throws -> WitnessedJSON
    /// Lets a worker work a queue until `awaited` has happened, then closes it.
    ///
    /// - Parameters:
    ///   - held: A job named `hold`, if there is one: it stays active until `meanwhile` has returned.
    ///   - meanwhile: What is done while that job is active.
    func work(
        _ queue: String, _ worker: WorkerPart, until awaited: Awaited, holding held: String?,
        meanwhile: () async throws -> Void
    ) async throws
}

/// A client refused what it was asked; the words are its own.
struct Refusal: Error {
    let words: String
}
