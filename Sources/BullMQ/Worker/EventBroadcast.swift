import Synchronization

/// Hands each event to every listener; a listener that does not keep up loses the oldest ones.
final class EventBroadcast<Event: Sendable>: Sendable {
    private struct State {
        var nextID = 0
        var isFinished = false
        var listeners: [Int: AsyncStream<Event>.Continuation] = [:]
    }

    private let state = Mutex(State())
    /// Lets the hot path skip making events that nobody hears.
    private let listenerCount = Atomic(0)

    var hasListeners: Bool { listenerCount.load(ordering: .relaxed) > 0 }

    func listen(bufferingNewest limit: Int) -> AsyncStream<Event> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Event.self, bufferingPolicy: .bufferingNewest(limit))
        let id = state.withLock { state in
            state.nextID += 1
            if state.isFinished {
                continuation.finish()
            } else {
                state.listeners[state.nextID] = continuation
                listenerCount.add(1, ordering: .relaxed)
            }
            return state.nextID
        }
        continuation.onTermination = { [weak self] _ in self?.remove(id) }
        return stream
    }

    func send(_ event: @autoclosure () -> Event) {
        guard hasListeners else { return }
        let event = event()
        let listeners = state.withLock { Array($0.listeners.values) }
        for listener in listeners { listener.yield(event) }
    }

    func finish() {
        let listeners = state.withLock { state in
            state.isFinished = true
            defer { state.listeners = [:] }
            return Array(state.listeners.values)
        }
        listenerCount.subtract(listeners.count, ordering: .relaxed)
        for listener in listeners { listener.finish() }
    }

    deinit { finish() }

    private func remove(_ id: Int) {
        let removed = state.withLock { $0.listeners.removeValue(forKey: id) }
        if removed != nil { listenerCount.subtract(1, ordering: .relaxed) }
    }
}
