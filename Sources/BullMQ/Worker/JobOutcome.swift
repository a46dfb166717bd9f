/// What a handler throws to say what should happen to its job other than success or an ordinary failure.
///
/// The worker performs the move; none of these but ``unrecoverable(_:)`` counts as an attempt.
public enum JobOutcome: Error, Sendable, Hashable {
    /// Fail without further attempts.
    case unrecoverable(String)
    /// Run again after this time; the handler starts anew, so keep what was reached in the job's data.
    case delay(for: Duration)
    /// Run again when all children have finished; at once if none is pending.
    case waitForChildren
    /// Run again as soon as possible, before all others.
    case backToWait
    /// Start no job of this queue for this time (needs a limiter, the worker's or the queue's), then run this one first.
    case rateLimited(for: Duration)
}

extension JobOutcome: CustomStringConvertible {
    /// The failure text for `unrecoverable`, else the name of the move.
    public var description: String {
        switch self {
        case .unrecoverable(let message): message
        case .delay(let duration): "delayed for \(duration)"
        case .waitForChildren: "waiting for children"
        case .backToWait: "moved back to wait"
        case .rateLimited(let duration): "rate limited for \(duration)"
        }
    }
}

/// Why the task of a job was cancelled.
public enum CancellationReason: Error, Sendable, Hashable {
    /// Another worker may have taken the job over; nothing this one reports will be accepted.
    case lockLost
    /// ``Worker/cancel(_:reason:)`` was called.
    case requested(String?)
    /// ``Queue/cancel(_:reason:within:)`` was called, in this process or another.
    case requestedRemotely(String?)
    /// The job ran longer than its handler or the worker allows.
    case timedOut(Duration)
    /// The worker is shutting down and the grace period is over; the job is put back in line, unless its handler throws a
    /// ``JobOutcome``.
    case shuttingDown
}

extension CancellationReason: CustomStringConvertible {
    /// A sentence for the job's failure reason.
    public var description: String {
        switch self {
        case .lockLost: "the lock was lost"
        case .requested(let reason), .requestedRemotely(let reason): reason.map { "cancelled: \($0)" } ?? "cancelled"
        case .timedOut(let limit): "timed out after \(limit)"
        case .shuttingDown: "the worker is shutting down"
        }
    }
}
