// Owns: queues and workers of tests that record spans and metrics of their own.

import BullMQTesting
import InMemoryTracing
import Metrics
import MetricsTestKit
import Tracing

@testable import BullMQ

/// A queue of its own, whose spans and metrics a test can look at.
struct ObservedQueue: Sendable {
    let live: LiveQueue
    let tracer = InMemoryTracer()
    let metrics = TestMetrics()

    var observability: Observability { Observability(tracer: tracer, metrics: metrics) }

    static func make() async throws -> ObservedQueue {
        let plain = try await LiveQueue.make()
        return try ObservedQueue(plain)
    }

    private init(_ plain: LiveQueue) throws {
        let options = QueueOptions(observability: Observability(tracer: tracer, metrics: metrics))
        live = LiveQueue(
            queue: try Queue(plain.name, redis: plain.redis, options: options), events: plain.events,
            redis: plain.redis)
    }

    var queue: Queue { live.queue }

    /// Processes jobs until `body` is done. All spans have ended then.
    func withWorker(
        _ options: WorkerOptions = WorkerOptions(), @HandlerBuilder handlers: () -> [Handler],
        _ body: (RunningWorker) async throws -> Void
    ) async throws {
        var options = options
        options.observability = observability
        try await live.withWorker(options, handlers: handlers) { try await body($0) }
    }

    /// The finished spans of an operation, in the order in which they ended.
    func spans(_ operation: String) -> [FinishedInMemorySpan] {
        tracer.finishedSpans.filter { $0.attributes.get("bullmq.queue.operation") == .string(operation) }
    }

    /// How much this counter of a job's name and state counted.
    func total(_ label: String, job: String, state: String) -> Int64 {
        metrics.counterTotal(
            label: label,
            dimensions: [
                ("bullmq.queue.name", live.name), ("bullmq.job.name", job), ("bullmq.job.state", state),
            ])
    }
}

extension FinishedInMemorySpan {
    /// The text of an attribute.
    func text(_ attribute: String) -> String? {
        if case .string(let text)? = attributes.get(attribute) { text } else { nil }
    }

    /// The number of an attribute.
    func number(_ attribute: String) -> Int64? {
        if case .int64(let number)? = attributes.get(attribute) { number } else { nil }
    }
}

/// The error of handlers that are meant to fail.
struct Spill: Error, CustomStringConvertible {
    let description = "a spill"
}
