// Work that blocks, away from the threads that tasks share.

import Dispatch
import MediaProcessing
import Synchronization

/// Blocking work on a thread of its own, told when its task is cancelled.
enum BlockingWork {
    static func run<Result: Sendable>(
        _ body: @escaping @Sendable (_ checkCancelled: () throws -> Void) throws -> Result
    ) async throws -> Result {
        let flag = Flag()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                Self.queue.async {
                    continuation.resume(
                        with: Swift.Result {
                            try body {
                                if flag.isRaised.load(ordering: .relaxed) {
                                    throw MediaError(.cancelled, "The operation was cancelled")
                                }
                            }
                        })
                }
            }
        } onCancel: {
            flag.isRaised.store(true, ordering: .relaxed)
        }
    }

    private static let queue = DispatchQueue(label: "media-jobs", attributes: .concurrent)

    private final class Flag: Sendable {
        let isRaised = Atomic<Bool>(false)
    }
}
