/// What came of a request to cancel a job.
public enum CancellationAnswer: Sendable, Hashable {
    /// The worker of this id cancelled the job's task. How the job ends is up to its handler.
    case acknowledged(workerID: String)
    /// Nobody answered in time: the job ended meanwhile, or its worker does not listen (see
    /// ``WorkerOptions/acceptsRemoteCancellation``), as is the case with every worker that is not written with this library.
    case unanswered
}

extension Queue {
    /// Cancels the task of an active job, whichever worker processes it. An extension of this library, see <doc:Extensions>.
    ///
    /// - Parameters:
    ///   - id: the job's id.
    ///   - reason: handed to the handler with ``CancellationReason/requestedRemotely(_:)``.
    ///   - timeout: how long to wait for the answer; 5 s by default.
    /// - Throws: `BullMQError` with code `missingJob`, or `wrongState` if the job is not active.
    @discardableResult
    public func cancel(
        _ id: String, reason: String? = nil, within timeout: Duration = .seconds(5)
    ) async throws -> CancellationAnswer {
        try Self.require(timeout.milliseconds > 0, "timeout", "\(timeout)", "more than 0")
        let request = UUIDText.random()
        try await store.requestCancellation(of: id, reason: reason, request: request)
        guard let worker = try await store.acknowledgement(of: request, within: timeout) else { return .unanswered }
        return .acknowledged(workerID: worker)
    }
}
