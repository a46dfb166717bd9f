import Synchronization
import Tracing

/// One run of one job in this process: its lock, its task, and why that was cancelled.
final class JobExecution: Sendable {
    private struct State {
        var renewedAt: Int64
        var reason: CancellationReason?
        var isDiscarded = false
    }

    /// `@unchecked Sendable`: only touched under the lock below, and set only while that task runs the handler, so it is alive.
    private struct Running: @unchecked Sendable {
        var task: UnsafeCurrentTask?
    }

    let id: String
    let token: String
    /// The span of this run, if runs are traced.
    let span: TraceSpan?
    private let events: EventBroadcast<WorkerEvent>
    private let state: Mutex<State>
    /// Apart from the state, since what a handler does on being cancelled happens under this lock, and may ask for the state.
    private let running = Mutex(Running())

    init(
        id: String, token: String, startedAt: Int64, events: EventBroadcast<WorkerEvent>, span: TraceSpan? = nil
    ) {
        self.id = id
        self.token = token
        self.span = span
        self.events = events
        state = Mutex(State(renewedAt: startedAt))
    }

    /// Runs the handler in the current task, which can be cancelled until the handler returns.
    func run(_ handler: Handler, _ job: Job) async throws -> JSONText {
        if cancellationReason != nil { throw CancellationError() }
        return try await withUnsafeCurrentTask { task in
            running.withLock { $0.task = task }
            defer { running.withLock { $0.task = nil } }
            if cancellationReason != nil { task?.cancel() }
            return try await handler.body(job)
        }
    }

    /// Cancels the task in which the handler runs. The first reason stands.
    ///
    /// - Returns: false if the job was already cancelled.
    @discardableResult
    func cancel(_ reason: CancellationReason) -> Bool {
        let isFirst = state.withLock { state in
            guard state.reason == nil else { return false }
            state.reason = reason
            return true
        }
        if isFirst { running.withLock { $0.task?.cancel() } }
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
