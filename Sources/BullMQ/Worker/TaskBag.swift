import Synchronization

/// Tasks that one call can cancel, those that are started later included.
final class TaskBag: Sendable {
    private struct State {
        var isCancelled = false
        var nextID = 0
        var tasks: [Int: Task<Void, Never>] = [:]
    }

    private let state = Mutex(State())

    /// Runs an operation in a task of its own.
    ///
    /// - Parameter executor: where it runs; nil for the cooperative pool.
    func start(on executor: (any TaskExecutor)? = nil, _ operation: @escaping @Sendable () async -> Void) {
        let (task, isCancelled) = state.withLock { state in
            let id = state.nextID
            state.nextID += 1
            let task = Task(executorPreference: executor) {
                await operation()
                self.remove(id)
            }
            state.tasks[id] = task
            return (task, state.isCancelled)
        }
        if isCancelled { task.cancel() }
    }

    /// Runs an operation in a task of its own, untouched by cancellation of the current one, and waits for it.
    func run<Result: Sendable>(_ operation: @escaping @Sendable () async -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            start { continuation.resume(returning: await operation()) }
        }
    }

    func cancelAll() {
        let tasks = state.withLock { state in
            state.isCancelled = true
            return Array(state.tasks.values)
        }
        for task in tasks { task.cancel() }
    }

    private func remove(_ id: Int) {
        state.withLock { _ = $0.tasks.removeValue(forKey: id) }
    }
}
