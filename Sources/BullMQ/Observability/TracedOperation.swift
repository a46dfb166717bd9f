import Tracing

/// What has a span, by BullMQ's name for it (protocol: client, section 17; worker, section 23).
enum TracedOperation: String, Sendable {
    // Producers
    case add, addBulk, addFlow, addNode, addBulkFlows, retryJobs
    // Administration
    case promoteJobs, pause, resume, close, obliterate, rateLimit, removeDeduplicationKey, remove, updateJobProgress
    case drain, clean, trimEvents
    // Workers
    case process, complete, fail, delay, retry
    case startStalledCheckTimer, moveStalledJobsToWait, extendLocks, getNextJob

    /// The part that a span of this operation plays in its trace.
    var kind: SpanKind {
        switch self {
        case .add, .addBulk, .addFlow, .addNode, .addBulkFlows, .retryJobs: .producer
        case .process: .consumer
        default: .internal
        }
    }
}
