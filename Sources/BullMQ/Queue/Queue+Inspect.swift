extension Queue {
    /// The job with this id, or nil.
    public func job(_ id: String) async throws -> Job? {
        try await store.job(id).map { Job(record: $0, store: store) }
    }

    /// Where the job is, or nil if it is nowhere.
    public func state(of id: String) async throws -> JobState? {
        try await store.state(of: id)
    }

    /// Counts of all states, in one round trip.
    public func counts() async throws -> JobCounts {
        let counts = try await store.counts(of: [
            "active", "completed", "delayed", "failed", "prioritized", "wait", "waiting-children",
        ])
        return JobCounts(
            active: counts[0], completed: counts[1], delayed: counts[2], failed: counts[3], prioritized: counts[4],
            waiting: counts[5], waitingChildren: counts[6])
    }

    /// The number of jobs in these states together.
    public func count(of states: Set<JobState>) async throws -> Int {
        guard !states.isEmpty else { return 0 }
        return try await store.counts(of: states.map(\.keySuffix)).reduce(0, +)
    }

    /// Ready jobs of each priority; 0 stands for jobs without one.
    public func counts(perPriority priorities: [Int]) async throws -> [Int: Int] {
        guard !priorities.isEmpty else { return [:] }
        let counts = try await store.countsPerPriority(priorities)
        return Dictionary(zip(priorities, counts)) { first, _ in first }
    }

    /// One page of the jobs in these states.
    ///
    /// - Parameters:
    ///   - states: whose jobs are listed, one state after the other.
    ///   - range: positions within each state, from 0.
    ///   - order: by default as one expects of the first state: what runs next, or what finished last, comes first.
    public func jobs(
        in states: [JobState], range: Range<Int>, order: JobOrder? = nil
    ) async throws -> [Job] {
        guard !range.isEmpty, let first = states.first else { return [] }
        try Self.require(range.lowerBound >= 0, "range", "\(range)", "not negative")
        let ascending = (order ?? first.defaultOrder) == .oldestFirst
        let records = try await store.jobs(
            in: states.map(\.keySuffix), start: range.lowerBound, end: range.upperBound - 1, ascending: ascending)
        return records.map { Job(record: $0, store: store) }
    }

    /// All jobs in these states, read page by page while they are consumed. Jobs that move meanwhile may be missed or seen twice.
    public func jobs(in states: [JobState], order: JobOrder? = nil, pageSize: Int = 100) -> JobSequence {
        JobSequence(queue: self, states: states, order: order, pageSize: max(1, pageSize))
    }

    /// The rows logged by a job, and how many there are in all.
    ///
    /// - Parameters:
    ///   - id: the job's id.
    ///   - range: positions from the first row; nil for all.
    ///   - order: by default the oldest row comes first.
    public func logs(
        of id: String, range: Range<Int>? = nil, order: JobOrder = .oldestFirst
    ) async throws -> (rows: [String], count: Int) {
        if let range, range.isEmpty {
            return ([], try await store.logs(id: id, start: 0, end: 0, ascending: true).count)
        }
        return try await store.logs(
            id: id, start: range?.lowerBound ?? 0, end: range.map { $0.upperBound - 1 } ?? -1,
            ascending: order == .oldestFirst)
    }

    /// Whether workers take no jobs from this queue at present.
    public func isPaused() async throws -> Bool { try await store.isPaused() }

    /// Whether as many jobs are active as the queue's global concurrency allows.
    public func isMaxed() async throws -> Bool { try await store.isMaxed() }

    /// Jobs completed or failed per minute, as recorded by workers with ``WorkerOptions/metricsMinutes``.
    ///
    /// - Parameters:
    ///   - state: completed or failed.
    ///   - range: which minutes, 0 being the newest one that is over; all by default.
    public func metrics(of state: JobState, range: Range<Int> = 0..<Int.max) async throws -> JobMetrics {
        try Self.require(state == .completed || state == .failed, "state", "\(state)", "completed or failed")
        try Self.require(!range.isEmpty && range.lowerBound >= 0, "range", "\(range)", "at least one minute from 0 on")
        let key = state == .completed ? store.keys.completedMetrics : store.keys.failedMetrics
        return try await store.metrics(key, start: range.lowerBound, end: range.redisEnd)
    }

    /// The id of the job that owns a deduplication id, or nil.
    public func jobID(deduplicatedBy deduplicationID: String) async throws -> String? {
        try await store.send("GET", store.keys.deduplication(deduplicationID)).string
    }

    static func require(
        _ condition: Bool, _ option: String, _ value: String, _ allowed: String
    ) throws(BullMQError) {
        guard condition else {
            throw BullMQError(.invalidArgument, "The argument \(option) is \(value), but must be \(allowed)")
        }
    }
}

extension JobState {
    var defaultOrder: JobOrder { self == .completed || self == .failed ? .newestFirst : .oldestFirst }
}

extension Range where Bound == Int {
    /// Redis' inclusive end; an open end is −1.
    fileprivate var redisEnd: Int { upperBound == .max ? -1 : upperBound - 1 }
}

/// Jobs of some states, read page by page.
public struct JobSequence: AsyncSequence, Sendable {
    /// A job.
    public typealias Element = Job

    let queue: Queue
    let states: [JobState]
    let order: JobOrder?
    let pageSize: Int

    /// Walks through the pages.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let sequence: JobSequence
        var page: ArraySlice<Job> = []
        var state = 0
        var position = 0

        /// The next job, or nil after the last one.
        public mutating func next() async throws -> Job? {
            while page.isEmpty {
                guard state < sequence.states.count else { return nil }
                page =
                    try await sequence.queue.jobs(
                        in: [sequence.states[state]], range: position..<(position + sequence.pageSize),
                        order: sequence.order)[...]
                position += sequence.pageSize
                if page.isEmpty {
                    state += 1
                    position = 0
                }
            }
            return page.popFirst()
        }
    }

    /// Starts at the first page.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(sequence: self) }
}
