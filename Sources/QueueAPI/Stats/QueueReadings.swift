// Owns: the numbers of all queues, read as seldom as freshness allows.

import BullMQ
import Synchronization

/// The numbers of one queue at one moment.
struct QueueReading: Sendable, Hashable {
    /// Ready to run: with or without priority, held back by a paused queue, or waiting for children.
    var waiting = 0
    var active = 0
    var completed = 0
    var failed = 0
    var delayed = 0
    var isPaused = false

    static func read(_ queue: Queue) async throws -> QueueReading {
        async let paused = queue.isPaused()
        let counts = try await queue.counts(named: names)
        func count(_ name: String) -> Int { counts[name] ?? 0 }
        return QueueReading(
            waiting: count("wait") + count("paused") + count("prioritized") + count("waiting-children"),
            active: count("active"), completed: count("completed"), failed: count("failed"),
            delayed: count("delayed"), isPaused: try await paused)
    }

    private static let names: Set<String> = [
        "wait", "paused", "prioritized", "waiting-children", "active", "completed", "failed", "delayed",
    ]

    static func + (left: QueueReading, right: QueueReading) -> QueueReading {
        QueueReading(
            waiting: left.waiting + right.waiting, active: left.active + right.active,
            completed: left.completed + right.completed, failed: left.failed + right.failed,
            delayed: left.delayed + right.delayed, isPaused: left.isPaused && right.isPaused)
    }
}

/// Reads the queues for all who ask at the same time at once. The rule it keeps: an answer is never older than its question.
final class QueueReadings: Sendable {
    typealias Readings = [(name: String, reading: QueueReading)]

    private struct Waiting {
        var isReading = false
        var continuations: [CheckedContinuation<Result<Readings, any Error>, Never>] = []
    }

    private let queues: [Queue]
    private let waiting = Mutex(Waiting())

    init(_ queues: [Queue]) { self.queues = queues }

    /// The numbers of each queue, in a fixed order.
    ///
    /// - Throws: the error of Redis.
    func current() async throws -> Readings {
        try await withCheckedContinuation { continuation in
            let isFirst = waiting.withLock { waiting in
                waiting.continuations.append(continuation)
                defer { waiting.isReading = true }
                return !waiting.isReading
            }
            if isFirst { Task { await self.serve() } }
        }.get()
    }

    /// Reads until nobody waits. Whoever asks during a reading gets the next one.
    private func serve() async {
        while true {
            let asking = waiting.withLock { waiting in
                defer { waiting.continuations = [] }
                waiting.isReading = !waiting.continuations.isEmpty
                return waiting.continuations
            }
            guard !asking.isEmpty else { return }
            let result = await read()
            for continuation in asking { continuation.resume(returning: result) }
        }
    }

    private func read() async -> Result<Readings, any Error> {
        do {
            let readings = try await withThrowingTaskGroup(of: (Int, QueueReading).self) { group in
                for (index, queue) in queues.enumerated() {
                    group.addTask { (index, try await QueueReading.read(queue)) }
                }
                return try await group.reduce(into: [Int: QueueReading]()) { $0[$1.0] = $1.1 }
            }
            return .success(queues.enumerated().map { ($1.name, readings[$0] ?? QueueReading()) })
        } catch {
            return .failure(error)
        }
    }
}
