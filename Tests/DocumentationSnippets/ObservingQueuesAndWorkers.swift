// The snippets of the article "Observing queues and workers".

import BullMQ
import Logging
import Metrics
import ServiceLifecycle
import Tracing
import UnixSignals

func chooseBackends(redis: Redis, tracer: any Tracer, metrics: any MetricsFactory) throws -> [Queue] {
    let observability = Observability(tracer: tracer, metrics: metrics)
    let queue = try Queue("videos", redis: redis, options: QueueOptions(observability: observability))
    let quiet = try Queue("videos", redis: redis, options: QueueOptions(observability: .off))
    return [queue, quiet]
}

func trace(tracer: any Tracer, encode: @escaping @Sendable (Video) async throws -> Int) -> Handler {
    Handler(Videos.encode) { job in
        try await tracer.withSpan("probe") { span in
            span.attributes["video.url"] = job.payload.url
            return try await encode(job.payload)
        }
    }
}

func omitContext(queue: Queue, video: Video) async throws {
    var options = JobOptions()
    options.omitTelemetryContext = true
    try await queue.add(Videos.encode, video, options: options)
}

func recordDepth(redis: Redis, queue: Queue, worker: Worker, logger: Logger) async throws {
    let counts = try await queue.recordJobCounts()
    let depth = QueueDepthRecorder([queue], every: .seconds(15))
    let group = ServiceGroup(
        services: [redis, worker, depth], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    try await group.run()
    _ = counts
}

func probe(worker: Worker) {
    let health = worker.health
    if !health.isHealthy { print(health) }  // unhealthy: waiting for work, 0 active, last progress 41 s ago
}

func log(encode: @escaping @Sendable (Video) async throws -> Int) -> Handler {
    Handler(Videos.encode) { job in
        job.logger.info("encoding", metadata: ["url": "\(job.payload.url)"])
        return try await encode(job.payload)
    }
}
