/// Somebody who waits for the reply of one command, or for the replies of several sent as one unit.
///
/// `@unchecked Sendable`: every stored property is read and written under the lock of the owning connection only.
final class PendingReply: @unchecked Sendable {
    enum Waiter {
        case single(CheckedContinuation<RESPValue, any Error>)
        case batch(CheckedContinuation<[RESPValue], any Error>)
    }

    /// How many replies belong to this unit.
    let expected: Int
    var waiter: Waiter?
    var isCancelled = false
    /// Bytes that wait to be written for it.
    var queuedBytes = 0
    /// Handed to a socket: from here on the command may be executed.
    var isWritten = false
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
        }
    }
}

/// A waiter together with what it is to be told, to be carried out after the lock was released.
enum Delivery {
    case reply(CheckedContinuation<RESPValue, any Error>, RESPValue)
    case replies(CheckedContinuation<[RESPValue], any Error>, [RESPValue])

    func perform() {
        switch self {
        case .reply(let continuation, let value): continuation.resume(returning: value)
        case .replies(let continuation, let values): continuation.resume(returning: values)
        }
    }
}
