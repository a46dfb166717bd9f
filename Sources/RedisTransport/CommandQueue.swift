import NIOCore

/// The order of commands on one connection: what waits to be written, and what was written and waits for its reply.
///
/// A pure state machine. Redis answers in the order of the commands, so the reply that arrives belongs to the oldest
/// command in flight. A command that was never handed to a socket survives the loss of a connection; one that was handed
/// over may have been executed, so its waiter is told that the reply is lost.
struct CommandQueue {
    private static let largestMergedCommand = 16 << 10

    private var unsent = CircularBuffer<PendingReply>()
    private var inFlight = CircularBuffer<PendingReply>()
    /// Bytes of the commands that wait and that somebody still wants to be sent.
    private(set) var queuedBytes = 0
    private var abandonedCount = 0

    /// Whether there is something to write: a unit that is open may have been written as far as it goes.
    var hasUnsent: Bool { unsent.first.map { $0.bytes.readableBytes > 0 || !$0.isOpen } ?? false }
    var hasInFlight: Bool { !inFlight.isEmpty }
    /// Whether nobody waits for anything.
    var isEmpty: Bool { unsent.count == abandonedCount && inFlight.isEmpty }
    var unsentCount: Int { unsent.count }
    var unsentPending: [PendingReply] { Array(unsent) }

    /// Whether it pays to write now. While the server is busy with earlier commands, those submitted meanwhile are gathered until
    /// they are a fair share of them: it does not run dry, and fewer writes are needed than one per command. What is still held
    /// back goes out with the next reply.
    ///
    /// - Parameter isOnEventLoop: the write would happen at once; otherwise waking the event loop gathers commands by itself.
    func isWorthWriting(isOnEventLoop: Bool) -> Bool {
        unsent.count * (isOnEventLoop ? 2 : 16) >= inFlight.count
    }

    /// Whether another command of this size may wait: the bound holds for the sum, but one command alone may exceed it.
    func admits(bytes: Int, limit: Int) -> Bool {
        queuedBytes == 0 || queuedBytes + bytes <= limit
    }

    mutating func enqueue(_ bytes: ByteBuffer, _ pending: PendingReply) {
        queuedBytes += bytes.readableBytes
        pending.bytes = bytes
        pending.isQueued = true
        unsent.append(pending)
    }

    /// Adds commands to a unit that is still open, or ends it.
    ///
    /// - Parameter total: the number of commands of the whole unit, if this is its end.
    mutating func extend(_ pending: PendingReply, by bytes: ByteBuffer, total: Int?) {
        // A unit that was refused, given up or lost leads nowhere.
        guard pending.isQueued, !pending.isDropped else { return }
        queuedBytes += bytes.readableBytes
        if pending.bytes.readableBytes == 0 {
            pending.bytes = bytes
        } else {
            pending.bytes.writeImmutableBuffer(bytes)
        }
        if let total {
            pending.expected = total
            pending.isOpen = false
        }
    }

    /// Notes that nobody waits for a command any more. If it was not written it will not be, and its memory is freed soon: without
    /// a connection nothing else would.
    mutating func abandon(_ pending: PendingReply) {
        guard !pending.isCancelled else { return }
        pending.isCancelled = true
        guard pending.isQueued, !pending.isWritten, !pending.isDropped else { return }
        drop(pending)
        abandonedCount += 1
        // Rarely enough that each command pays for a constant share.
        guard abandonedCount > 64, abandonedCount > unsent.count / 2 else { return }
        unsent.removeAll { $0.isDropped }
        abandonedCount = 0
    }

    private mutating func drop(_ pending: PendingReply) {
        queuedBytes -= pending.bytes.readableBytes
        pending.bytes = ByteBuffer()
        pending.isDropped = true
        pending.isOpen = false
    }

    /// Takes commands to write, oldest first: small ones merged into one buffer, until `limit` bytes are reached. Commands
    /// whose waiter gave up before they were written are left out.
    mutating func takeUnsent(limit: Int, allocator: ByteBufferAllocator) -> [ByteBuffer] {
        var buffers: [ByteBuffer] = []
        var merged: ByteBuffer?
        var taken = 0
        while taken < limit, let pending = unsent.first {
            if pending.isDropped {
                abandonedCount -= 1
                unsent.removeFirst()
                continue
            }
            let bytes = pending.bytes
            pending.bytes = ByteBuffer()
            queuedBytes -= bytes.readableBytes
            taken += bytes.readableBytes
            if !pending.isWritten {
                pending.isWritten = true
                inFlight.append(pending)
            }
            if !pending.isOpen {
                pending.isQueued = false
                unsent.removeFirst()
            }
            if bytes.readableBytes > Self.largestMergedCommand || (merged == nil && unsent.isEmpty) {
                if let full = merged { buffers.append(full) }
                merged = nil
                buffers.append(bytes)
            } else {
                if merged == nil {
                    merged = allocator.buffer(capacity: min(queuedBytes + bytes.readableBytes, 64 << 10))
                }
                merged?.writeImmutableBuffer(bytes)
            }
            // Nothing of anybody else may come between the parts of a unit.
            if pending.isOpen { break }
        }
        if let merged { buffers.append(merged) }
        return buffers
    }

    enum Receipt {
        case delivered(Delivery)
        case absorbed
        /// A reply although no command is in flight: the stream is out of step.
        case unexpected
    }

    mutating func receive(_ reply: RESPValue) -> Receipt {
        guard let pending = inFlight.first else { return .unexpected }
        pending.received += 1
        let isComplete = pending.received == pending.expected
        if isComplete { inFlight.removeFirst() }
        switch pending.waiter {
        case .none:
            return .absorbed
        case .single(let continuation):
            pending.waiter = nil
            return .delivered(.reply(continuation, reply))
        case .handler(let handler):
            pending.waiter = nil
            return .delivered(.call(handler, reply))
        case .batch(let continuation):
            pending.collected.append(reply)
            guard isComplete else { return .absorbed }
            pending.waiter = nil
            return .delivered(.replies(continuation, pending.collected))
        }
    }

    /// Forgets everything in flight, a unit that was written in part included; the returned waiters have lost their replies.
    mutating func dropInFlight() -> [PendingReply.Waiter] {
        if let first = unsent.first, first.isWritten {
            drop(first)
            unsent.removeFirst()
        }
        defer { inFlight.removeAll() }
        return inFlight.compactMap { $0.takeWaiter() }
    }

    /// Forgets everything that was not written.
    mutating func dropUnsent() -> [PendingReply.Waiter] {
        for pending in unsent { drop(pending) }
        defer {
            unsent.removeAll()
            abandonedCount = 0
        }
        return unsent.compactMap { $0.takeWaiter() }
    }
}
