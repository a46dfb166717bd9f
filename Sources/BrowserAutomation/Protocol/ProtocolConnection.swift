// Owns the conversation with one browser: numbers commands, hands replies to who asked, and events to who listens.
// Events reach a listener in the order of the wire, on the event loop; a listener must not block.

import Foundation
import Logging
import NIOCore
import NIOPosix
import Synchronization

/// The DevTools protocol over a pair of pipes.
final class ProtocolConnection: Sendable {
    /// Who follows a session.
    private struct Listener {
        let onEvent: @Sendable (ProtocolMessage) -> Void
        let onEnd: @Sendable (BrowserError) -> Void
    }

    private struct Call {
        let method: String
        let session: String?
        let answer: PendingAnswer<ProtocolMessage>
    }

    private struct State {
        var lastID = 0
        var calls: [Int: Call] = [:]
        var listeners: [String?: Listener] = [:]
        var end: BrowserError?
    }

    private let channel: any Channel
    private let state = Mutex(State())
    private let logger: Logger

    /// The loop that events arrive on and timers run on.
    var eventLoop: any EventLoop { channel.eventLoop }

    private init(channel: any Channel, logger: Logger) {
        self.channel = channel
        self.logger = logger
    }

    /// Takes over our ends of the pipes: the one to read from and the one to write to.
    static func open(reading input: CInt, writing output: CInt, logger: Logger) async throws -> ProtocolConnection {
        try await NIOPipeBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.maxMessagesPerRead, value: 16)
            .channelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 4096, initial: 65536, maximum: 1 << 20)
            )
            .takingOwnershipOfDescriptors(input: input, output: output) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let connection = ProtocolConnection(channel: channel, logger: logger)
                    let messages = ByteToMessageHandler(NullSeparatedMessages())
                    try channel.pipeline.syncOperations.addHandlers([messages, Receiver(connection: connection)])
                    channel.closeFuture.whenComplete { _ in
                        connection.finish(BrowserError(.browserClosed, "the browser closed its pipe"))
                    }
                    return connection
                }
            }
    }

    /// Whether commands can still be sent.
    var isOpen: Bool { state.withLock { $0.end == nil } }

    /// Sends a command and waits for its reply.
    @discardableResult
    func send(
        _ method: String, _ parameters: JSONValue = [:], session: String? = nil, within limit: Duration
    ) async throws(BrowserError) -> ProtocolMessage {
        guard !Task.isCancelled else { throw BrowserError.cancelled }
        let answer = PendingAnswer<ProtocolMessage>()
        let registered: Result<Int, BrowserError> = state.withLock { state in
            if let end = state.end { return .failure(end) }
            state.lastID += 1
            state.calls[state.lastID] = Call(method: method, session: session, answer: answer)
            return .success(state.lastID)
        }
        let id = try registered.get()
        defer { state.withLock { _ = $0.calls.removeValue(forKey: id) } }
        let command = ProtocolCommand(id: id, method: method, params: parameters, sessionId: session)
        let text: Data
        do { text = try JSONEncoder().encode(command) } catch {
            throw BrowserError(.invalidArgument, "the parameters of \(method) are no JSON: \(error)")
        }
        var buffer = channel.allocator.buffer(capacity: text.count + 1)
        buffer.writeBytes(text)
        buffer.writeInteger(UInt8(0))
        channel.writeAndFlush(buffer, promise: nil)
        logger.trace("command", metadata: ["method": "\(method)", "id": "\(id)"])
        return try await answer.value(within: limit, on: eventLoop, what: "the browser's answer to \(method)")
    }

    /// Sets who gets the events of a session (`nil` is the browser itself) and is told once when the conversation is
    /// over; at once when it is already.
    func listen(
        to session: String?, onEnd: @escaping @Sendable (BrowserError) -> Void = { _ in },
        onEvent: @escaping @Sendable (ProtocolMessage) -> Void
    ) {
        let end = state.withLock { state in
            if state.end == nil { state.listeners[session] = Listener(onEvent: onEvent, onEnd: onEnd) }
            return state.end
        }
        if let end { onEnd(end) }
    }

    /// Forgets who follows a session.
    func stopListening(to session: String?) { state.withLock { _ = $0.listeners.removeValue(forKey: session) } }

    /// How many sessions are followed and how many answers awaited.
    var load: (listeners: Int, calls: Int) { state.withLock { ($0.listeners.count, $0.calls.count) } }

    /// Fails what a session still waits for: after a crash its answers never come.
    func failCalls(of session: String, _ error: BrowserError) {
        let answers = state.withLock { $0.calls.values.filter { $0.session == session }.map(\.answer) }
        for answer in answers { answer.resolve(.failure(error)) }
    }

    /// Ends the conversation for this reason; the browser ends when its pipe closes.
    func finish(_ error: BrowserError) {
        let (calls, listeners) = state.withLock { state in
            guard state.end == nil else { return ([Call](), [Listener]()) }
            state.end = error
            defer {
                state.calls.removeAll()
                state.listeners.removeAll()
            }
            return (Array(state.calls.values), Array(state.listeners.values))
        }
        for call in calls { call.answer.resolve(.failure(error)) }
        for listener in listeners { listener.onEnd(error) }
        channel.close(promise: nil)
    }

    fileprivate func receive(_ buffer: ByteBuffer) {
        let text = Data(buffer.readableBytesView)
        let head: MessageHead
        do { head = try JSONDecoder().decode(MessageHead.self, from: text) } catch {
            return finish(BrowserError(.protocolFailure, "the browser sent something that is no message: \(error)"))
        }
        guard let id = head.id else {
            guard let method = head.method else { return }
            let listener = state.withLock { $0.listeners[head.sessionId] }
            listener?.onEvent(ProtocolMessage(method: method, session: head.sessionId, text: text))
            return
        }
        // An unknown id is the answer to a call that gave up waiting.
        guard let call = state.withLock({ $0.calls.removeValue(forKey: id) }) else { return }
        if let failure = head.error {
            let code: BrowserError.Code = failure.code == -32001 ? .pageClosed : .protocolFailure
            let detail = failure.data.map { " (\($0))" } ?? ""
            call.answer.resolve(.failure(BrowserError(code, "\(call.method): \(failure.message)\(detail)")))
        } else {
            call.answer.resolve(.success(ProtocolMessage(method: call.method, session: call.session, text: text)))
        }
    }

    private final class Receiver: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let connection: ProtocolConnection

        init(connection: ProtocolConnection) { self.connection = connection }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            connection.receive(unwrapInboundIn(data))
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            connection.finish(
                error as? BrowserError ?? BrowserError(.browserClosed, "the pipe to the browser failed: \(error)"))
        }
    }
}
