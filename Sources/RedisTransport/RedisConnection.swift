import Logging
package import NIOCore
import Synchronization

/// One connection that is made when first needed and made again whenever it breaks.
///
/// Concurrent commands are pipelined in the order in which they were submitted. Everything that touches the socket happens on
/// one event loop; submitting happens on the caller's thread under a short lock.
package final class RedisConnection: Sendable {
    private static let writeChunk = 256 << 10

    let configuration: RedisConfiguration
    let locator: ServerLocator
    package let eventLoop: any EventLoop
    /// Blocking commands keep a connection silent on purpose, so its liveness is judged by their deadlines instead.
    let isForBlockingCommands: Bool
    let state = Mutex(ConnectionState())

    /// A connection that always leads to the endpoint of the configuration.
    package convenience init(
        configuration: RedisConfiguration, eventLoop: any EventLoop, isForBlockingCommands: Bool = false
    ) {
        self.init(
            configuration: configuration, locator: .fixed(configuration.endpoint), eventLoop: eventLoop,
            isForBlockingCommands: isForBlockingCommands)
    }

    init(
        configuration: RedisConfiguration, locator: ServerLocator, eventLoop: any EventLoop,
        isForBlockingCommands: Bool = false
    ) {
        self.configuration = configuration
        self.locator = locator
        self.eventLoop = eventLoop
        self.isForBlockingCommands = isForBlockingCommands
    }

    deinit {
        let (channel, waiters) = state.withLock { state -> ((any Channel)?, [PendingReply.Waiter]) in
            let waiters = state.queue.dropInFlight() + state.queue.dropUnsent()
            switch state.phase {
            case .ready(let channel), .closing(let channel): return (channel, waiters)
            default: return (nil, waiters)
            }
        }
        for waiter in waiters { waiter.fail(closedError) }
        channel?.close(promise: nil)
    }

    /// Whether commands are being sent at present, rather than kept until there is a connection.
    package var isConnected: Bool {
        state.withLock { state in
            if case .ready = state.phase { true } else { false }
        }
    }

    // MARK: Submitting

    /// Sends one command and waits for its reply. An error reply is returned as a value.
    ///
    /// Cancelling the task stops the waiting only: a command not yet written is dropped, the reply of a written one ignored.
    package func send(_ command: RedisCommand) async throws -> RESPValue {
        let reply = try await sendOnce(command)
        guard case .error(let error) = reply, locator.mayRedirect else { return reply }
        return try await following(error) { try await self.sendOnce(command) } ?? reply
    }

    private func sendOnce(_ command: RedisCommand) async throws -> RESPValue {
        let pending = PendingReply(expected: 1)
        return try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { continuation in
                submit(command.encoded, pending, .single(continuation))
            }
        } onCancel: {
            cancel(pending)
        }
    }

    /// Sends one command and waits for its reply, whether or not the task is cancelled.
    package func sendToTheEnd(_ command: RedisCommand) async throws -> RESPValue {
        let reply = try await sendToTheEndOnce(command)
        guard case .error(let error) = reply, locator.mayRedirect else { return reply }
        return try await following(error) { try await self.sendToTheEndOnce(command) } ?? reply
    }

    private func sendToTheEndOnce(_ command: RedisCommand) async throws -> RESPValue {
        try await withUnsafeThrowingContinuation { continuation in
            submit(command.encoded, PendingReply(expected: 1), .single(continuation))
        }
    }

    /// Sends one command at once, if this is the event loop's thread and there is a connection. Redirections are not followed.
    ///
    /// - Parameter completion: gets the reply, or what befell the command; mostly on the event loop, where it must not linger.
    package func send(
        _ command: RedisCommand, completion: @escaping @Sendable (Result<RESPValue, any Error>) -> Void
    ) {
        submit(command.encoded, PendingReply(expected: 1), .handler(completion))
    }

    /// Sends several commands as one unit, nothing of anybody else between them, and waits for all replies.
    ///
    /// - Parameter fill: appends at least one command. Called again if nothing was executed because another server is the right one.
    package func sendUnit(_ fill: (inout RedisUnit) -> Void) async throws -> [RESPValue] {
        let replies = try await sendUnitOnce(fill)
        guard locator.mayRedirect, let redirection = Redirection(unit: replies) else { return replies }
        return try await following(redirection, { Redirection(unit: $0) }) { try await sendUnitOnce(fill) } ?? replies
    }

    private func sendUnitOnce(_ fill: (inout RedisUnit) -> Void) async throws -> [RESPValue] {
        let pending = PendingReply(expected: .max)
        return try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { continuation in
                pending.isOpen = true
                submit(ByteBuffer(), pending, .batch(continuation))
                var unit = RedisUnit { self.extend(pending, by: $0, total: nil) }
                fill(&unit)
                let total = unit.commandCount
                extend(pending, by: unit.rest(), total: total)
            }
        } onCancel: {
            cancel(pending)
        }
    }

    private func extend(_ pending: PendingReply, by bytes: ByteBuffer, total: Int?) {
        let needsDrain = state.withLock { state -> Bool in
            state.queue.extend(pending, by: bytes, total: total)
            guard case .ready = state.phase, !state.isDrainScheduled else { return false }
            // Parts of a unit are written at once: the server works on them while the next ones are encoded.
            state.isDrainScheduled = true
            return true
        }
        if needsDrain { drainSoon() }
    }

    /// Sends a command that keeps the server waiting. If no reply came within `deadline` the connection is dropped, since a
    /// peer that vanished without a word looks exactly like one with nothing to say.
    package func sendBlocking(_ command: RedisCommand, deadline: Duration) async throws -> RESPValue {
        let reply = try await sendBlockingOnce(command, deadline: deadline)
        guard case .error(let error) = reply, locator.mayRedirect else { return reply }
        return try await following(error) { try await self.sendBlockingOnce(command, deadline: deadline) } ?? reply
    }

    private func sendBlockingOnce(_ command: RedisCommand, deadline: Duration) async throws -> RESPValue {
        let pending = PendingReply(expected: 1)
        let timer = eventLoop.scheduleTask(in: deadline.timeAmount) { [weak self] in
            self?.expire(pending, after: deadline)
        }
        defer { timer.cancel() }
        return try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { continuation in
                submit(command.encoded, pending, .single(continuation))
            }
        } onCancel: {
            cancel(pending)
        }
    }

    private enum Submission {
        case nothing, connect, drain, watchOffline
        case fail(any Error)
    }

    private func submit(_ bytes: ByteBuffer, _ pending: PendingReply, _ waiter: PendingReply.Waiter) {
        let isOnEventLoop = eventLoop.inEventLoop
        let submission = state.withLock { state -> Submission in
            if pending.isCancelled { return .fail(CancellationError()) }
            switch state.phase {
            case .closing, .closed: return .fail(closedError)
            default: break
            }
            guard state.queue.admits(bytes: bytes.readableBytes, limit: configuration.maximumQueuedBytes) else {
                return .fail(queueFullError)
            }
            pending.waiter = waiter
            state.queue.enqueue(bytes, pending)
            switch state.phase {
            case .idle:
                state.phase = .connecting
                return .connect
            case .ready:
                if state.isDrainScheduled || !state.queue.hasUnsent
                    || !state.queue.isWorthWriting(isOnEventLoop: isOnEventLoop)
                {
                    return .nothing
                }
                state.isDrainScheduled = true
                return .drain
            default:
                return .watchOffline
            }
        }
        switch submission {
        case .nothing: break
        case .fail(let error): waiter.fail(error)
        case .drain:
            drainSoon()
        case .connect:
            watchOffline(pending)
            eventLoop.execute { self.connect() }
        case .watchOffline: watchOffline(pending)
        }
    }

    func watchOffline(_ pending: PendingReply) {
        guard let limit = configuration.offlineTimeout else { return }
        eventLoop.scheduleTask(in: limit.timeAmount) { [weak self] in self?.expireOffline(pending, after: limit) }
    }

    private func cancel(_ pending: PendingReply) {
        let waiter = state.withLock { state -> PendingReply.Waiter? in
            state.queue.abandon(pending)
            return pending.takeWaiter()
        }
        waiter?.fail(CancellationError())
        closeIfDone()
    }

    /// Ends a connection that is closing once nobody waits for anything.
    private func closeIfDone() {
        let channel = state.withLock { state -> (any Channel)? in
            if case .closing(let channel) = state.phase, state.queue.isEmpty { channel } else { nil }
        }
        channel?.close(promise: nil)
    }

    private func expireOffline(_ pending: PendingReply, after limit: Duration) {
        let (waiter, cause) = state.withLock { state -> (PendingReply.Waiter?, (any Error)?) in
            guard !pending.isWritten else { return (nil, nil) }
            state.queue.abandon(pending)
            return (pending.takeWaiter(), state.lastFailure)
        }
        waiter?.fail(
            RedisError(
                .notConnected, "No connection to Redis at \(configuration.endpoint) within \(limit)", underlying: cause)
        )
        closeIfDone()
    }

    private func expire(_ pending: PendingReply, after deadline: Duration) {
        let (waiter, wasWritten, cause) = state.withLock { state -> (PendingReply.Waiter?, Bool, (any Error)?) in
            let waiter = pending.takeWaiter()
            if waiter != nil { state.queue.abandon(pending) }
            return (waiter, pending.isWritten, state.lastFailure)
        }
        guard let waiter else { return }
        if wasWritten {
            let error = RedisError(.timeout, "Redis at \(configuration.endpoint) did not answer within \(deadline)")
            drop(because: error)
            waiter.fail(error)
        } else {
            waiter.fail(
                RedisError(
                    .notConnected, "No connection to Redis at \(configuration.endpoint) within \(deadline)",
                    underlying: cause))
        }
    }

    // MARK: Writing

    private func drainSoon() {
        if eventLoop.inEventLoop { drain() } else { eventLoop.execute { self.drain() } }
    }

    func drain() {
        eventLoop.assertInEventLoop()
        while true {
            let channel = state.withLock { state -> (any Channel)? in
                state.isDrainScheduled = false
                switch state.phase {
                case .ready where state.isLeaving: return nil
                case .ready(let channel), .closing(let channel): return state.queue.hasUnsent ? channel : nil
                default: return nil
                }
            }
            // When not writable, draining goes on as soon as the channel says that it is again.
            guard let channel, channel.isWritable else { return }
            let buffers = state.withLock { $0.queue.takeUnsent(limit: Self.writeChunk, allocator: channel.allocator) }
            for buffer in buffers { channel.write(buffer, promise: nil) }
            channel.flush()
        }
    }

    // MARK: Reading

    /// Hands replies to their waiters. False if one arrived that nobody asked for.
    func deliver(_ replies: [RESPValue]) -> Bool {
        var deliveries: [Delivery] = []
        deliveries.reserveCapacity(replies.count)
        let (inStep, finished, hasUnsent) = state.withLock { state -> (Bool, (any Channel)?, Bool) in
            for reply in replies {
                switch state.queue.receive(reply) {
                case .delivered(let delivery): deliveries.append(delivery)
                case .absorbed: break
                case .unexpected: return (false, nil, false)
                }
            }
            if case .closing(let channel) = state.phase, state.queue.isEmpty { return (true, channel, false) }
            return (true, nil, state.queue.hasUnsent)
        }
        if hasUnsent { drain() }
        for delivery in deliveries { delivery.perform() }
        finished?.close(promise: nil)
        if locator.mayRedirect { leaveIfDone() }
        return inStep
    }

    /// Called at each keep-alive tick that saw no byte: true if something is in flight or a probe could be queued.
    func probe() {
        let needsDrain = state.withLock { state -> Bool in
            guard case .ready = state.phase, state.queue.isEmpty else { return false }
            state.queue.enqueue(RedisCommand("PING").encoded, PendingReply(expected: 1))
            return true
        }
        if needsDrain { drain() }
    }

    // MARK: Ending

    /// Drops the current socket, if any. Commands in flight fail with `replyLost`; the connection is made again.
    package func drop(because error: RedisError? = nil) {
        let channel = state.withLock { state -> (any Channel)? in
            if case .ready(let channel) = state.phase { return channel }
            return nil
        }
        guard let channel else { return }
        if let error { configuration.logger.debug("connection dropped", metadata: ["redis.error": "\(error)"]) }
        // At once, so that nothing submitted from here on travels on the socket that is about to close.
        channelClosed(channel, wasReady: true, error: error ?? closedError)
        channel.close(promise: nil)
    }

    /// Ends the connection. Commands already submitted are completed first, unless `immediately` or they take longer than `timeout`.
    package func close(immediately: Bool = false, timeout: Duration = .seconds(10)) async {
        await withCheckedContinuation { continuation in
            var unsent: [PendingReply.Waiter] = []
            var channel: (any Channel)?
            let isDone = state.withLock { state -> Bool in
                switch state.phase {
                case .closed:
                    return true
                case .idle, .connecting, .backingOff:
                    state.phase = .closed
                    unsent = state.queue.dropUnsent()
                    return true
                case .ready(let current):
                    state.phase = .closing(current)
                    channel = immediately || state.queue.isEmpty ? current : nil
                    if channel == nil { scheduleForcedClose(of: current, in: timeout) }
                case .closing(let current):
                    if immediately { channel = current }
                }
                state.closeWaiters.append(continuation)
                return false
            }
            for waiter in unsent { waiter.fail(closedError) }
            channel?.close(promise: nil)
            if isDone { continuation.resume() }
        }
    }

    private func scheduleForcedClose(of channel: any Channel, in timeout: Duration) {
        eventLoop.scheduleTask(in: timeout.timeAmount) { channel.close(promise: nil) }
    }

    var closedError: RedisError {
        RedisError(.closed, "The connection to Redis at \(configuration.endpoint) is closed")
    }

    private var queueFullError: RedisError {
        RedisError(
            .queueFull,
            "More than \(configuration.maximumQueuedBytes) bytes wait to be sent to Redis at \(configuration.endpoint); "
                + "await earlier calls before making more, or raise maximumQueuedBytes")
    }
}
