import Logging

// Owns: what a failed attempt leaves behind and how long the next one waits, whoever ran it.

extension WorkerOptions {
    /// Milliseconds before the next attempt, nil to give up.
    func retryPause(of job: Job, after error: any Error) async -> Int64? {
        guard let backoff = job.record.options.backoff else { return 0 }
        let attempt = job.record.attemptsMade + 1
        if let pause = backoff.builtInDelay(afterAttempt: attempt, random: .random(in: 0..<1)) { return pause }
        guard let strategy = self.backoff else {
            logger.warning(
                "unknown back-off type, the job fails",
                metadata: [
                    "bullmq.queue": "\(job.queueName)", "bullmq.job.id": "\(job.id)",
                    "bullmq.backoff.type": "\(backoff.type)",
                ])
            return nil
        }
        return await strategy(attempt, backoff.type, error, job)?.milliseconds
    }
}

extension Job {
    /// The job's earlier stack traces and one for this error, the newest last, cut to the job's limit; as JSON.
    func stackTrace(adding error: (any Error)?, _ reason: String) -> String {
        var entries = stackTrace
        if let error { entries.append("\(type(of: error)): \(reason)") }
        if let limit = record.options.stackTraceLimit { entries = Array(entries.suffix(max(0, limit))) }
        return JSONValue.array(entries.map(JSONValue.string)).serialized()
    }

    /// Tells log and telemetry of a failed attempt that was stored.
    func recordFailure(_ error: any Error, _ reason: String, _ state: JobTransition, _ logger: Logger) {
        logger.debug(
            "attempt failed",
            metadata: [
                "bullmq.queue": "\(queueName)", "bullmq.job.id": "\(id)", "bullmq.job.name": "\(name)",
                "bullmq.job.attempt": "\(attemptsMade + 1)", "bullmq.job.state": "\(state.rawValue)",
                "bullmq.error.type": "\(type(of: error))",
            ])
        store.telemetry?.failed(self, error, reason, state)
    }
}
