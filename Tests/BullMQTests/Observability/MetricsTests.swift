// Owns: the metrics of queues and workers, against a real Redis.

import BullMQTesting
import FoundationEssentials
import LiveTesting
import Logging
import Metrics
import MetricsTestKit
import ServiceLifecycle
import Testing

@testable import BullMQ

@Suite("Metrics", .live, .timeLimit(.minutes(3)))
struct MetricsTests {
    @Test("count how attempts end, by queue, job name and state, and how long they took")
    func ends() async throws {
        let observed = try await ObservedQueue.make()
        let live = observed.live
        let good = try await live.add("good")
        let retried = try await live.add("retried", JobOptions(attempts: 2))
        let delayed = try await live.add("delayed", JobOptions(attempts: 2, backoff: .fixed(.milliseconds(10))))
        let returned = try await live.add("returned")
        try await observed.withWorker(WorkerOptions(drainDelay: .milliseconds(20))) {
            Handler(named: "good") { _ in .null }
            Handler(named: "returned") { job in
                if job.attemptsStarted == 1 { throw JobOutcome.backToWait }
                return .null
            }
            Handler { job in
                if job.attemptsStarted == 1 { throw Spill() }
                throw JobOutcome.unrecoverable("no")
            }
        } _: { _ async throws in
            for job in [good, returned] { _ = try await live.ending(of: job) }
            for job in [retried, delayed] { _ = try await live.failure(of: job) }
        }
        #expect(observed.total("bullmq.jobs.completed", job: "good", state: "completed") == 1)
        #expect(observed.total("bullmq.jobs.retried", job: "retried", state: "retried") == 1)
        #expect(observed.total("bullmq.jobs.failed", job: "retried", state: "failed") == 1)
        #expect(observed.total("bullmq.jobs.delayed", job: "delayed", state: "delayed") == 1)
        #expect(observed.total("bullmq.jobs.failed", job: "delayed", state: "failed") == 1)
        #expect(observed.total("bullmq.jobs.waiting", job: "returned", state: "waiting") == 1)
        #expect(observed.metrics.counterTotal(label: "bullmq.jobs.completed") == 2)
        let durations = observed.metrics.timers(
            label: "bullmq.job.duration", dimensions: [("bullmq.job.name", "good"), ("bullmq.job.state", "completed")])
        #expect(durations.map(\.values.count) == [1])
        #expect(durations.first?.displayUnit == .milliseconds)
        // Beside the jobs handed out by finishing scripts there was a first fetch.
        let fetches = try observed.metrics.expectTimer(
            "bullmq.worker.fetch.duration", [("bullmq.queue.name", live.name)])
        #expect(fetches.values.allSatisfy { $0 > 0 })
        #expect(!fetches.values.isEmpty)
        let active = try observed.metrics.expectMeter("bullmq.worker.jobs.active", [("bullmq.queue.name", live.name)])
        #expect(active.values == Array(repeating: [1, 0], count: 7).flatMap { $0 })
    }

    @Test("tell how long jobs waited after they were due")
    func waits() async throws {
        let observed = try await ObservedQueue.make()
        var options = JobOptions(timestamp: Date(timeIntervalSinceNow: -100))
        let ready = try await observed.live.add("ready", options)
        options.delay = .seconds(60)
        let due = try await observed.live.add("due", options)
        try await observed.withWorker {
            Handler { _ in .null }
        } _: { _ async throws in
            for job in [ready, due] { _ = try await observed.live.ending(of: job) }
        }
        for (name, seconds) in [("ready", 100), ("due", 40)] as [(String, Int64)] {
            let timer = try observed.metrics.expectTimer(
                "bullmq.job.wait.duration", [("bullmq.queue.name", observed.live.name), ("bullmq.job.name", name)])
            #expect(timer.values.count == 1)
            #expect((seconds * 1_000_000_000..<(seconds + 20) * 1_000_000_000).contains(timer.values.first ?? 0))
        }
    }

    @Test("count locks that were not renewed")
    func locks() async throws {
        let observed = try await ObservedQueue.make()
        try await observed.live.add()
        let started = Log<String>()
        try await observed.withWorker(WorkerOptions(lockDuration: .milliseconds(200))) {
            Handler { job in
                await started.append(job.id)
                try await Gate().wait()
                return .null
            }
        } _: { running async throws in
            try await started.first(1)
            try await observed.live.send("SET", observed.live.key("1:lock"), "somebody else")
            try await running.log.first("the lost lock") { event -> Bool? in
                if case .locksLost = event { true } else { nil }
            }
        }
        #expect(observed.metrics.counterTotal(label: "bullmq.worker.locks.not_renewed") >= 1)
    }

    @Test("tell the depth of a queue when it is asked for")
    func depth() async throws {
        let observed = try await ObservedQueue.make()
        try await observed.live.add()
        try await observed.live.add()
        try await observed.live.add("later", JobOptions(delay: .seconds(60)))
        let counts = try await observed.queue.recordJobCounts()
        #expect(counts.waiting == 2)
        for state in JobState.allCases {
            let gauge = try observed.metrics.expectGauge(
                "bullmq.queue.jobs",
                [("bullmq.queue.name", observed.live.name), ("bullmq.queue.jobs.state", state.rawValue)])
            #expect(gauge.values == [Double(counts[state])])
        }
        try await observed.queue.recordJobCounts(of: [.waiting])
        #expect(observed.metrics.recorders(label: "bullmq.queue.jobs").map(\.values.count).reduce(0, +) == 8)
        #expect(try await observed.live.queue.recordJobCounts() == counts)
    }

    @Test("tell the depth of queues again and again, until the recorder is shut down")
    func recorder() async throws {
        let live = try await LiveQueue.make()
        try await live.add()
        let (samples, sink) = AsyncStream.makeStream(of: Double.self)
        let queue = try Queue(
            live.name, redis: live.redis,
            options: QueueOptions(observability: Observability(metrics: WaitingGauge(sink: sink))))
        let group = ServiceGroup(
            services: [QueueDepthRecorder([queue], every: .milliseconds(5))],
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let run = Task { try await group.run() }
        try await withDeadline(.seconds(20), waitingFor: "a queue that grows") {
            for await waiting in samples {
                if waiting == 1 { try await live.add() }
                if waiting >= 2 { break }
            }
        }
        await group.triggerGracefulShutdown()
        try await run.value
    }
}

/// Passes on what the gauge of waiting jobs records, and drops everything else.
private struct WaitingGauge: MetricsFactory {
    let sink: AsyncStream<Double>.Continuation

    private final class Handler: RecorderHandler {
        let sink: AsyncStream<Double>.Continuation

        init(sink: AsyncStream<Double>.Continuation) { self.sink = sink }

        func record(_ value: Int64) { sink.yield(Double(value)) }
        func record(_ value: Double) { sink.yield(value) }
    }

    private var nothing: NOOPMetricsHandler { .instance }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        dimensions.contains { $0 == ("bullmq.queue.jobs.state", "waiting") } ? Handler(sink: sink) : nothing
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler { nothing }
    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { nothing }
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}
}
