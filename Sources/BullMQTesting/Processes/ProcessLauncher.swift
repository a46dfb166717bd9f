// Owns the one thread that starts every child process.
// Rule: that thread lives as long as the process. The kernel's "signal me when my parent dies" is bound to the
// *thread* that made the child, so a child started from a pool thread would die when the pool shrinks.

import Foundation
import Synchronization

/// Starts programs so that they cannot outlive this process, whatever ends it.
final class ProcessLauncher: Sendable {
    static let shared = ProcessLauncher()

    private let work = Mutex<[@Sendable () -> Void]>([])
    private let available = DispatchSemaphore(value: 0)

    private init() {
        // Writing to a child that has just ended must be an error of the write, not the end of this process.
        signal(SIGPIPE, SIG_IGN)
        let thread = Thread { [self] in
            while true {
                available.wait()
                let next = work.withLock { $0.isEmpty ? nil : $0.removeFirst() }
                next?()
            }
        }
        thread.name = "process-launcher"
        thread.start()
    }

    /// Runs `spawn` on the launching thread.
    func run<Value: Sendable>(_ spawn: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            work.withLock { $0.append { continuation.resume(with: Result(catching: spawn)) } }
            available.signal()
        }
    }

    /// What to execute so that `program` runs and dies with its parent.
    ///
    /// Linux has `setpriv` (util-linux, essential in Debian), which sets the parent-death signal and then *becomes* the
    /// program: the process id stays the same. Elsewhere the exit hook of ``ChildRegistry`` has to do.
    static func command(for program: String, arguments: [String]) -> (program: String, arguments: [String]) {
        #if os(Linux)
            if let setpriv = ExecutableSearch.path(of: "setpriv") {
                return (setpriv, ["--pdeathsig", "KILL", "--", program] + arguments)
            }
        #endif
        return (program, arguments)
    }
}
