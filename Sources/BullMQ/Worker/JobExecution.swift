import Synchronization

/// One run of one job in this process: its lock, its task, and why that was cancelled.
final class JobExecution: Sendable {
    private struct State {
        var renewedAt: Int64
        var task: Task<JSONText, any Error>?
        var reason: CancellationReason?
        var isDiscarded = false
    }

    let id: String
    let token: String
    private let events: EventBroadcast<WorkerEvent>
    private let state: Mutex<State>

    init(id: String, token: String, startedAt: Int64, events: EventBroadcast<WorkerEvent>) {
        self.id = id
        self.token = token
        self.events = events
        state = Mutex(State(renewedAt: startedAt))
    }

    /// Runs the handler in a task of its own and waits for it.
    func run(_ handler: Handler, _ job: Job) async throws -> JSONText {
        if cancellationReason != nil { throw CancellationError() }
        let body = handler.body
        let task = Task { try await body(job) }
        let reason = state.withLock { state in
            state.task = task
            return state.reason
        }
        if reason != nil { task.cancel() }
        return try await task.value
    }

    /// Cancels the handler's task. The first reason stands.
    ///
    /// - Returns: false if the job was already cancelled.
    @discardableResult
    func cancel(_ reason: CancellationReason) -> Bool {
        let (isFirst, task) = state.withLock { state -> (Bool, Task<JSONText, any Error>?) in
            guard state.reason == nil else { return (false, nil) }
            state.reason = reason
            return (true, state.task)
        }
        task?.cancel()
        return isFirst
    }

    var cancellationReason: CancellationReason? { state.withLock { $0.reason } }

    func discard() { state.withLock { $0.isDiscarded = true } }

    var isDiscarded: Bool { state.withLock { $0.isDiscarded } }

    /// Whether the lock is so old that it has to be renewed now; if so it counts as renewed at `now`.
    func isDueForRenewal(now: Int64, age: Int64) -> Bool {
        state.withLock { state in
            guard state.renewedAt + age < now else { return false }
            state.renewedAt = now
            return true
        }
    }

    func report(_ progress: JSONText, of job: Job) {
        events.send(.progress(job, progress))
    }
}

extension Job {
    /// Why this job's task was cancelled, inside a handler that finds `Task.isCancelled`; nil otherwise.
    public var cancellationReason: CancellationReason? { execution?.cancellationReason }
}
