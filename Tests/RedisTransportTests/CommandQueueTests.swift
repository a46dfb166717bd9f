// Owns: the order of commands and replies as a state machine.

import NIOCore
import Testing

@testable import RedisTransport

@Suite("The command queue")
struct CommandQueueTests {
    private let allocator = ByteBufferAllocator()

    private func bytes(_ count: Int, _ letter: Character = "x") -> ByteBuffer {
        ByteBuffer(string: String(repeating: letter, count: count))
    }

    private func text(_ buffers: [ByteBuffer]) -> String { buffers.map { String(buffer: $0) }.joined() }

    private func isUnexpected(_ receipt: CommandQueue.Receipt) -> Bool {
        if case .unexpected = receipt { true } else { false }
    }

    @Test("hands commands over in order, small ones merged and large ones alone")
    func merging() {
        var queue = CommandQueue()
        for letter in "abc" { queue.enqueue(bytes(10, letter), PendingReply(expected: 1)) }
        queue.enqueue(bytes(20_000, "d"), PendingReply(expected: 1))
        queue.enqueue(bytes(1, "e"), PendingReply(expected: 1))
        #expect(queue.queuedBytes == 20_031)
        let buffers = queue.takeUnsent(limit: .max, allocator: allocator)
        #expect(buffers.map(\.readableBytes) == [30, 20_000, 1])
        #expect(text(buffers).first == "a")
        #expect(queue.queuedBytes == 0)
        #expect(!queue.hasUnsent && !queue.isEmpty)
    }

    @Test("hands over no more than a chunk at a time, and at least one command")
    func chunks() {
        var queue = CommandQueue()
        for letter in "abcd" { queue.enqueue(bytes(10, letter), PendingReply(expected: 1)) }
        #expect(text(queue.takeUnsent(limit: 15, allocator: allocator)) == "aaaaaaaaaabbbbbbbbbb")
        #expect(text(queue.takeUnsent(limit: 1, allocator: allocator)) == "cccccccccc")
        #expect(queue.hasUnsent)
    }

    @Test("marks what was handed over, and drops what nobody waits for any more")
    func cancelled() {
        var queue = CommandQueue()
        let (kept, cancelled) = (PendingReply(expected: 1), PendingReply(expected: 1))
        queue.enqueue(bytes(1, "a"), cancelled)
        queue.enqueue(bytes(1, "b"), kept)
        queue.abandon(cancelled)
        #expect(queue.queuedBytes == 1)
        #expect(text(queue.takeUnsent(limit: .max, allocator: allocator)) == "b")
        #expect(kept.isWritten && !cancelled.isWritten)
        #expect(queue.queuedBytes == 0)
    }

    @Test("forgets abandoned commands although nothing is ever sent")
    func abandoned() {
        var queue = CommandQueue()
        let kept = PendingReply(expected: 1)
        queue.enqueue(bytes(3), kept)
        for _ in 0..<10_000 {
            let pending = PendingReply(expected: 1)
            queue.enqueue(bytes(100), pending)
            queue.abandon(pending)
        }
        #expect(queue.queuedBytes == 3)
        #expect(queue.unsentCount < 200)
        #expect(queue.takeUnsent(limit: .max, allocator: allocator).map(\.readableBytes) == [3])
        queue.abandon(kept)
        #expect(queue.queuedBytes == 0)
    }

    @Test("admits commands up to its bound, and one beyond it when nothing waits")
    func bound() {
        var queue = CommandQueue()
        #expect(queue.admits(bytes: 500, limit: 100))
        queue.enqueue(bytes(60), PendingReply(expected: 1))
        #expect(queue.admits(bytes: 40, limit: 100))
        #expect(!queue.admits(bytes: 41, limit: 100))
        _ = queue.takeUnsent(limit: .max, allocator: allocator)
        #expect(queue.admits(bytes: 500, limit: 100))
    }

    @Test("keeps the parts of a unit together, and forgets a unit that was refused or given up")
    func openUnits() {
        var queue = CommandQueue()
        let (unit, other) = (PendingReply(expected: 2), PendingReply(expected: 1))
        unit.isOpen = true
        queue.enqueue(bytes(1, "a"), unit)
        queue.enqueue(bytes(1, "z"), other)
        #expect(text(queue.takeUnsent(limit: .max, allocator: allocator)) == "a")
        #expect(!queue.hasUnsent)
        queue.extend(unit, by: bytes(1, "b"), total: 2)
        #expect(text(queue.takeUnsent(limit: .max, allocator: allocator)) == "bz")

        let refused = PendingReply(expected: 1)
        queue.extend(refused, by: bytes(100), total: 2)
        #expect(queue.queuedBytes == 0)
        let abandoned = PendingReply(expected: 1)
        abandoned.isOpen = true
        queue.enqueue(ByteBuffer(), abandoned)
        queue.enqueue(bytes(1, "c"), PendingReply(expected: 1))
        queue.abandon(abandoned)
        queue.extend(abandoned, by: bytes(100), total: 2)
        #expect(queue.queuedBytes == 1)
        #expect(queue.hasUnsent)
        #expect(text(queue.takeUnsent(limit: .max, allocator: allocator)) == "c")
    }

    @Test("forgets a unit that was written in part when the connection is lost")
    func lostUnit() {
        var queue = CommandQueue()
        let unit = PendingReply(expected: 2)
        unit.isOpen = true
        queue.enqueue(bytes(1, "a"), unit)
        queue.enqueue(bytes(1, "z"), PendingReply(expected: 1))
        _ = queue.takeUnsent(limit: .max, allocator: allocator)
        _ = queue.dropInFlight()
        queue.extend(unit, by: bytes(5, "b"), total: 2)
        #expect(queue.queuedBytes == 1)
        #expect(text(queue.takeUnsent(limit: .max, allocator: allocator)) == "z")
    }

    @Test("counts the replies of a unit, and knows one that nobody asked for")
    func units() {
        var queue = CommandQueue()
        queue.enqueue(bytes(1), PendingReply(expected: 3))
        queue.enqueue(bytes(1), PendingReply(expected: 1))
        #expect(isUnexpected(queue.receive(.null)))
        _ = queue.takeUnsent(limit: .max, allocator: allocator)
        for _ in 0..<4 { #expect(!isUnexpected(queue.receive(.null))) }
        #expect(queue.isEmpty)
        #expect(isUnexpected(queue.receive(.null)))
    }

    /// Queues one command whose waiter is this task, and lets `happen` decide what becomes of it.
    private func waiting(
        expected: Int, _ happen: (inout CommandQueue) -> Void
    ) async throws -> [RESPValue] {
        try await withUnsafeThrowingContinuation { continuation in
            var queue = CommandQueue()
            let pending = PendingReply(expected: expected)
            pending.waiter = .batch(continuation)
            queue.enqueue(bytes(1), pending)
            happen(&queue)
        }
    }

    @Test("gives the replies to who waits for them, when the last one has come")
    func delivery() async throws {
        let replies = try await waiting(expected: 2) { queue in
            _ = queue.takeUnsent(limit: .max, allocator: allocator)
            #expect(queue.dropUnsent().isEmpty)
            if case .delivered = queue.receive(.integer(1)) { Issue.record("half of the replies were delivered") }
            guard case .delivered(let delivery) = queue.receive(.integer(2)) else {
                Issue.record("the replies were not delivered")
                return
            }
            delivery.perform()
            #expect(queue.isEmpty)
        }
        #expect(replies == [.integer(1), .integer(2)])
    }

    @Test("tells those whose command was written from those whose command was not", arguments: [true, false])
    func loss(isWritten: Bool) async throws {
        let error = await #expect(throws: RedisError.self) {
            try await waiting(expected: 1) { queue in
                if isWritten { _ = queue.takeUnsent(limit: .max, allocator: allocator) }
                for waiter in queue.dropInFlight() { waiter.fail(RedisError(.replyLost, "")) }
                for waiter in queue.dropUnsent() { waiter.fail(RedisError(.closed, "")) }
                #expect(queue.isEmpty && queue.queuedBytes == 0)
            }
        }
        #expect(error?.code == (isWritten ? .replyLost : .closed))
    }
}
