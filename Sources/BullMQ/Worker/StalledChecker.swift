import Logging
import Synchronization
import Tracing

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
        store.telemetry?.startSpan(.startStalledCheckTimer)?.end()
        while !isStopped.load(ordering: .sequentiallyConsistent) {
            if isPaused.load(ordering: .sequentiallyConsistent) {
                await wakeup.sleep()
                continue
            }
            var pause = options.stalledInterval
            do {
                let ids = try await recover()
                store.telemetry?.meter?.foundStalled(ids.count)
                for id in ids {
                    options.logger.warning(
                        "job stalled", metadata: ["bullmq.queue": "\(store.name)", "bullmq.job.id": "\(id)"])
                    events.send(.stalled(jobID: id))
                }
            } catch {
                let isOutage = (error as? RedisError)?.isConnectionError == true
                options.logger.log(
                    level: isOutage ? .debug : .warning, "stalled check failed",
                    metadata: ["bullmq.queue": "\(store.name)", "bullmq.error": "\(error)"])
                if !isOutage { events.send(.error(error)) }
                pause = min(pause, .seconds(5))
            }
            await wakeup.sleep(atMost: pause)
        }
    }

    private func recover() async throws -> [String] {
        try await store.traced(.moveStalledJobsToWait) { span in
            let ids = try await store.moveStalledJobsToWait(
                maximumStalledCount: options.maximumStalledCount, interval: options.stalledInterval.milliseconds)
            span?.attributes["bullmq.worker.stalled.jobs"] = SpanAttribute.stringArray(ids)
            for id in ids {
                span?.addEvent(SpanEvent(name: "job stalled", attributes: ["bullmq.job.id": .string(id)]))
            }
            return ids
        }
    }
}
