import NIOCore
import Synchronization

/// Lets calls that arrive while others are under way share the next one; each gets its own answer.
///
/// A lone call takes the ordinary way and costs two short locks more than without groups.
final class CallGroups<Request: Sendable, Answer: Sendable>: Sendable {
    /// One call for several requests, ready to be sent.
    struct Call: Sendable {
        let command: RedisCommand
        /// Makes of the reply an answer for each request, or nil if nothing was done for it, and it has to be sent alone.
        let read: @Sendable (RESPValue) throws -> [Answer?]
    }

    /// Makes the call for several requests; nil as long as the server has not told the script's digest.
    typealias Prepare = @Sendable ([Request]) -> Call?
    /// Does the same in several steps if need be, such as teaching the script to the server.
    typealias Perform = @Sendable ([Request]) async throws -> [Answer?]

    /// `@unchecked Sendable`: the variables are read and written under the lock of the groups only.
    private final class Member: @unchecked Sendable {
        let request: Request
        var waiter: UnsafeContinuation<Answer?, any Error>?
        var isCancelled = false

        init(_ request: Request) { self.request = request }
    }

    private struct State {
        var gathering = Gathering<Member>()
        var isSendingScheduled = false

        /// What the arrival of a call, or of an answer, leads to.
        mutating func consequence() -> Consequence {
            if gathering.isHalf, let group = gathering.next() { return .send(group) }
            guard !isSendingScheduled, gathering.isWorthSending else { return .nothing }
            isSendingScheduled = true
            return .sendSoon
        }
    }

    private enum Consequence {
        case nothing, sendSoon, alone, cancelled
        case send([Member])
    }

    private let connection: RedisConnection
    private let executor: EventLoopTaskExecutor
    private let prepare: Prepare
    private let perform: Perform
    private let state = Mutex(State())

    init(connection: RedisConnection, prepare: @escaping Prepare, perform: @escaping Perform) {
        self.connection = connection
        executor = EventLoopTaskExecutor(connection.eventLoop)
        self.prepare = prepare
        self.perform = perform
    }

    /// Whether a call may travel alone at once; the caller makes it, and then calls ``leave()``.
    func goesAlone() -> Bool { state.withLock { $0.gathering.goesAlone() } }

    func leave() { end(1) }

    /// Gets the answer to one request together with others.
    ///
    /// - Parameter isCancellable: whether cancelling the task ends the waiting, as it does for a single call.
    /// - Returns: nil if the call has to be made alone after all.
    func answer(to request: Request, isCancellable: Bool) async throws -> Answer? {
        // Without a connection every call waits for it by itself, within its own time limit.
        guard connection.isConnected else { return nil }
        let member = Member(request)
        guard isCancellable else { return try await share(member) }
        return try await withTaskCancellationHandler {
            try await share(member)
        } onCancel: {
            cancel(member)
        }
    }

    private func share(_ member: Member) async throws -> Answer? {
        try await withUnsafeThrowingContinuation { continuation in
            let consequence = state.withLock { state -> Consequence in
                if member.isCancelled { return .cancelled }
                guard state.gathering.wait(member) else { return .alone }
                member.waiter = continuation
                return state.consequence()
            }
            switch consequence {
            case .cancelled: continuation.resume(throwing: CancellationError())
            case .alone: continuation.resume(returning: nil)
            default: act(on: consequence)
            }
        }
    }

    /// One that was not sent will not be; the answer of one that was is ignored.
    private func cancel(_ member: Member) {
        let waiter = state.withLock { state in
            _ = state.gathering.release { $0 === member }
            member.isCancelled = true
            defer { member.waiter = nil }
            return member.waiter
        }
        waiter?.resume(throwing: CancellationError())
    }

    /// Members of a call are no longer under way.
    private func end(_ count: Int) {
        let consequence = state.withLock { state in
            state.gathering.ended(count)
            return state.consequence()
        }
        act(on: consequence)
    }

    private func act(on consequence: Consequence) {
        switch consequence {
        case .nothing, .alone, .cancelled: break
        case .send(let group): start(group)
        case .sendSoon:
            // What the other tasks of this turn ask for goes along.
            connection.eventLoop.execute { [self] in
                while let group = nextGroup() { start(group) }
            }
        }
    }

    private func nextGroup() -> [Member]? {
        state.withLock { state in
            state.isSendingScheduled = false
            return state.gathering.next()
        }
    }

    private func start(_ group: [Member]) {
        // One member alone gains nothing from the script for several. It makes the call itself and is under way no longer.
        guard group.count > 1 else { return finish(group) { _ in .success(nil) } }
        guard let call = prepare(group.map(\.request)) else { return sendInSteps(group) }
        connection.send(call.command) { [self] result in
            switch result {
            case .success(.error): sendInSteps(group)
            case .success(let reply): finish(group, with: Swift.Result { try call.read(reply) })
            case .failure(let error): finish(group, with: .failure(error))
            }
        }
    }

    private func sendInSteps(_ group: [Member]) {
        Task(executorPreference: executor) { [self] in
            do {
                finish(group, with: .success(try await perform(group.map(\.request))))
            } catch {
                finish(group, with: .failure(error))
            }
        }
    }

    private func finish(_ group: [Member], with result: Swift.Result<[Answer?], any Error>) {
        switch result {
        case .success(let answers) where answers.count == group.count:
            finish(group) { .success(answers[$0]) }
        case .success(let answers):
            let error = BullMQError(
                .unexpectedReply, "A call for \(group.count) jobs was answered with \(answers.count) results")
            finish(group) { _ in .failure(error) }
        case .failure(let error):
            finish(group) { _ in .failure(error) }
            // Those who wait were not sent: each waits by itself until the connection is made again.
            let waiting = state.withLock { $0.gathering.release { _ in true } }
            resume(waiting.map { ($0, .success(nil)) })
        }
    }

    private func finish(_ group: [Member], _ result: (Int) -> Swift.Result<Answer?, any Error>) {
        resume(group.enumerated().map { ($1, result($0)) })
        end(group.count)
    }

    private func resume(_ results: [(Member, Swift.Result<Answer?, any Error>)]) {
        let waiters = state.withLock { _ in
            results.map { member, _ in
                defer { member.waiter = nil }
                return member.waiter
            }
        }
        for (waiter, result) in zip(waiters, results) { waiter?.resume(with: result.1) }
    }
}
