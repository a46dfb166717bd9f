import Tracing

extension JobHandle {
    /// Reads the job again; nil if it was removed meanwhile.
    public func refreshed() async throws -> Job? {
        try await job.store.job(job.id).map {
            Job(record: $0, store: job.store, token: job.token, execution: job.execution)
        }
    }

    /// Reports how far the work is: a number, or anything that encodes to JSON.
    ///
    /// - Throws: `EncodingError`; `BullMQError` with code `missingJob`.
    public func updateProgress(_ progress: some Encodable) async throws {
        let text = try JSONText(encoding: progress)
        let attributes: () -> SpanAttributes = {
            ["bullmq.job.id": .string(job.id), "bullmq.job.progress": .string(text.text)]
        }
        try await job.store.traced(.updateJobProgress, attributes()) { _ in
            try await job.store.updateProgress(id: job.id, text)
        }
        job.execution?.report(text, of: job)
    }

    /// Appends a row to the job's log, of which ``JobOptions/keepLogs`` rows are kept.
    ///
    /// - Returns: how many rows there are now.
    /// - Throws: `BullMQError` with code `missingJob`.
    @discardableResult
    public func log(_ row: String) async throws -> Int {
        try await job.store.addLog(id: job.id, row, keeping: job.options.keepLogs)
    }

    /// The job's log, oldest row first.
    public func logs() async throws -> [String] {
        try await job.store.logs(id: job.id, start: 0, end: -1, ascending: true).rows
    }

    /// Deletes the job's log.
    ///
    /// - Parameter count: how many of the newest rows to keep; 0 by default.
    public func clearLogs(keeping count: Int = 0) async throws {
        try await job.store.clearLogs(id: job.id, keeping: count)
    }

    /// Replaces the job's data. The next attempt sees it; this snapshot does not.
    ///
    /// - Throws: `EncodingError`; `BullMQError` with code `missingJob`.
    public func updateData(_ data: some Encodable) async throws {
        try await job.store.updateData(id: job.id, try JSONText(encoding: data))
    }

    /// Replaces the job's data by JSON that is stored to the byte.
    ///
    /// - Throws: `BullMQError` with code `missingJob`.
    public func updateData(_ data: JSONText) async throws {
        try await job.store.updateData(id: job.id, data)
    }

    /// Where the job is now, or nil if it is nowhere.
    public func state() async throws -> JobState? {
        try await job.store.state(of: job.id)
    }

    /// Removes the job from wherever it is.
    ///
    /// - Throws: `BullMQError` with code `locked` if it (or a child) is being processed, or `belongsToScheduler`.
    public func remove(withChildren: Bool = true) async throws {
        guard try await job.store.remove(id: job.id, withChildren: withChildren) else {
            throw BullMQError(
                .locked, "Job \(job.id) could not be removed because it is locked by another worker")
        }
    }

    /// Puts a finished job back in line.
    ///
    /// - Parameters:
    ///   - state: where it is: failed (the default) or completed.
    ///   - resetAttemptsMade: gives it all its attempts again; otherwise one that used them up runs once more.
    ///   - resetAttemptsStarted: starts the count of activations anew.
    /// - Throws: `BullMQError` with code `missingJob` or `wrongState`.
    public func retry(
        from state: JobState = .failed, resetAttemptsMade: Bool = false, resetAttemptsStarted: Bool = false
    ) async throws {
        try Queue.require(state == .failed || state == .completed, "state", "\(state)", "failed or completed")
        try await job.store.reprocess(
            id: job.id, from: state, lifo: job.options.lifo ?? false, resetAttemptsMade: resetAttemptsMade,
            resetAttemptsStarted: resetAttemptsStarted)
    }

    /// Lets a delayed job run now.
    ///
    /// - Throws: `BullMQError` with code `wrongState`.
    public func promote() async throws {
        try await job.store.promote(id: job.id)
    }

    /// Lets a delayed job run `delay` from now.
    ///
    /// - Throws: `BullMQError` with code `missingJob` or `wrongState`.
    public func changeDelay(to delay: Duration) async throws {
        try Queue.require(delay >= .zero, "delay", "\(delay)", "0 or more")
        try await job.store.changeDelay(id: job.id, to: delay.milliseconds)
    }

    /// Gives the job another priority, and another place if it is waiting.
    ///
    /// - Parameters:
    ///   - priority: 0 for none, else 1 (most urgent) … 2 097 151.
    ///   - lifo: first instead of last among its equals.
    /// - Throws: `BullMQError` with code `invalidArgument` or `missingJob`.
    public func changePriority(to priority: Int, lifo: Bool = false) async throws {
        guard (0...JobOptions.maximumPriority).contains(priority) else {
            throw BullMQError(.invalidArgument, "Priority should be between 0 and \(JobOptions.maximumPriority)")
        }
        try await job.store.changePriority(id: job.id, to: priority, lifo: lifo)
    }

    /// Frees the job's deduplication id, if the job still owns it.
    @discardableResult
    public func removeDeduplicationKey() async throws -> Bool {
        guard let deduplicationID = job.deduplicationID else { return false }
        return try await job.store.removeDeduplicationKey(deduplicationID, ownedBy: job.id)
    }

    /// Keeps a failure of this run from being retried, whatever error ends it. Only inside a handler.
    public func discard() {
        job.execution?.discard()
    }
}
