// Owns one answer that one task waits for: it comes, or time runs out, or the task is cancelled, whichever is first.

import NIOCore
import Synchronization

/// A value that arrives once. One task at most may wait for it.
final class PendingAnswer<Value: Sendable>: Sendable {
    private enum State {
        case empty
        case awaited(CheckedContinuation<Result<Value, BrowserError>, Never>)
        case answered(Result<Value, BrowserError>)
        case taken
    }

    private let state = Mutex(State.empty)

    /// Gives the answer; all but the first are ignored.
    func resolve(_ result: Result<Value, BrowserError>) {
        let waiting: CheckedContinuation<Result<Value, BrowserError>, Never>? = state.withLock { state in
            switch state {
            case .empty:
                state = .answered(result)
                return nil
            case .awaited(let continuation):
                state = .taken
                return continuation
            case .answered, .taken:
                return nil
            }
        }
        waiting?.resume(returning: result)
    }

    /// Waits for the answer; `what` says in an error what did not come in time.
    func value(
        within limit: Duration, on eventLoop: any EventLoop, what: @autoclosure @escaping @Sendable () -> String
    ) async throws(BrowserError) -> Value {
        let timer = eventLoop.scheduleTask(in: TimeAmount(limit)) { [weak self] in
            self?.resolve(.failure(BrowserError(.timeout, "\(what()) did not happen within \(limit)")))
        }
        defer { timer.cancel() }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let early: Result<Value, BrowserError>? = state.withLock { state in
                    if case .answered(let result) = state {
                        state = .taken
                        return result
                    }
                    state = .awaited(continuation)
                    return nil
                }
                if let early { continuation.resume(returning: early) }
            }
        } onCancel: {
            resolve(.failure(.cancelled))
        }
        return try result.get()
    }
}
