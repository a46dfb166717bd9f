import Logging
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// How the socket comes to be, and what follows when it ends.
extension RedisConnection {
    func connect() {
        eventLoop.assertInEventLoop()
        if case .fixed(let endpoint) = locator { return connect(to: endpoint) }
        let failures = state.withLock { $0.failures }
        Task { [weak self, locator, eventLoop] in
            do {
                let endpoint = try await locator.endpoint(afterFailures: failures)
                eventLoop.execute { [weak self] in self?.connect(to: endpoint) }
            } catch {
                eventLoop.execute { [weak self] in self?.connectFailed(error) }
            }
        }
    }

    private func connect(to endpoint: RedisConfiguration.Endpoint) {
        let isWanted = state.withLock { state in
            guard case .connecting = state.phase else { return false }
            state.endpoint = endpoint
            return true
        }
        guard isWanted else { return }
        var configuration = configuration
        configuration.endpoint = endpoint
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(configuration.connectTimeout.timeAmount)
            .channelOption(.writeBufferWaterMark, value: .init(low: 256 << 10, high: 1 << 20))
            .channelInitializer { [weak self, configuration] channel in
                channel.eventLoop.makeCompletedFuture {
                    let meter = WriteMeter()
                    try channel.pipeline.syncOperations.addHandler(meter)
                    if case .enabled(let tls) = configuration.tls {
                        let context = try NIOSSLContext(configuration: tls)
                        try channel.pipeline.syncOperations.addHandler(
                            try NIOSSLClientHandler(context: context, serverHostname: configuration.serverNameForTLS))
                    }
                    guard let self else { throw ChannelError.ioOnClosedChannel }
                    try channel.pipeline.syncOperations.addHandler(
                        RedisChannelHandler(
                            connection: self, handshake: Handshake(configuration), configuration: configuration,
                            keepsAlive: !self.isForBlockingCommands, meter: meter))
                }
            }
        let connected: EventLoopFuture<any Channel>
        switch endpoint {
        case .tcp(let host, let port):
            connected =
                bootstrap
                .channelOption(.socketOption(.so_keepalive), value: 1)
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .connect(host: host, port: port)
        case .unixSocket(let path):
            connected = bootstrap.connect(unixDomainSocketPath: path)
        }
        connected.whenFailure { [weak self] error in self?.connectFailed(error) }
    }

    /// The server accepted us: commands flow from now on.
    func handshakeSucceeded(_ channel: any Channel) {
        let isWanted = state.withLock { $0.becomeReady(channel) }
        guard isWanted else { return channel.close(promise: nil) }
        configuration.logger.debug("connected", metadata: ["redis.endpoint": "\(configuration.endpoint)"])
        drain()
    }

    /// The server does not want us (wrong password, unknown database...): trying again by itself would not help, so everybody
    /// who waits is told, and the next command tries again.
    func handshakeRefused(_ reply: RESPErrorReply) {
        let error = RedisError(
            .handshakeRefused, "Redis at \(configuration.endpoint) refused the connection: \(reply.message)",
            underlying: reply)
        let waiters = state.withLock { state -> [PendingReply.Waiter] in
            guard case .connecting = state.phase else { return [] }
            state.phase = .idle
            state.lastFailure = error
            return state.queue.dropUnsent()
        }
        configuration.logger.error("connection refused", metadata: ["redis.error": "\(error)"])
        for waiter in waiters { waiter.fail(error) }
    }

    private func connectFailed(_ error: any Error) {
        let (pause, isFirst) = state.withLock { state -> (Duration?, Bool) in
            guard case .connecting = state.phase else { return (nil, false) }
            return (state.backOff(after: error, configuration.reconnect), state.failures == 1)
        }
        guard let pause else { return }
        // Once for each outage somebody should notice; the many further attempts only matter when looking for the cause.
        configuration.logger.log(
            level: isFirst ? .warning : .debug, "cannot connect, will try again",
            metadata: [
                "redis.endpoint": "\(configuration.endpoint)", "redis.error": "\(error)", "redis.pause": "\(pause)",
            ])
        scheduleReconnect(in: pause)
    }

    private func scheduleReconnect(in pause: Duration) {
        eventLoop.scheduleTask(in: pause.timeAmount) { [weak self] in
            guard let self else { return }
            let isWanted = state.withLock { state -> Bool in
                guard case .backingOff = state.phase else { return false }
                state.phase = .connecting
                return true
            }
            if isWanted { connect() }
        }
    }

    /// A channel ended, whatever the reason.
    func channelClosed(_ channel: any Channel, wasReady: Bool, error: any Error) {
        var lost: [PendingReply.Waiter] = []
        var unsent: [PendingReply.Waiter] = []
        var stillWaiting: [PendingReply] = []
        var closeWaiters: [CheckedContinuation<Void, Never>] = []
        let pause = state.withLock { state -> Duration? in
            switch state.phase {
            case .ready(let current) where current === channel:
                lost = state.queue.dropInFlight()
                if configuration.offlineTimeout != nil { stillWaiting = state.queue.unsentPending }
                return state.backOff(after: error, configuration.reconnect)
            case .closing(let current) where current === channel:
                lost = state.queue.dropInFlight()
                unsent = state.queue.dropUnsent()
                closeWaiters = state.finishClosing()
                return nil
            case .connecting where !wasReady:
                return state.backOff(after: error, configuration.reconnect)
            default:
                return nil
            }
        }
        let lostError = RedisError(
            .replyLost,
            "The connection to Redis at \(configuration.endpoint) was lost before the reply came; "
                + "the command may or may not have been executed", underlying: error)
        for waiter in lost { waiter.fail(lostError) }
        for waiter in unsent { waiter.fail(closedError) }
        for pending in stillWaiting { watchOffline(pending) }
        for waiter in closeWaiters { waiter.resume() }
        if let pause {
            configuration.logger.debug(
                "connection lost",
                metadata: [
                    "redis.endpoint": "\(configuration.endpoint)", "redis.error": "\(error)", "redis.pause": "\(pause)",
                ])
            scheduleReconnect(in: pause)
        }
    }
}

extension RedisConfiguration {
    /// Certificates are verified against a name; an address has none to announce.
    fileprivate var serverNameForTLS: String? {
        guard case .tcp(let host, _) = endpoint else { return nil }
        let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
        return isAddress ? nil : host
    }
}
