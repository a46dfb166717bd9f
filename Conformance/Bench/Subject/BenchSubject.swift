// Owns our own side of the benchmark: the same conversation as ../python/bench_peer.py, on the library alone.
// Rule: nothing but the library is linked, so that the memory and the processor time of this process are the library's.

import BullMQ

/// Reads a scenario from each line of standard input, runs it, and answers by a line of figures.
@main
struct BenchSubject {
    let redis: Redis
    let prefix: String

    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 2 else { throw BenchSubjectError("usage: bench-subject REDIS-URL [PREFIX]") }
        let subject = BenchSubject(
            redis: try Redis(url: arguments[1]), prefix: arguments.count > 2 ? arguments[2] : "bull")
        StandardOutput.write(["ready": true])
        while let line = readLine() {
            StandardOutput.write(try await subject.answer(to: try BenchCommand(line)))
        }
        await subject.redis.close()
    }

    private func answer(to command: BenchCommand) async throws -> JSONValue {
        let before = Usage.now
        switch command.scenario {
        case "add": try await add(command)
        case "addBulk": try await addBulk(command)
        case "process": try await process(command)
        case "page": try await page(command)
        case "idle":
            try await idle(command)
            return ["idle": true]
        default: throw BenchSubjectError("unknown scenario \(command.scenario)")
        }
        return Usage.now.figures(since: before, jobs: command.jobs)
    }

    private func queue(_ command: BenchCommand) throws -> Queue {
        try Queue(command.queue, redis: redis, options: QueueOptions(prefix: prefix, groupCommit: command.groupCommit))
    }

    private func add(_ command: BenchCommand) async throws {
        let queue = try queue(command)
        let numbers = Counter()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<command.inFlight {
                // Like Node's promises: tasks that only talk to Redis need no thread of their own.
                group.addTask(executorPreference: redis.executor) {
                    while let number = numbers.next(below: command.jobs) {
                        try await queue.add(NoOp.type, NoOp(index: number))
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private func addBulk(_ command: BenchCommand) async throws {
        let queue = try queue(command)
        let calls = Counter()
        let count = (command.jobs + command.size - 1) / command.size
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<command.inFlight {
                group.addTask(executorPreference: redis.executor) {
                    while let call = calls.next(below: count) {
                        let start = call * command.size
                        let numbers = start..<min(start + command.size, command.jobs)
                        // Pipelined, as Node does it.
                        try await queue.addBulk(
                            numbers.map { BulkJob(NoOp.type, NoOp(index: $0)) }, atomicity: .pipelined)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// Reads ten neighbouring pages of a hundred jobs, or as many as there are, again and again until so many jobs were read.
    private func page(_ command: BenchCommand) async throws {
        let queue = try queue(command)
        var (read, page) = (0, 0)
        while read < command.jobs {
            let first = command.start + page % 10 * 100
            let jobs = try await queue.jobs(in: [.waiting], range: first..<first + 100)
            guard !jobs.isEmpty || page % 10 > 0 else { throw BenchSubjectError("no jobs at \(first)") }
            read += jobs.count
            page += 1
        }
    }

    /// Works until every job was taken; the worker's end then waits until every completion was acknowledged.
    private func process(_ command: BenchCommand) async throws {
        let taken = Counter()
        let (lastTaken, announce) = AsyncStream.makeStream(of: Void.self)
        let worker = try worker(command) {
            if taken.increment() == command.jobs { announce.finish() }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            for await _ in lastTaken {}
            await worker.close()
            try await group.waitForAll()
        }
    }

    /// Starts a worker on an empty queue and returns when it has found nothing to do. It runs until this process ends.
    private func idle(_ command: BenchCommand) async throws {
        let worker = try worker(command) {}
        let events = worker.events()
        Task { try await worker.run() }
        for await case .drained in events { return }
    }

    private func worker(_ command: BenchCommand, _ body: @escaping @Sendable () -> Void) throws -> Worker {
        try Worker(
            command.queue, redis: redis,
            // Like Node's processors: handlers that do nothing need no thread of their own.
            options: WorkerOptions(
                prefix: prefix, concurrency: command.concurrency, execution: .inline, groupCommit: command.groupCommit)
        ) {
            Handler(named: NoOp.type.name) { _ in
                body()
                return .null
            }
        }
    }
}

/// The benchmark's job: three small members, the same for every subject.
struct NoOp: Codable, Sendable {
    static let type = JobType<NoOp, NoResult>("noop")

    var file = "photos/2024/05/harbour.jpg"
    var width = 1280
    let index: Int
}
