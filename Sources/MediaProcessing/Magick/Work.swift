// One piece of blocking work, seen from both sides: the task that waits for it and may be cancelled, and the thread
// that does it. Owns: the thread, the cancellation flag, the progress so far.

import Dispatch
import Synchronization

/// The working side's view: ask whether to go on, tell how far it is.
final class Work: Sendable {
    private let isCancelled = Atomic<Bool>(false)
    private let progress: @Sendable (Double) -> Void

    private init(progress: @escaping @Sendable (Double) -> Void) { self.progress = progress }

    /// Whether the waiting task was cancelled.
    var shouldStop: Bool { isCancelled.load(ordering: .relaxed) }

    /// Throws if the waiting task was cancelled.
    func checkCancelled() throws {
        if shouldStop { throw cancellation }
    }

    private var cancellation: MediaError { MediaError(.cancelled, "The operation was cancelled") }

    /// Tells the fraction that is done, and throws if there is no point in going on.
    func advance(to fraction: Double) throws {
        try checkCancelled()
        progress(fraction)
    }

    private static let queue = DispatchQueue(label: "media-processing", attributes: .concurrent)

    /// Runs `body` on a thread of its own, since it blocks for long; cancelling the task makes `body` stop at its next
    /// step.
    static func run<Result: Sendable>(
        progress: @escaping @Sendable (Double) -> Void, _ body: @escaping @Sendable (Work) throws -> Result
    ) async throws -> Result {
        let work = Work(progress: progress)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                queue.async {
                    let result = Swift.Result { try body(work) }
                    // A library that was told to stop says that it failed.
                    let stopped = (try? result.get()) == nil && work.shouldStop
                    continuation.resume(with: stopped ? .failure(work.cancellation) : result)
                }
            }
        } onCancel: {
            work.isCancelled.store(true, ordering: .relaxed)
        }
    }
}
