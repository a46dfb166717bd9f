import Metrics
import Tracing

/// A span of whatever tracer.
typealias TraceSpan = any Tracing.Span

/// What one queue or worker object records, and where to. There is no such object where nothing is recorded, so that
/// the test for it is all that jobs pay.
final class Telemetry: Sendable {
    /// Empty for operations that span queues.
    let queueName: String
    let tracer: (any Tracer)?
    /// Counts what a worker does; nil for a queue, and without metrics.
    let meter: WorkerMeter?
    /// How many jobs a queue has; nil without metrics.
    let depth: QueueDepthGauges?
    private let workerID: String?
    private let workerName: String?

    /// Nil if nobody wants to know.
    ///
    /// - Parameter worker: who it is, for the spans of a worker.
    init?(_ observability: Observability, queue: String, worker: (id: String, name: String?)? = nil) {
        let metrics = observability.effectiveMetrics
        tracer = observability.effectiveTracer
        guard tracer != nil || metrics != nil else { return nil }
        queueName = queue
        workerID = worker?.id
        workerName = worker?.name
        meter = worker == nil ? nil : metrics.map { WorkerMeter(queue: queue, factory: $0) }
        depth = metrics.map { QueueDepthGauges(queue: queue, factory: $0) }
    }

    /// Begins a span, or none without a tracer (protocol: worker, section 23).
    ///
    /// - Parameters:
    ///   - destination: by default the queue; the empty text for none.
    ///   - context: by default that of the current task.
    func startSpan(
        _ operation: TracedOperation, to destination: String? = nil, context: ServiceContext? = nil,
        _ attributes: @autoclosure () -> SpanAttributes = [:]
    ) -> TraceSpan? {
        guard let tracer else { return nil }
        let destination = destination ?? queueName
        let name = destination.isEmpty ? operation.rawValue : "\(operation.rawValue) \(destination)"
        let span: TraceSpan = tracer.startSpan(
            name, context: context ?? .current ?? .topLevel, ofKind: operation.kind)
        var all = attributes()
        all["bullmq.queue.name"] = queueName
        all["bullmq.queue.operation"] = operation.rawValue
        if let workerID { all["bullmq.worker.id"] = workerID }
        if let workerName { all["bullmq.worker.name"] = workerName }
        span.attributes.merge(all)
        return span
    }
}
