public import Logging
import Synchronization

/// What happens in a queue, whoever does it, as an asynchronous sequence.
///
/// ```swift
/// for try await event in try QueueEvents("media-jobs", redis: redis) {
///     switch event.kind {
///     case .completed(let id, let result): print(id, result.text)
///     case .failed(let id, let reason): print(id, reason)
///     default: break
///     }
/// }
/// ```
///
/// Events are read as they are consumed, so a slow reader needs no memory; one that falls behind by more than the stream keeps
/// (10 000 events by default) misses the oldest. A lost connection is made again, and reading goes on where it was. Iteration
/// ends when the surrounding task is cancelled.
public final class QueueEvents: AsyncSequence, Sendable {
    /// An event.
    public typealias Element = QueueEvent

    /// Where in the stream to begin.
    public struct Position: Sendable, Hashable {
        let id: String?

        /// With what happens from now on.
        public static let now = Position(id: nil)
        /// With the oldest event that is kept.
        public static let beginning = Position(id: "0-0")

        /// With the event that follows the one with this id.
        public static func after(_ eventID: String) -> Position { Position(id: eventID) }
    }

    let store: QueueStore
    let position: Position
    let clientName: String
    private let finishWaiters: FinishWaiters

    /// Creates a reader. Nothing is sent to Redis before the first event is asked for.
    ///
    /// - Throws: `BullMQError` with code `invalidArgument`.
    public init(
        _ queueName: String, redis: Redis, from position: Position = .now, prefix: String = "bull",
        logger: Logger = Logger(label: "bullmq.events") { _ in SwiftLogNoOpLogHandler() }
    ) throws(BullMQError) {
        store = try QueueStore(name: queueName, prefix: prefix, redis: redis, logger: logger)
        self.position = position
        clientName = ClientName.queueEvents(prefix: prefix, queue: queueName)
        finishWaiters = FinishWaiters(store: store, clientName: clientName)
    }

    /// Begins to read. Each iteration reads for itself.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(reader: EventReader(store: store, clientName: clientName, position: position))
    }

    /// Reads one event after the other.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let reader: EventReader

        /// The next event; waits until there is one.
        public func next() async throws -> QueueEvent? {
            try await reader.next()
        }
    }

    /// How the job ended; waits until it has.
    func ending(of id: String, name: String, within timeout: Duration?) async throws -> JSONText {
        try await finishWaiters.ending(of: id, name: name, within: timeout)
    }
}

extension Queue {
    /// The position after the newest event: a reader that begins there sees everything that happens from now on.
    public func eventPosition() async throws -> QueueEvents.Position {
        let reader = EventReader(store: store, clientName: "", position: .now)
        return .after(try await reader.begin())
    }
}
