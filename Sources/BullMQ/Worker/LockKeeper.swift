import Logging
import Synchronization
import Tracing

/// Keeps the locks of the jobs being processed: one batched renewal for all of them (protocol: worker, section 16).
final class LockKeeper: Sendable {
    private let store: QueueStore
    private let options: WorkerOptions
    private let events: EventBroadcast<WorkerEvent>
    private let executions = Mutex<[ObjectIdentifier: JobExecution]>([:])
    private let isStopped = Atomic(false)
    private let lastRenewal = Atomic<Int64>(0)
    private let wakeup: Wakeup

    init(store: QueueStore, options: WorkerOptions, events: EventBroadcast<WorkerEvent>) {
        self.store = store
        self.options = options
        self.events = events
        wakeup = Wakeup(eventLoop: store.connection.eventLoop)
    }

    func track(_ execution: JobExecution) {
        executions.withLock { $0[ObjectIdentifier(execution)] = execution }
    }

    func untrack(_ execution: JobExecution) {
        executions.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(execution)) }
    }

    var tracked: [JobExecution] { executions.withLock { Array($0.values) } }

    /// When locks were last renewed, in milliseconds since 1970; 0 for never.
    var renewedAt: Int64 { lastRenewal.load(ordering: .relaxed) }

    func stop() {
        isStopped.store(true, ordering: .sequentiallyConsistent)
        wakeup.signal()
    }

    /// Renews until stopped.
    func run() async {
        guard !options.skipsLockRenewal else { return }
        let window = max(1, (options.lockRenewTime ?? options.lockDuration / 2).milliseconds / 2)
        while true {
            await wakeup.sleep(atMost: .milliseconds(window))
            if isStopped.load(ordering: .sequentiallyConsistent) { return }
            await renew(olderThan: window)
        }
    }

    private func renew(olderThan age: Int64) async {
        let now = Milliseconds.now
        let due = tracked.filter { $0.isDueForRenewal(now: now, age: age) }
        guard !due.isEmpty else { return }
        do {
            let lost = try await extendLocks(of: due)
            lastRenewal.store(Milliseconds.now, ordering: .relaxed)
            events.send(.locksRenewed(due.map(\.id).filter { !lost.contains($0) }))
            guard !lost.isEmpty else { return }
            store.telemetry?.meter?.lostLocks(lost.count)
            events.send(.locksLost(lost.sorted()))
            for execution in due where lost.contains(execution.id) {
                options.logger.warning(
                    "could not renew lock",
                    metadata: ["bullmq.queue": "\(store.name)", "bullmq.job.id": "\(execution.id)"])
                if options.cancelsOnLockLoss { execution.cancel(.lockLost) }
            }
        } catch {
            store.telemetry?.meter?.lostLocks(due.count)
            options.logger.warning(
                "could not renew locks", metadata: ["bullmq.queue": "\(store.name)", "bullmq.error": "\(error)"])
            events.send(.error(error))
        }
    }

    /// Returns the ids of those that are no longer ours.
    private func extendLocks(of due: [JobExecution]) async throws -> Set<String> {
        let attributes: () -> SpanAttributes = {
            ["bullmq.worker.jobs.to.extend.locks": .stringArray(due.map(\.id))]
        }
        let lost = try await store.traced(.extendLocks, attributes()) { _ in
            try await store.extendLocks(
                due.map { ($0.id, $0.token) }, duration: options.lockDuration.milliseconds)
        }
        return Set(lost)
    }
}
