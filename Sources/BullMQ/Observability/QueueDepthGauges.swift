import Metrics
import Synchronization

/// The gauge `bullmq.queue.jobs` of each state (protocol: client, section 12).
final class QueueDepthGauges: Sendable {
    private let factory: any MetricsFactory
    private let queue: String
    private let gauges = Mutex<[JobState: Gauge]>([:])

    init(queue: String, factory: any MetricsFactory) {
        self.factory = factory
        self.queue = queue
    }

    func record(_ count: Int, in state: JobState) {
        gauge(of: state).record(count)
    }

    private func gauge(of state: JobState) -> Gauge {
        gauges.withLock { gauges in
            if let gauge = gauges[state] { return gauge }
            let gauge = Gauge(
                label: "bullmq.queue.jobs",
                dimensions: [("bullmq.queue.name", queue), ("bullmq.queue.jobs.state", state.rawValue)],
                factory: factory)
            gauges[state] = gauge
            return gauge
        }
    }
}
