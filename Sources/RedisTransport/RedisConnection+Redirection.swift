import NIOCore
import Synchronization

/// What happens when a server says that another one is the right one: the command was not executed, so it is sent again, there.
extension RedisConnection {
    /// How often a command is sent again, with growing pauses: longer than a fail-over takes.
    private static let mostRepetitions = 100
    private static let longestPause = Duration.seconds(1)

    /// Repeats a command that was answered with an error; nil if the error is no redirection.
    func following(
        _ error: RESPErrorReply, isolation: isolated (any Actor)? = #isolation,
        _ operation: () async throws -> RESPValue
    ) async throws -> RESPValue? {
        guard let redirection = Redirection(error) else { return nil }
        return try await following(
            redirection,
            { reply in
                if case .error(let error) = reply { Redirection(error) } else { nil }
            }, operation)
    }

    /// Repeats an operation until its result is no redirection any more; nil if it remains one.
    ///
    /// - Parameter read: the redirection in a result, if it is one.
    func following<Result: Sendable>(
        _ redirection: Redirection, _ read: (Result) -> Redirection?, isolation: isolated (any Actor)? = #isolation,
        _ operation: () async throws -> Result
    ) async throws -> Result? {
        var redirection = redirection
        for repetition in 1...Self.mostRepetitions {
            let source = state.withLock { $0.endpoint }
            let target = locator.learn(redirection, at: source)
            switch redirection {
            case .moved where target == source: break
            case .moved, .demoted: leave()
            case .unsettled: break
            }
            // A slot that moved is served by its new node at once; everything else takes its time.
            let isPlainMove = if case .moved = redirection { repetition == 1 } else { false }
            if !isPlainMove { try await wait(min(.milliseconds(20) * repetition, Self.longestPause)) }
            let result = try await operation()
            guard let next = read(result) else { return result }
            redirection = next
        }
        return nil
    }

    /// Waits even if the task is cancelled: what must be sent to the end is, and everything else notices when it is sent again.
    private func wait(_ pause: Duration, isolation: isolated (any Actor)? = #isolation) async throws {
        try await eventLoop.scheduleTask(in: pause.timeAmount) {}.futureResult.get()
    }

    /// Ends the current connection in favour of the right server, as soon as everything that was asked here has been answered.
    private func leave() {
        state.withLock { state in
            if case .ready = state.phase { state.isLeaving = true }
        }
        eventLoop.execute { self.leaveIfDone() }
    }

    func leaveIfDone() {
        eventLoop.assertInEventLoop()
        let channel = state.withLock { state -> (any Channel)? in
            guard state.isLeaving, case .ready(let channel) = state.phase, !state.queue.hasInFlight else { return nil }
            state.isLeaving = false
            state.phase = .connecting
            return channel
        }
        guard let channel else { return }
        channel.close(promise: nil)
        connect()
    }
}
