extension JobHandle {
    /// The job's result; waits until the job has finished (BullMQ's `waitUntilFinished`).
    ///
    /// - Parameters:
    ///   - timeout: longest time to wait; nil for ever.
    ///   - events: a reader of the job's queue, best shared by all who wait.
    /// - Throws: `BullMQError`: `jobFailed` with the failure reason, `timeout`, `missingJob` if the job was removed.
    public func finished(within timeout: Duration?, events: QueueEvents) async throws -> JSONText {
        guard events.store.keys == job.store.keys else {
            throw BullMQError(
                .invalidArgument,
                "The events of queue \(events.store.keys.qualifiedName) do not tell about job \(job.id) of queue "
                    + "\(job.store.keys.qualifiedName)")
        }
        return try await events.ending(of: job.id, name: job.name, within: timeout)
    }
}

extension TypedJob {
    /// The job's decoded result; waits until the job has finished.
    ///
    /// - Throws: as ``JobHandle/finished(within:events:)``, and `DecodingError` if the result is not as its type says.
    public func result(timeout: Duration? = nil, events: QueueEvents) async throws -> Output {
        try await finished(within: timeout, events: events).decode(Output.self)
    }
}
