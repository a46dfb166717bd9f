import Tracing

/// What is recorded of a job that a worker processes.
extension Telemetry {
    /// The context of the producer's span that a job names, if it names one.
    private func producerContext(of job: JobRecord) -> ServiceContext? {
        guard let tracer else { return nil }
        return job.options.telemetryMetadata.flatMap { TraceCarrier(parsing: $0).context(by: tracer) }
    }

    /// A job was taken by hand: a span that is over at once, since what follows is the holder's.
    func handedOut(_ job: JobRecord, waits: Bool) {
        startSpan(
            .getNextJob, context: producerContext(of: job) ?? .topLevel,
            ["bullmq.job.id": .string(job.id), "bullmq.worker.options": .string(#"{"block":\#(waits)}"#)]
        )?.end()
    }

    /// Begins the span of an attempt: a child of the producer's span that the job names, and linked with it, for those
    /// who look at traces of single attempts.
    func startProcessing(_ job: JobRecord) -> TraceSpan? {
        let producer = producerContext(of: job)
        let span = startSpan(
            .process, context: producer ?? .topLevel,
            ["bullmq.job.id": .string(job.id), "bullmq.job.name": .string(job.name)])
        if let producer { span?.addLink(SpanLink(context: producer, attributes: [:])) }
        return span
    }

    /// Runs an attempt inside its span, which becomes the parent of whatever the handler does.
    func processing<Value>(_ job: Job, _ attempt: () async -> Value) async -> Value {
        meter?.began(job.record)
        defer { meter?.ended() }
        guard let span = job.execution?.span else { return await attempt() }
        let value = await ServiceContext.withValue(span.context) { await attempt() }
        span.updateAttributes { attributes in
            attributes["bullmq.job.attempt_finished_timestamp"] = Milliseconds.now
            attributes["bullmq.job.processed.timestamp"] = job.record.processedOn
        }
        span.end()
        return value
    }

    /// A result was stored.
    func completed(_ job: Job, _ result: JSONText) {
        record(.completed, of: job, attempts: job.attemptsMade + 1)
        job.execution?.span?.addEvent(
            SpanEvent(name: "job completed", attributes: ["bullmq.job.result": .string(result.text)]))
    }

    /// A failed attempt was stored: the last one, or one to be repeated.
    func failed(_ job: Job, _ error: any Error, _ reason: String, _ state: JobTransition) {
        record(state, of: job, attempts: job.attemptsMade + 1)
        guard let span = job.execution?.span else { return }
        span.addEvent(SpanEvent(name: "job failed", attributes: ["bullmq.job.failed.reason": .string(reason)]))
        span.fail(error)
    }

    /// The job left without an attempt being counted.
    func moved(_ job: Job, to state: JobTransition) {
        record(state, of: job, attempts: job.attemptsMade)
    }

    private func record(_ state: JobTransition, of job: Job, attempts: Int) {
        meter?.count(state, of: job.record, now: Milliseconds.now)
        job.execution?.span?.attributes["bullmq.job.attempts.made"] = attempts
    }
}
