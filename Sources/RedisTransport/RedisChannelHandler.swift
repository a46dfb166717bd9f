import NIOCore

/// The part that lives in the channel: introduces us, parses what arrives, notices a silent peer.
final class RedisChannelHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private weak let connection: RedisConnection?
    private let handshake: Handshake
    private let configuration: RedisConfiguration
    private let keepsAlive: Bool
    private let meter: WriteMeter

    private var parser = RESPParser()
    private var handshakeReplies: [RESPValue] = []
    private var isReady = false
    private var wasRefused = false
    private var failure: (any Error)?
    private var handshakeTimeout: Scheduled<Void>?
    private var ticks: RepeatedTask?
    private var hasRead = false
    private var upload = UploadProgress()
    private var isProbing = false

    init(
        connection: RedisConnection, handshake: Handshake, configuration: RedisConfiguration, keepsAlive: Bool,
        meter: WriteMeter
    ) {
        self.connection = connection
        self.handshake = handshake
        self.configuration = configuration
        self.keepsAlive = keepsAlive
        self.meter = meter
    }

    func channelActive(context: ChannelHandlerContext) {
        for command in handshake.commands { context.write(wrapOutboundOut(command.encoded), promise: nil) }
        context.flush()
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let limit = configuration.connectTimeout
        handshakeTimeout = context.eventLoop.scheduleTask(in: limit.timeAmount) {
            let (handler, context) = bound.value
            handler.fail(
                RedisError(
                    .timeout, "Redis at \(handler.configuration.endpoint) did not introduce itself within \(limit)"),
                context)
        }
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        hasRead = true
        parser.append(unwrapInboundIn(data))
        var replies: [RESPValue] = []
        do {
            while let reply = try parser.next() {
                if case .push = reply { continue }
                if isReady {
                    replies.append(reply)
                } else {
                    handshakeReplies.append(reply)
                    if handshakeReplies.count == handshake.commands.count { finishHandshake(context) }
                }
            }
        } catch {
            _ = connection?.deliver(replies)
            fail(
                RedisError(
                    .unexpectedReply,
                    "\(configuration.endpoint) sent something that is not the Redis protocol: \(error.description)"),
                context)
            return
        }
        if !replies.isEmpty, connection?.deliver(replies) == false {
            fail(
                RedisError(.unexpectedReply, "\(configuration.endpoint) sent a reply although nothing was asked"),
                context)
        }
    }

    private func finishHandshake(_ context: ChannelHandlerContext) {
        handshakeTimeout?.cancel()
        switch handshake.verdict(on: handshakeReplies) {
        case .accepted:
            isReady = true
            handshakeReplies = []
            // Whoever asked for this connection may be gone.
            guard let connection else { return context.close(promise: nil) }
            startTicking(context)
            connection.handshakeSucceeded(context.channel)
        case .notReady(let reply):
            fail(reply, context)
        case .refused(let reply):
            wasRefused = true
            connection?.handshakeRefused(reply)
            fail(reply, context)
        }
    }

    private func startTicking(_ context: ChannelHandlerContext) {
        guard keepsAlive else { return }
        let interval = configuration.keepAlive.timeAmount
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        ticks = context.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
            let (handler, context) = bound.value
            handler.tick(context)
        }
    }

    private func tick(_ context: ChannelHandlerContext) {
        // Without an answer to this question nothing counts as held back, and only what is read shows life.
        let heldBack = (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        let isUploading = upload.advanced(byteCount: meter.byteCount, heldBack: heldBack)
        if hasRead || isUploading {
            hasRead = false
            isProbing = false
        } else if isProbing {
            fail(
                RedisError(
                    .timeout, "Redis at \(configuration.endpoint) was silent for more than \(configuration.keepAlive)"),
                context)
        } else {
            isProbing = true
            connection?.probe()
        }
    }

    private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
        if failure == nil { failure = error }
        context.close(promise: nil)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { connection?.drain() }
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(error, context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        handshakeTimeout?.cancel()
        ticks?.cancel()
        if !wasRefused {
            connection?.channelClosed(context.channel, wasReady: isReady, error: failure ?? ChannelError.eof)
        }
        context.fireChannelInactive()
    }
}
