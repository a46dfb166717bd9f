import Logging
public import ServiceLifecycle

/// Records the depth of queues at an interval, see ``Queue/recordJobCounts(of:)``.
///
/// One process in a fleet is enough: the counts are those of the queue, not of a worker.
///
/// ```swift
/// let depth = QueueDepthRecorder([queue], every: .seconds(15))
/// try await ServiceGroup(services: [redis, worker, depth], logger: logger).run()
/// ```
public struct QueueDepthRecorder: Service {
    private let queues: [Queue]
    private let interval: Duration

    /// - Parameters:
    ///   - queues: those to record; one round trip each.
    ///   - interval: the pause between two samples; 15 s by default.
    public init(_ queues: [Queue], every interval: Duration = .seconds(15)) {
        self.queues = queues
        self.interval = interval
    }

    /// Records until graceful shutdown or cancellation. A sample that fails is left out.
    ///
    /// - Throws: `RedisError` with code `closed` if the `Redis` object was closed.
    public func run() async throws {
        do {
            try await cancelWhenGracefulShutdown {
                while true {
                    for queue in queues { try await sample(queue) }
                    try await Task.sleep(for: interval)
                }
            }
        } catch is CancellationError {
            return
        }
    }

    private func sample(_ queue: Queue) async throws {
        do {
            try await queue.recordJobCounts()
        } catch let error as RedisError where error.code != .closed {
            queue.options.logger.debug(
                "job counts not recorded", metadata: ["bullmq.queue": "\(queue.name)", "bullmq.error": "\(error)"])
        }
    }
}
