import NIOCore

/// Somebody who waits for the reply of one command, or for the replies of several sent as one unit, together with what is
/// still to be written for it.
///
/// `@unchecked Sendable`: every stored property is read and written under the lock of the owning connection only.
final class PendingReply: @unchecked Sendable {
    /// Resumed exactly once: whoever resumes it has taken it out under the lock.
    enum Waiter {
        case single(UnsafeContinuation<RESPValue, any Error>)
        case batch(UnsafeContinuation<[RESPValue], any Error>)
        case handler(@Sendable (Result<RESPValue, any Error>) -> Void)
    }

    /// How many replies belong to this unit; settled when it is no longer open.
    var expected: Int
    var waiter: Waiter?
    /// Encoded commands that were not written yet.
    var bytes = ByteBuffer()
    /// More commands of this unit will follow; nobody else's may be written before them.
    var isOpen = false
    var isCancelled = false
    /// Waits in a queue to be written.
    var isQueued = false
    /// Handed to a socket, at least in part: from here on the commands may be executed.
    var isWritten = false
    /// The connection forgot about the unit; what is added to it now leads nowhere.
    var isDropped = false
    var collected: [RESPValue] = []
    var received = 0

    init(expected: Int) {
        self.expected = expected
    }

    func takeWaiter() -> Waiter? {
        defer { waiter = nil }
        return waiter
    }
}

extension PendingReply.Waiter {
    func fail(_ error: any Error) {
        switch self {
        case .single(let continuation): continuation.resume(throwing: error)
        case .batch(let continuation): continuation.resume(throwing: error)
        case .handler(let handler): handler(.failure(error))
        }
    }
}

/// A waiter together with what it is to be told, to be carried out after the lock was released.
enum Delivery {
    case reply(UnsafeContinuation<RESPValue, any Error>, RESPValue)
    case replies(UnsafeContinuation<[RESPValue], any Error>, [RESPValue])
    case call(@Sendable (Result<RESPValue, any Error>) -> Void, RESPValue)

    func perform() {
        switch self {
        case .reply(let continuation, let value): continuation.resume(returning: value)
        case .replies(let continuation, let values): continuation.resume(returning: values)
        case .call(let handler, let value): handler(.success(value))
        }
    }
}
