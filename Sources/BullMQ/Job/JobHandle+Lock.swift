// Owns: the lock of a job that this process is working on.

extension JobHandle {
    /// Keeps the job ours for so long from now. A ``Worker`` does that by itself unless ``WorkerOptions/skipsLockRenewal`` is set; who
    /// takes jobs from a ``ManualWorker`` has to.
    ///
    /// - Parameter duration: counted from now, not from the end of the present lock.
    /// - Returns: false if the lock is no longer ours: another worker may have the job, and what this one reports will be refused.
    /// - Throws: `BullMQError` with code `missingLock` for a job that was not taken by a worker of this process.
    @discardableResult
    public func extendLock(by duration: Duration) async throws -> Bool {
        guard let token = job.token else {
            throw BullMQError(
                .missingLock, "Job \(job.id) of queue \(job.queueName) was not taken by a worker of this process")
        }
        try Queue.require(duration.milliseconds > 0, "duration", "\(duration)", "positive")
        return try await job.store.extendLock(id: job.id, token: token, duration: duration.milliseconds)
    }
}

extension QueueStore {
    /// Renews one lock; false if the token does not hold it.
    func extendLock(id: String, token: String, duration: Int64) async throws -> Bool {
        let reply = try await scripts.run(.extendLock, arguments: 3) { call in
            call.keys(keys.lock(id), keys.stalled)
            call.argument(token)
            call.argument(duration)
            call.argument(id)
        }
        return try reply.code(of: .extendLock) == 1
    }
}
