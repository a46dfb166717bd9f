// Owns the life of the browser's process group after its start: signals, the wait for its end, the removal of what it
// leaves behind. A signal never reaches a process id that was given away again.

import Foundation
import Logging
import Synchronization

/// How a browser ended.
enum BrowserEnd: Sendable, Hashable, CustomStringConvertible {
    case exited(Int32)
    case killed(signal: Int32)

    /// From a wait status: its low seven bits are the signal, the next byte the exit status (`wait(2)`).
    init(status: Int32) {
        let signal = status & 0x7f
        self = signal == 0 ? .exited((status >> 8) & 0xff) : .killed(signal: signal)
    }

    var description: String {
        switch self {
        case .exited(let status): "it exited with status \(status)"
        case .killed(let signal): "it was ended by signal \(signal)"
        }
    }
}

/// A running browser: a leader, its group of helpers, and its profile.
final class BrowserProcess: Sendable {
    private struct State {
        var isReaped = false
        var end: BrowserEnd?
        var watchers: [@Sendable (BrowserEnd) -> Void] = []
    }

    /// The leader's process id, which is its group's too.
    let pid: pid_t
    private let profile: ProfileFolder
    private let logger: Logger
    private let state = Mutex(State())

    init(pid: pid_t, profile: ProfileFolder, logger: Logger) {
        self.pid = pid
        self.profile = profile
        self.logger = logger
        let thread = Thread { [self] in reap() }
        thread.name = "browser-reaper"
        thread.start()
    }

    /// Sends a signal to the whole group, as long as it exists.
    func signal(_ number: Int32) {
        state.withLock { if !$0.isReaped { _ = killpg(pid, number) } }
    }

    /// Calls back once when the browser is gone and tidied up; at once when it is already.
    func onEnd(_ watcher: @escaping @Sendable (BrowserEnd) -> Void) {
        let end = state.withLock { state in
            if state.end == nil { state.watchers.append(watcher) }
            return state.end
        }
        if let end { watcher(end) }
    }

    private func reap() {
        var info = siginfo_t()
        // WNOWAIT leaves the leader a zombie, so that its id stays taken until the lock below is held.
        while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) == -1 && errno == EINTR {}
        var status: Int32 = 0
        state.withLock { state in
            // Helpers that outlived their leader have nobody to work for.
            _ = killpg(pid, SIGKILL)
            while waitpid(pid, &status, 0) == -1 && errno == EINTR {}
            state.isReaped = true
        }
        // Orphans of the group become children of this process where it is the first of its container: reap them too.
        var other: Int32 = 0
        while true {
            let reaped = waitpid(-pid, &other, 0)
            if reaped == -1 && errno != EINTR { break }
        }
        do { try profile.discard() } catch {
            // A dying helper may have written in between.
            usleep(50_000)
            do { try profile.discard() } catch {
                logger.warning("A browser's profile could not be removed", metadata: ["path": "\(profile.path)"])
            }
        }
        let end = BrowserEnd(status: status)
        let watchers = state.withLock { state in
            state.end = end
            defer { state.watchers.removeAll() }
            return state.watchers
        }
        for watcher in watchers { watcher(end) }
    }
}
