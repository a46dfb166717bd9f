import NIOCore

/// Where a connection stands, together with the commands that wait on it; guarded as a whole by the connection's lock.
struct ConnectionState {
    enum Phase {
        /// Not connected, and nobody asked for it yet.
        case idle
        case connecting
        case ready(any Channel)
        /// Waiting until the next attempt to connect.
        case backingOff
        /// No new commands; those submitted are still completed.
        case closing(any Channel)
        case closed
    }

    var phase = Phase.idle
    var queue = CommandQueue()
    var isDrainScheduled = false
    /// Where the current connection leads, or the one being made.
    var endpoint: RedisConfiguration.Endpoint?
    /// Another server is the right one: nothing more is written here.
    var isLeaving = false
    /// Attempts to connect that failed since the last connection was ready.
    var failures = 0
    var lastFailure: (any Error)?
    var closeWaiters: [CheckedContinuation<Void, Never>] = []

    /// Decides to try again; returns the pause before it.
    mutating func backOff(after error: any Error, _ policy: ReconnectPolicy) -> Duration {
        phase = .backingOff
        isLeaving = false
        failures += 1
        lastFailure = error
        return policy.pause(afterFailures: failures, random: .random(in: 0..<1))
    }

    mutating func becomeReady(_ channel: any Channel) -> Bool {
        guard case .connecting = phase else { return false }
        phase = .ready(channel)
        failures = 0
        lastFailure = nil
        return true
    }

    mutating func finishClosing() -> [CheckedContinuation<Void, Never>] {
        phase = .closed
        defer { closeWaiters = [] }
        return closeWaiters
    }
}
