public import Logging

extension Job {
    /// The logger of the worker (or queue) this job comes from, with metadata that tells the job: `bullmq.queue`,
    /// `bullmq.job.id`, `bullmq.job.name`, `bullmq.job.attempt` (1 for the first). For what its handler logs.
    ///
    /// Its rows go to the application's log; those of ``JobHandle/log(_:)`` are stored with the job.
    public var logger: Logger {
        var logger = store.logger
        logger[metadataKey: "bullmq.queue"] = "\(queueName)"
        logger[metadataKey: "bullmq.job.id"] = "\(id)"
        logger[metadataKey: "bullmq.job.name"] = "\(name)"
        logger[metadataKey: "bullmq.job.attempt"] = "\(attemptsMade + 1)"
        return logger
    }
}
