// Owns: reading bodies within a size and a time. The rule it keeps: no client can hold a request open by sending it slowly.

import Hummingbird
import NIOCore
import ServiceLifecycle
import Synchronization

/// Collects bodies; as a service it closes the connections of clients that take too long to send theirs.
final class BodyReader: Service {
    /// Largest body, in bytes.
    let limit: Int
    private let patience: Duration
    private let slow = Mutex(Watched())

    private struct Watched {
        var next: UInt64 = 0
        var channels: [UInt64: (deadline: ContinuousClock.Instant, channel: any Channel)] = [:]

        mutating func add(_ channel: any Channel, until deadline: ContinuousClock.Instant) -> UInt64 {
            next += 1
            channels[next] = (deadline, channel)
            return next
        }

        mutating func takeOverdue(_ now: ContinuousClock.Instant) -> [any Channel] {
            let overdue = channels.filter { $0.value.deadline <= now }
            for key in overdue.keys { channels[key] = nil }
            return overdue.values.map(\.channel)
        }
    }

    init(limit: Int, patience: Duration) {
        self.limit = limit
        self.patience = patience
    }

    /// The whole body.
    ///
    /// - Throws: 413 for a body beyond the limit; what is left of it is not waited for.
    func collect(_ request: Request, _ context: QueueAPIContext) async throws -> ByteBuffer {
        if let length = request.headers[.contentLength].flatMap(Int.init), length > limit {
            refuse(context)
            throw APIError.bodyTooLarge
        }
        let ticket = slow.withLock { $0.add(context.channel, until: .now + patience) }
        defer { slow.withLock { _ = $0.channels.removeValue(forKey: ticket) } }
        do {
            return try await request.body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            refuse(context)
            throw APIError.bodyTooLarge
        }
    }

    /// The body is not wanted: the client gets a moment to read the answer, then the connection ends.
    private func refuse(_ context: QueueAPIContext) {
        _ = slow.withLock { $0.add(context.channel, until: .now + .seconds(1)) }
    }

    func run() async throws {
        for await _ in AsyncTimer(every: .milliseconds(500)).cancelOnGracefulShutdown() {
            for channel in slow.withLock({ $0.takeOverdue(.now) }) { channel.close(promise: nil) }
        }
    }
}

/// A moment every so often.
struct AsyncTimer: AsyncSequence, Sendable {
    let interval: Duration

    init(every interval: Duration) { self.interval = interval }

    struct AsyncIterator: AsyncIteratorProtocol {
        let interval: Duration

        func next() async -> Void? {
            do {
                try await Task.sleep(for: interval)
                return ()
            } catch {
                // Sleep ends early only when the task is cancelled: the sequence is over.
                return nil
            }
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(interval: interval) }
}
