/// What is to be done with a job whose handler threw (protocol: worker, section 12).
enum AttemptEnding: Sendable, Equatable {
    case fail(reason: String)
    case retryNow(reason: String)
    case retryLater(reason: String, milliseconds: Int64)
    /// The following do not count as attempts.
    case delay(milliseconds: Int64)
    case backToWait
    case waitForChildren
    case rateLimit(milliseconds: Int64)
    /// Another worker may own the job: write nothing.
    case abandon

    /// Decides what an error means.
    ///
    /// - Parameters:
    ///   - backoff: milliseconds until the next attempt should one be made, nil to give up.
    init(
        error: any Error, cancellation: CancellationReason?, isDiscarded: Bool, attemptsMade: Int, attempts: Int,
        backoff: () async -> Int64?
    ) async {
        switch cancellation {
        case .lockLost?:
            self = .abandon
            return
        case .shuttingDown? where !(error is JobOutcome):
            self = .backToWait
            return
        default:
            break
        }
        var reason = String(describing: error)
        if error is CancellationError, let cancellation { reason = cancellation.description }
        switch error as? JobOutcome {
        case .unrecoverable?: self = .fail(reason: reason)
        case .delay(let duration)?: self = .delay(milliseconds: duration.milliseconds)
        case .backToWait?: self = .backToWait
        case .waitForChildren?: self = .waitForChildren
        case .rateLimited(let duration)?: self = .rateLimit(milliseconds: duration.milliseconds)
        case nil:
            guard !isDiscarded, !Self.isPermanent(error), attemptsMade + 1 < attempts, let pause = await backoff()
            else {
                self = .fail(reason: reason)
                return
            }
            self = pause > 0 ? .retryLater(reason: reason, milliseconds: pause) : .retryNow(reason: reason)
        }
    }

    /// Trying again cannot help: a child of this job failed.
    private static func isPermanent(_ error: any Error) -> Bool {
        (error as? BullMQError)?.code == .failedChildren
    }
}
