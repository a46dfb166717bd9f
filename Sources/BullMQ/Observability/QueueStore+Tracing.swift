import Tracing

/// Operations inside their spans.
extension QueueStore {
    /// Runs an operation of this queue inside its span; without a tracer it just runs. Its error is recorded and thrown
    /// on.
    ///
    /// - Parameters:
    ///   - destination: what the span's name ends in; by default the queue.
    ///   - attributes: those known beforehand, on top of the queue, the operation and the worker.
    ///   - body: gets the span, to add what it finds out.
    func traced<Value>(
        _ operation: TracedOperation, to destination: String? = nil,
        _ attributes: @autoclosure () -> SpanAttributes = [:], _ body: (TraceSpan?) async throws -> Value
    ) async rethrows -> Value {
        try await telemetry.traced(operation, to: destination, attributes(), body)
    }

    /// Runs an operation on a job inside its span; it gets the trace context that is to be stored with a failure.
    func traced<Value>(
        _ operation: TracedOperation, _ job: Job, _ body: (String?) async throws -> Value
    ) async rethrows -> Value {
        try await traced(
            operation, ["bullmq.job.id": .string(job.id), "bullmq.job.name": .string(job.name)]
        ) { span in
            try await body(job.options.omitTelemetryContext == true ? nil : metadata(of: span))
        }
    }

    /// Metadata that makes the jobs of a producer's span its children: the option `tm`.
    ///
    /// - Returns: nil without a span, and if the tracer has nothing to pass on.
    func metadata(of span: TraceSpan?) -> String? {
        guard let span, let tracer = telemetry?.tracer else { return nil }
        return TraceCarrier(injecting: span.context, by: tracer).text
    }

    /// Metadata for a node of a flow, of a span that is over at once: the nodes are added all together.
    func metadata(ofNode name: String, _ id: String) -> String? {
        let span = telemetry?.startSpan(.addNode, ["bullmq.job.name": .string(name), "bullmq.job.id": .string(id)])
        defer { span?.end() }
        return metadata(of: span)
    }
}

extension Telemetry? {
    /// Runs an operation inside its span; see ``QueueStore/traced(_:to:_:_:)``.
    func traced<Value>(
        _ operation: TracedOperation, to destination: String? = nil,
        _ attributes: @autoclosure () -> SpanAttributes = [:], _ body: (TraceSpan?) async throws -> Value
    ) async rethrows -> Value {
        guard let span = self?.startSpan(operation, to: destination, attributes()) else { return try await body(nil) }
        defer { span.end() }
        do {
            return try await ServiceContext.withValue(span.context) { try await body(span) }
        } catch {
            span.fail(error)
            throw error
        }
    }
}

extension Tracing.Span {
    /// Marks the span as failed.
    func fail(_ error: any Error) {
        recordError(error)
        setStatus(SpanStatus(code: .error))
    }
}

extension JobOptions {
    /// These options, with metadata of the producer's span unless they say to leave it out (protocol: client, section
    /// 17).
    ///
    /// - Parameter overwrites: whether it takes the place of metadata that was given.
    func carrying(_ metadata: String?, overwrites: Bool) -> JobOptions {
        guard let metadata, omitTelemetryContext != true, overwrites || telemetryMetadata == nil else { return self }
        var options = self
        options.telemetryMetadata = metadata
        return options
    }
}
