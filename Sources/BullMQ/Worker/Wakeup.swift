import NIOCore
import Synchronization

/// Lets one task sleep until somebody signals, or a time passes. A signal given while nobody sleeps is kept for the next sleep.
///
/// Timers run on an event loop: unlike `Task.sleep`, they fire even while handlers occupy every thread of the pool.
final class Wakeup: Sendable {
    private struct State {
        var isSignalled = false
        var sleeper: CheckedContinuation<Void, Never>?
        /// Tells a timer that belongs to a sleep that is over.
        var sleeps = 0
    }

    private let eventLoop: any EventLoop
    private let state = Mutex(State())

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    func signal() {
        let sleeper = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard let sleeper = state.sleeper else {
                state.isSignalled = true
                return nil
            }
            state.sleeper = nil
            return sleeper
        }
        sleeper?.resume()
    }

    /// Sleeps until a signal, or at most for `limit`.
    func sleep(atMost limit: Duration? = nil) async {
        let timer = Mutex<Scheduled<Void>?>(nil)
        await withCheckedContinuation { continuation in
            let sleep = state.withLock { state -> Int? in
                if state.isSignalled {
                    state.isSignalled = false
                    return nil
                }
                precondition(state.sleeper == nil, "only one task may sleep on a Wakeup")
                state.sleeper = continuation
                state.sleeps += 1
                return state.sleeps
            }
            guard let sleep else { return continuation.resume() }
            guard let limit else { return }
            let scheduled = eventLoop.scheduleTask(in: .nanoseconds(limit.nanoseconds)) { [self] in expire(sleep) }
            timer.withLock { $0 = scheduled }
        }
        timer.withLock { $0 }?.cancel()
    }

    private func expire(_ sleep: Int) {
        let sleeper = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.sleeps == sleep else { return nil }
            defer { state.sleeper = nil }
            return state.sleeper
        }
        sleeper?.resume()
    }
}
