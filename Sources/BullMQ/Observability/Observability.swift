public import Metrics
public import Tracing

/// Where a ``Queue`` or a ``Worker`` sends its spans and metrics.
///
/// By default that is whatever the process has bootstrapped, `InstrumentationSystem` and `MetricsSystem`, as it stands
/// when the queue or worker is created: bootstrap first. Where nothing is bootstrapped, nothing is recorded, and jobs
/// pay nothing for it.
///
/// ```swift
/// let options = WorkerOptions(observability: Observability(tracer: tracer, metrics: registry))
/// ```
///
/// The article <doc:ObservingQueuesAndWorkers> lists every span and metric (protocol: client, section 17; worker,
/// section 23).
public struct Observability: Sendable {
    /// Makes the spans; nil (the default) for the bootstrapped tracer.
    public var tracer: (any Tracer)?
    /// Makes the metrics; nil (the default) for the bootstrapped factory.
    public var metrics: (any MetricsFactory)?
    private var usesBootstrapped = true

    /// Spans and metrics go to these, or to what is bootstrapped.
    public init(tracer: (any Tracer)? = nil, metrics: (any MetricsFactory)? = nil) {
        self.tracer = tracer
        self.metrics = metrics
    }

    /// Neither spans nor metrics, whatever is bootstrapped.
    public static let off: Observability = {
        var observability = Observability()
        observability.usesBootstrapped = false
        return observability
    }()

    /// The tracer in force, nil if it would only discard.
    var effectiveTracer: (any Tracer)? {
        let tracer = tracer ?? (usesBootstrapped ? InstrumentationSystem.tracer : nil)
        return tracer is NoOpTracer ? nil : tracer
    }

    /// The factory in force, nil if it would only discard.
    var effectiveMetrics: (any MetricsFactory)? {
        let metrics = metrics ?? (usesBootstrapped ? MetricsSystem.factory : nil)
        return metrics is NOOPMetricsHandler ? nil : metrics
    }
}
