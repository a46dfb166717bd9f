// Owns the state of a page while its events arrive, and wakes those who wait for a state.

import Logging
import NIOCore
import Synchronization

/// The listener of one page's session.
final class PageMonitor: Sendable {
    private struct Watched {
        var state: PageState
        var lastWaiter = 0
        /// Each is asked after every event and says whether it has got what it waited for.
        var waiters: [Int: @Sendable (PageState) -> Bool] = [:]
    }

    private let watched: Mutex<Watched>
    private let eventLoop: any EventLoop
    private let logger: Logger

    init(state: PageState, eventLoop: any EventLoop, logger: Logger) {
        watched = Mutex(Watched(state: state))
        self.eventLoop = eventLoop
        self.logger = logger
    }

    var state: PageState { watched.withLock { $0.state } }

    /// Takes in an event of the session.
    func apply(_ event: ProtocolMessage) {
        change { state in
            do { try state.apply(event) } catch {
                logger.debug("An event is not understood", metadata: ["event": "\(event.method)", "error": "\(error)"])
            }
        }
    }

    /// Changes the state, and asks everybody who waits.
    func change(_ body: (inout PageState) -> Void) {
        watched.withLock { watched in
            body(&watched.state)
            for (id, isDone) in watched.waiters where isDone(watched.state) {
                watched.waiters.removeValue(forKey: id)
            }
        }
    }

    /// Waits until `probe` gives something; the end of the page ends the wait too.
    func wait<Value: Sendable>(
        within limit: Duration, for what: @autoclosure @escaping @Sendable () -> String,
        _ probe: @escaping @Sendable (PageState) -> Value?
    ) async throws(BrowserError) -> Value {
        let answer = PendingAnswer<Value>()
        let isDone: @Sendable (PageState) -> Bool = { state in
            if let value = probe(state) {
                answer.resolve(.success(value))
            } else if let end = state.end {
                answer.resolve(.failure(end))
            } else {
                return false
            }
            return true
        }
        let id: Int? = watched.withLock { watched in
            guard !isDone(watched.state) else { return nil }
            watched.lastWaiter += 1
            watched.waiters[watched.lastWaiter] = isDone
            return watched.lastWaiter
        }
        defer { if let id { watched.withLock { _ = $0.waiters.removeValue(forKey: id) } } }
        return try await answer.value(within: limit, on: eventLoop, what: what())
    }
}
