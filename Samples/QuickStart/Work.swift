// The consumer: takes jobs until it is told to stop.

import BullMQ
import Logging
import ServiceLifecycle
import UnixSignals

func work(_ redis: Redis) async throws {
    let logger = Logger(label: "quick-start")
    let worker = try Worker("thumbnails", redis: redis, options: WorkerOptions(concurrency: 4, logger: logger)) {
        Handler(Media.resize) { job in
            try await job.log("asked for \(job.payload.width) pixels")
            try await job.updateProgress(50)
            return Picture(path: "small/\(job.payload.file)", width: job.payload.width)
        }
    }
    try await ServiceGroup(
        services: [redis, worker], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger
    ).run()
}
