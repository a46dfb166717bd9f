// Owns the end of one child: who waits for it, and that a signal never reaches a process id that was given away again.

import Foundation
import Synchronization

/// Waits for a child and answers for its end.
final class ProcessLifetime: Sendable {
    private struct State {
        var end: ProcessEnd?
        var waiters: [CheckedContinuation<ProcessEnd, Never>] = []
    }

    private let pid: pid_t
    private let state = Mutex(State())

    init(pid: pid_t) {
        self.pid = pid
        ChildRegistry.add(child: pid)
        let thread = Thread { [self] in reap() }
        thread.name = "child-reaper"
        thread.start()
    }

    var end: ProcessEnd? { state.withLock { $0.end } }

    func send(_ signal: ProcessSignal) {
        // The child is reaped under the same lock: as long as `end` is nil its id cannot belong to anyone else.
        state.withLock { if $0.end == nil { _ = kill(pid, signal.rawValue) } }
    }

    func waitUntilEnd() async -> ProcessEnd {
        await withCheckedContinuation { continuation in
            let end = state.withLock { state in
                if state.end == nil { state.waiters.append(continuation) }
                return state.end
            }
            if let end { continuation.resume(returning: end) }
        }
    }

    private func reap() {
        var info = siginfo_t()
        // WNOWAIT leaves the child a zombie, so that its id stays taken until the lock below is held.
        while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) == -1 && errno == EINTR {}
        let (end, waiters) = state.withLock { state in
            var status: Int32 = 0
            while waitpid(pid, &status, 0) == -1 && errno == EINTR {}
            ChildRegistry.remove(child: pid)
            let end = Self.decode(status)
            state.end = end
            defer { state.waiters.removeAll() }
            return (end, state.waiters)
        }
        for waiter in waiters { waiter.resume(returning: end) }
    }

    /// The wait status in words: its low seven bits are the signal, the next byte the exit status (`wait(2)`).
    private static func decode(_ status: Int32) -> ProcessEnd {
        let signal = status & 0x7f
        return signal == 0 ? .exited((status >> 8) & 0xff) : .signalled(ProcessSignal(rawValue: signal))
    }
}
