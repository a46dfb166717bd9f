import Logging

/// Hears requests of other processes to cancel jobs of this worker (an extension, see ``Queue/cancel(_:reason:within:)``).
final class CancellationListener: Sendable {
    private struct Request: Sendable {
        let jobID: String
        let id: String
        let reason: String?
    }

    private let workerID: String
    private let store: QueueStore
    private let locks: LockKeeper
    private let logger: Logger
    private let reader: StreamReader<Request>

    init(workerID: String, store: QueueStore, locks: LockKeeper, logger: Logger) {
        self.workerID = workerID
        self.store = store
        self.locks = locks
        self.logger = logger
        reader = StreamReader(store: store, key: store.keys.cancellations, clientName: "", after: nil) { _, fields in
            var values: [String: String] = [:]
            for index in stride(from: 0, to: fields.count - 1, by: 2) {
                if let key = fields[index].string { values[key] = fields[index + 1].string }
            }
            guard let jobID = values["jobId"], let id = values["request"] else { return nil }
            return Request(jobID: jobID, id: id, reason: values["reason"].flatMap { $0.isEmpty ? nil : $0 })
        }
    }

    /// From here on no request is missed.
    func begin() async throws { try await reader.begin() }

    /// Listens until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            do {
                while let request = try await reader.next() { try await obey(request) }
            } catch let error as RedisError where error.code == .closed {
                return
            } catch {
                logger.warning("cancellations not heard", metadata: ["bullmq.error": "\(error)"])
                await Wakeup(eventLoop: store.connection.eventLoop).sleep(atMost: .seconds(1))
            }
        }
    }

    private func obey(_ request: Request) async throws {
        guard let execution = locks.tracked.first(where: { $0.id == request.jobID }) else { return }
        logger.info("cancelled from elsewhere", metadata: ["bullmq.job.id": "\(request.jobID)"])
        execution.cancel(.requestedRemotely(request.reason))
        try await store.acknowledge(request.id, workerID: workerID)
    }
}
