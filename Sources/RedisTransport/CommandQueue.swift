import NIOCore

/// The order of commands on one connection: what waits to be written, and what was written and waits for its reply.
///
/// A pure state machine. Redis answers in the order of the commands, so the reply that arrives belongs to the oldest
/// command in flight. A command that was never handed to a socket survives the loss of a connection; one that was handed
/// over may have been executed, so its waiter is told that the reply is lost.
struct CommandQueue {
    struct Entry {
        var bytes: ByteBuffer
        let pending: PendingReply
    }

    private var unsent = CircularBuffer<Entry>()
    private var inFlight = CircularBuffer<PendingReply>()
    /// Bytes of the commands that wait and that somebody still wants to be sent.
    private(set) var queuedBytes = 0
    private var abandonedCount = 0

    var hasUnsent: Bool { !unsent.isEmpty }
    var hasInFlight: Bool { !inFlight.isEmpty }
    /// Whether nobody waits for anything.
    var isEmpty: Bool { unsent.count == abandonedCount && inFlight.isEmpty }
    var unsentCount: Int { unsent.count }
    var unsentPending: [PendingReply] { unsent.map(\.pending) }

    /// Whether another command of this size may wait: the bound holds for the sum, but one command alone may exceed it.
    func admits(bytes: Int, limit: Int) -> Bool {
        queuedBytes == 0 || queuedBytes + bytes <= limit
    }

    mutating func enqueue(_ bytes: ByteBuffer, _ pending: PendingReply) {
        queuedBytes += bytes.readableBytes
        pending.queuedBytes = bytes.readableBytes
        unsent.append(Entry(bytes: bytes, pending: pending))
    }

    /// Notes that nobody waits for a command any more. If it was not written it will not be, and its memory is freed soon: without
    /// a connection nothing else would.
    mutating func abandon(_ pending: PendingReply) {
        guard !pending.isCancelled else { return }
        pending.isCancelled = true
        guard pending.queuedBytes > 0 else { return }
        queuedBytes -= pending.queuedBytes
        pending.queuedBytes = 0
        abandonedCount += 1
        // Rarely enough that each command pays for a constant share.
        guard abandonedCount > 64, abandonedCount > unsent.count / 2 else { return }
        unsent.removeAll { $0.pending.isCancelled }
        abandonedCount = 0
    }

    /// Takes commands to write, oldest first: small ones merged into one buffer, until `limit` bytes are reached. Commands
    /// whose waiter gave up before they were written are dropped.
    mutating func takeUnsent(limit: Int, allocator: ByteBufferAllocator) -> [ByteBuffer] {
        var buffers: [ByteBuffer] = []
        var merged: ByteBuffer?
        var taken = 0
        while taken < limit, let entry = unsent.popFirst() {
            if entry.pending.isCancelled {
                abandonedCount -= 1
                continue
            }
            queuedBytes -= entry.bytes.readableBytes
            entry.pending.queuedBytes = 0
            entry.pending.isWritten = true
            inFlight.append(entry.pending)
            taken += entry.bytes.readableBytes
            if entry.bytes.readableBytes > 16 << 10 || (unsent.isEmpty && merged == nil) {
                if let full = merged { buffers.append(full) }
                merged = nil
                buffers.append(entry.bytes)
            } else {
                if merged == nil { merged = allocator.buffer(capacity: min(queuedBytes + entry.bytes.readableBytes, 64 << 10)) }
                merged?.writeImmutableBuffer(entry.bytes)
            }
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
        case .batch(let continuation):
            pending.collected.append(reply)
            guard isComplete else { return .absorbed }
            pending.waiter = nil
            return .delivered(.replies(continuation, pending.collected))
        }
    }

    /// Forgets everything in flight; the returned waiters have lost their replies.
    mutating func dropInFlight() -> [PendingReply.Waiter] {
        defer { inFlight.removeAll() }
        return inFlight.compactMap { $0.takeWaiter() }
    }

    /// Forgets everything that was not written.
    mutating func dropUnsent() -> [PendingReply.Waiter] {
        defer {
            unsent.removeAll()
            queuedBytes = 0
            abandonedCount = 0
        }
        return unsent.compactMap { entry in
            entry.pending.queuedBytes = 0
            return entry.pending.takeWaiter()
        }
    }
}
