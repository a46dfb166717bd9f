// Owns: what happens when the user interrupts a command that must clean up.

import ArgumentParser
import Foundation
import Synchronization

/// Listens for Ctrl-C and the request to end. The second time, the program ends at once.
final class Interruption {
    private final class Received: Sendable {
        let signal = Mutex<Int32?>(nil)
    }

    private let received = Received()
    private let sources: [any DispatchSourceSignal]

    /// - Parameter action: at the first signal.
    init(_ action: @escaping @Sendable () -> Void) {
        let received = received
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler {
                signal(number, SIG_DFL)
                received.signal.withLock { $0 = number }
                action()
            }
            source.resume()
            return source
        }
    }

    deinit {
        for source in sources { source.cancel() }
    }

    /// The status with which a shell sees that a signal ended the program, if one came.
    var status: ExitCode? { received.signal.withLock { $0 }.map { ExitCode(128 + $0) } }
}
