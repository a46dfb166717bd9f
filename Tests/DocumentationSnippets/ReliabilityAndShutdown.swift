// The snippets of the article "Reliability and shutdown".

import BullMQ
import Logging
import ServiceLifecycle
import UnixSignals

func serve(redis: Redis, handler: Handler) async throws {
    let worker = try Worker("videos", redis: redis, options: WorkerOptions(gracePeriod: .seconds(20))) { handler }
    try await ServiceGroup(
        services: [redis, worker], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger
    ).run()
}

func serveByHand(redis: Redis, worker: Worker, closeRequested: () async -> Void) async throws {
    async let working: Void = worker.run()
    await closeRequested()
    await worker.close(gracePeriod: .seconds(5))
    try await working
    await redis.close()
}

func addSafely(queue: Queue, order: String) async throws {
    let options = JobOptions(jobID: "receipt-\(order)")
    do {
        try await queue.add(Mails.send, mail, options: options)
    } catch let error as RedisError where error.mayHaveExecuted {
        // The reply was lost, so nobody knows. With an id of its own the job can be added again: once is enough.
        try await queue.add(Mails.send, mail, options: options)
    }
}

func failFast() throws -> Redis {
    var configuration = try RedisConfiguration(url: "redis://127.0.0.1:6379")
    configuration.offlineTimeout = .seconds(2)
    configuration.logger = Logger(label: "redis")
    let redis = Redis(configuration: configuration)
    return redis
}
