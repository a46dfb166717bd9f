/// What happened in one worker; for what happened in a queue, see ``QueueEvents``.
public enum WorkerEvent: Sendable {
    /// A job was taken.
    case active(Job)
    /// A handler reported progress.
    case progress(Job, JSONText)
    /// A job's result was stored.
    case completed(Job, result: JSONText)
    /// An attempt failed, and that was stored; it may be retried.
    case failed(Job, any Error)
    /// This worker put the job of a vanished worker back in line.
    case stalled(jobID: String)
    /// There is nothing to take at present.
    case drained
    /// Locks were renewed.
    case locksRenewed([String])
    /// Locks are no longer ours.
    case locksLost([String])
    /// Something went wrong outside of handlers.
    case error(any Error)
    /// The worker takes no more jobs until it is resumed.
    case paused
    /// The worker takes jobs again.
    case resumed
    /// The worker is shutting down.
    case closing
    /// The worker has ended.
    case closed
}
