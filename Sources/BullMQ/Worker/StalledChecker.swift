import Logging
import Synchronization

/// Puts the jobs of vanished workers back in line (protocol: worker, section 17).
final class StalledChecker: Sendable {
    private let store: QueueStore
    private let options: WorkerOptions
    private let events: EventBroadcast<WorkerEvent>
    private let isStopped = Atomic(false)
    private let isPaused = Atomic(false)
    private let wakeup: Wakeup

    init(store: QueueStore, options: WorkerOptions, events: EventBroadcast<WorkerEvent>) {
        self.store = store
        self.options = options
        self.events = events
        wakeup = Wakeup(eventLoop: store.connection.eventLoop)
    }

    func setPaused(_ paused: Bool) {
        isPaused.store(paused, ordering: .sequentiallyConsistent)
        wakeup.signal()
    }

    func stop() {
        isStopped.store(true, ordering: .sequentiallyConsistent)
        wakeup.signal()
    }

    /// Checks at once and then at every interval, until stopped.
    func run() async {
        guard !options.skipsStalledCheck else { return }
        while !isStopped.load(ordering: .sequentiallyConsistent) {
            if isPaused.load(ordering: .sequentiallyConsistent) {
                await wakeup.sleep()
                continue
            }
            var pause = options.stalledInterval
            do {
                let ids = try await store.moveStalledJobsToWait(
                    maximumStalledCount: options.maximumStalledCount, interval: options.stalledInterval.milliseconds)
                for id in ids {
                    options.logger.warning("job stalled", metadata: ["bullmq.job.id": "\(id)"])
                    events.send(.stalled(jobID: id))
                }
            } catch {
                options.logger.warning("stalled check failed", metadata: ["bullmq.error": "\(error)"])
                if (error as? RedisError)?.isConnectionError != true { events.send(.error(error)) }
                pause = min(pause, .seconds(5))
            }
            await wakeup.sleep(atMost: pause)
        }
    }
}
