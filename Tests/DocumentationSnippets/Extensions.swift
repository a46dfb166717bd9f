// The snippets of the article "Extensions".

import BullMQ

func explain(queue: Queue) async throws {
    let why = try await queue.explain("42")
    print(why)
    if why.reasons.contains(.paused) { try await queue.resume() }
}

func verify(queue: Queue) async throws {
    let report = try await queue.verify()
    print(report)
    print("would mend", try await report.repair())
    try await report.repair(dryRun: false, kinds: [.lostJob, .stuckParent, .deadDependency])
}

func watchVerification(queue: Queue) async throws {
    for try await step in queue.verification() {
        switch step {
        case .progress(let progress): print("\(progress.examined) of about \(progress.expected)")
        case .report(let report): print(report.isClean ? "nothing wrong" : "\(report)")
        }
    }
}

struct Row: Sendable {
    var number: Int?
    var problem = ""
}

struct RowRefused: Error {
    var reason: String
}

struct SearchEngine: Sendable {
    func insert(_ texts: [String]) async throws -> [Row] { texts.indices.map { Row(number: $0) } }
}

enum Search {
    static let index = JobType<String, Int>("index")
}

func batch(redis: Redis, engine: SearchEngine) throws -> Worker {
    let worker = try Worker("index", redis: redis, options: WorkerOptions(concurrency: 100)) {
        Handler(batchOf: Search.index, upTo: 50, within: .milliseconds(20)) { jobs in
            let rows = try await engine.insert(jobs.map(\.payload))
            return rows.map { row in
                guard let number = row.number else { return .failure(RowRefused(reason: row.problem)) }
                return .success(number)
            }
        }
    }
    return worker
}

func listen(redis: Redis, handler: Handler) throws -> Worker {
    let worker = try Worker("videos", redis: redis, options: WorkerOptions(acceptsRemoteCancellation: true)) { handler }
    return worker
}

func cancelAnywhere(queue: Queue) async throws {
    switch try await queue.cancel("42", reason: "the user closed the page", within: .seconds(2)) {
    case .acknowledged(let workerID): print("worker \(workerID) cancelled it")
    case .unanswered: print("it ended meanwhile, or its worker does not listen")
    }
}

func addAllOrNothing(queue: Queue, mails: [Mail]) async throws {
    do {
        try await queue.addBulk(mails.map { BulkJob(Mails.send, $0) }, atomicity: .allOrNothing)
    } catch let error as BullMQError where error.code == .missingParent {
        print("nothing was added: \(error.message)")
    }
}
