// Owns: `GET /metrics` (queue API, section 8).

import BullMQ
import Hummingbird
import NIOCore

/// Writes the numbers of the queues and of everything the process records, the taxonomy cache among it.
struct MetricsRoute: Sendable {
    let metrics: PrometheusMetrics
    let queues: [Queue]
    let readings: QueueReadings

    func respond() async -> Response {
        var writer = PrometheusFormat.Writer()
        do {
            try await writeQueues(to: &writer)
            writer.family("queue_redis_up", "gauge", "Whether Redis answers")
            writer.sample("queue_redis_up", "", 1)
        } catch {
            // The rest is worth having all the same, above all when Redis is down.
            writer = PrometheusFormat.Writer()
            writer.family("queue_redis_up", "gauge", "Whether Redis answers")
            writer.sample("queue_redis_up", "", 0)
        }
        let body = writer.text + metrics.text()
        return Response(
            status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: body)))
    }

    private func writeQueues(to writer: inout PrometheusFormat.Writer) async throws {
        let all = try await readings.current()
        writer.family("queue_jobs", "gauge", "Jobs in each state; finished ones as far as they are kept")
        for (name, reading) in all {
            let states = [
                ("waiting", reading.waiting), ("active", reading.active), ("delayed", reading.delayed),
                ("completed", reading.completed), ("failed", reading.failed),
            ]
            for (state, count) in states {
                let labels = PrometheusFormat.labels([("queue", name), ("state", state)])
                writer.sample("queue_jobs", labels, Double(count))
            }
        }
        writer.family("queue_paused", "gauge", "Whether the queue is paused")
        for (name, reading) in all {
            writer.sample("queue_paused", PrometheusFormat.labels([("queue", name)]), reading.isPaused ? 1 : 0)
        }
        for state in [JobState.completed, .failed] {
            let family = "queue_jobs_\(state.rawValue)_total"
            writer.family(family, "counter", "Jobs since the workers began to count")
            for queue in queues {
                let total = try await queue.metrics(of: state, range: 0..<1).total
                writer.sample(family, PrometheusFormat.labels([("queue", queue.name)]), Double(total))
            }
        }
    }
}
