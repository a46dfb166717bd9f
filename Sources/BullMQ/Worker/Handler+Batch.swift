extension Handler {
    /// Handles jobs of a known type several at a time: what runs at the same time in this worker is gathered and given to one call.
    /// Not part of BullMQ for Node; each job stays an ordinary job with its own lock, attempts and outcome.
    ///
    /// ```swift
    /// Handler(batchOf: Media.index, upTo: 50, within: .milliseconds(20)) { jobs in
    ///     try await searchEngine.insert(jobs.map(\.payload)).map { .success($0) }
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - type: the jobs' name, and the types of their data and result.
    ///   - maximum: most jobs of one batch. The worker's concurrency must be at least this, since each job takes a slot.
    ///   - window: how long the first job of a batch waits for others; a batch that is full starts at once.
    ///   - timeout: longest run of one job, the wait for others included; by default that of the worker.
    ///   - body: processes the jobs and returns a result for each, in their order; an error that it throws is that of every job. Its
    ///     task is cancelled when all jobs of the batch were cancelled; see ``Job/cancellationReason`` for single ones.
    public init<Payload, Output>(
        batchOf type: JobType<Payload, Output>, upTo maximum: Int, within window: Duration, timeout: Duration? = nil,
        _ body: @escaping @Sendable ([TypedJob<Payload, Output>]) async throws -> [Result<Output, any Error>]
    ) {
        let gathering = JobGathering(maximum: maximum, window: window, body: body)
        self.init(type, timeout: timeout) { job in try await gathering.result(of: job) }
        batchSize = maximum
    }
}

/// Gathers jobs until there are enough of them, or the first one has waited long enough, and processes them together.
private actor JobGathering<Payload: Codable & Sendable, Output: Codable & Sendable> {
    typealias Body = @Sendable ([TypedJob<Payload, Output>]) async throws -> [Result<Output, any Error>]

    private struct Member {
        let number: Int
        let job: TypedJob<Payload, Output>
        let continuation: CheckedContinuation<Output, any Error>
    }

    private struct Batch {
        var task: Task<Void, Never>?
        /// Jobs that were not cancelled.
        var wanted: Set<Int>
    }

    private let maximum: Int
    private let window: Duration
    private let body: Body
    private var members: [Member] = []
    private var timer: Task<Void, Never>?
    private var running: [Int: Batch] = [:]
    private var nextNumber = 0

    init(maximum: Int, window: Duration, body: @escaping Body) {
        self.maximum = maximum
        self.window = window
        self.body = body
    }

    func result(of job: TypedJob<Payload, Output>) async throws -> Output {
        nextNumber += 1
        let number = nextNumber
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                if Task.isCancelled { return continuation.resume(throwing: CancellationError()) }
                join(Member(number: number, job: job, continuation: continuation))
            }
        } onCancel: {
            Task { await self.cancel(number) }
        }
    }

    private func join(_ member: Member) {
        members.append(member)
        if members.count >= maximum {
            start()
        } else if members.count == 1 {
            timer = Task {
                // Cancelled when the batch is full.
                guard (try? await Task.sleep(for: window)) != nil else { return }
                start()
            }
        }
    }

    private func start() {
        timer?.cancel()
        timer = nil
        guard let first = members.first else { return }
        let batch = members
        members = []
        running[first.number] = Batch(wanted: Set(batch.map(\.number)))
        running[first.number]?.task = Task { await self.process(batch, number: first.number) }
    }

    private func process(_ batch: [Member], number: Int) async {
        let jobs = batch.map(\.job)
        do {
            let results = try await body(jobs)
            guard results.count == jobs.count else {
                throw BullMQError(
                    .invalidArgument,
                    "The batch handler of \(jobs[0].name) returned \(results.count) results for \(jobs.count) jobs")
            }
            for (member, result) in zip(batch, results) { member.continuation.resume(with: result) }
        } catch {
            for member in batch { member.continuation.resume(throwing: error) }
        }
        running[number] = nil
    }

    /// A job that is not being processed yet leaves; the last one that is, ends the processing.
    private func cancel(_ number: Int) {
        if let index = members.firstIndex(where: { $0.number == number }) {
            members.remove(at: index).continuation.resume(throwing: CancellationError())
            if members.isEmpty {
                timer?.cancel()
                timer = nil
            }
            return
        }
        for (key, batch) in running where batch.wanted.contains(number) {
            running[key]?.wanted.remove(number)
            if running[key]?.wanted.isEmpty == true { batch.task?.cancel() }
        }
    }
}
