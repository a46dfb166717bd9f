// Owns: the health of real workers, with a server that goes and comes back; and the logger of a job.

import BullMQTesting
import LiveTesting
import Logging
import Testing

@testable import BullMQ

@Suite("The health of a worker", .live, .timeLimit(.minutes(3)))
struct WorkerHealthTests {
    @Test("follows the server: lost after the bound, and regained")
    func outage() async throws {
        try await withRedisServer { server in
            let live = try await LiveQueue.make(redis: try Redis(url: server.url))
            let options = WorkerOptions(
                drainDelay: .milliseconds(50), lockDuration: .milliseconds(400), retryDelay: .milliseconds(20))
            try await live.withWorker(options) {
                Handler { _ in .null }
            } _: { running async throws in
                try await running.drained()
                let worker = running.worker
                #expect(worker.health.isHealthy)
                #expect(worker.health.lastProgress != nil)
                await server.kill()
                try await reading(worker, "an unhealthy worker") { !$0.isHealthy }
                let outage = worker.health
                #expect(outage.description.hasPrefix("unhealthy: "))
                #expect(outage.description.contains(", 0 active, last progress "))
                try await server.start()
                try await reading(worker, "a healthy worker") { $0.isHealthy }
                let now = worker.health
                #expect(try #require(now.lastProgress) > #require(outage.lastProgress))
            }
            await live.redis.close()
        }
    }

    @Test("tells what the worker does, from its start to its end")
    func activities() async throws {
        let live = try await LiveQueue.make()
        let gate = Gate()
        let started = Log<String>()
        let worker = try Worker(live.name, redis: live.redis) {
            Handler { job in
                await started.append(job.id)
                try await gate.wait()
                return .null
            }
        }
        #expect(worker.health.activity == .notStarted)
        #expect(!worker.health.isHealthy)
        let run = Task { try await worker.run() }
        let job = try await live.add()
        try await started.first(1)
        try await reading(worker, "busy slots") { $0.activity == .busy && $0.activeJobs == 1 && $0.isHealthy }
        await worker.pause(waitsForActive: false)
        await gate.open()
        _ = try await live.ending(of: job)
        try await reading(worker, "a paused worker") {
            $0.activity == .paused && $0.activeJobs == 0 && $0.isHealthy && $0.toleratedSilence == nil
        }
        worker.resume()
        try await reading(worker, "a waiting worker") {
            $0.activity == .waiting && $0.isHealthy && $0.toleratedSilence == .seconds(35)
        }
        await worker.close()
        try await run.value
        #expect(worker.health.activity == .ended)
        #expect(!worker.health.isHealthy)
    }

    /// Reads the health, as a probe does, until it is as wanted.
    private func reading(
        _ worker: Worker, _ what: String, _ isWanted: @escaping @Sendable (WorkerHealth) -> Bool
    ) async throws {
        try await withDeadline(.seconds(20), waitingFor: what) {
            while !isWanted(worker.health) { try await Task.sleep(for: .milliseconds(5)) }
        }
    }
}

@Suite("The logger of a job", .live)
struct JobLoggerTests {
    @Test("is the worker's, and tells which job speaks")
    func metadata() async throws {
        let live = try await LiveQueue.make()
        var logger = Logger(label: "worker") { StreamLogHandler.standardError(label: $0) }
        logger[metadataKey: "service"] = "painter"
        let loggers = Log<Logger>()
        let job = try await live.add("paint", JobOptions(attempts: 2))
        try await live.withWorker(WorkerOptions(logger: logger)) {
            Handler { job in
                await loggers.append(job.logger)
                if job.attemptsMade == 0 { throw Spill() }
                return .null
            }
        } _: { _ async throws in
            _ = try await live.ending(of: job)
        }
        let seen = try await loggers.first(2)
        #expect(seen.map { $0[metadataKey: "bullmq.job.attempt"] } == ["1", "2"])
        #expect(seen[0].label == "worker")
        #expect(seen[0][metadataKey: "service"] == "painter")
        #expect(seen[0][metadataKey: "bullmq.queue"] == "\(live.name)")
        #expect(seen[0][metadataKey: "bullmq.job.id"] == "\(job.id)")
        #expect(seen[0][metadataKey: "bullmq.job.name"] == "paint")
    }
}
