// How many jobs of the queue run at a time, on however many hosts (queue API, section 10).

import BullMQ
import ServiceLifecycle

/// Stores the limit in the queue when the worker starts. It stays when the worker stops, since others keep it, too.
struct GlobalConcurrency: Service {
    let queue: Queue
    let maximum: Int

    func run() async throws {
        try await queue.setGlobalConcurrency(maximum)
        try await gracefulShutdown()
    }
}
