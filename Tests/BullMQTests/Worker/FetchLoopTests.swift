// Owns: the decisions of the fetch loop, as tables of what happened and what follows.

import Testing

@testable import BullMQ

@Suite("The fetch loop")
struct FetchLoopTests {
    private static let now: Int64 = 1_700_000_000_000

    private func loop(concurrency: Int = 1) -> FetchLoop {
        FetchLoop(concurrency: concurrency, drainDelay: 5000, maximumRateLimitDelay: 30_000)
    }

    /// A loop that has just found its queue empty.
    private func drained(concurrency: Int = 1, limitedFor: Int64 = 0, dueIn: Int64? = nil) -> FetchLoop {
        var loop = loop(concurrency: concurrency)
        _ = loop.next(now: Self.now)
        _ = loop.fetched(.none(limitedFor: limitedFor, dueAt: dueIn.map { Self.now + $0 } ?? 0), now: Self.now)
        return loop
    }

    @Test("asks without waiting at first, and numbers its tokens")
    func start() {
        var loop = loop(concurrency: 2)
        #expect(loop.next(now: Self.now) == .fetch(token: 0))
        _ = loop.fetched(.job, now: Self.now)
        #expect(loop.next(now: Self.now) == .fetch(token: 1))
    }

    @Test("takes no more jobs than its concurrency, and another one when a slot ends")
    func concurrency() {
        var loop = loop(concurrency: 2)
        for _ in 0..<2 {
            _ = loop.next(now: Self.now)
            _ = loop.fetched(.job, now: Self.now)
        }
        #expect(loop.next(now: Self.now) == .idle)
        _ = loop.slotAnswered(.job, now: Self.now)
        #expect(loop.next(now: Self.now) == .idle)
        _ = loop.slotAnswered(.notAsked, now: Self.now)
        #expect(loop.next(now: Self.now) == .fetch(token: 2))
    }

    @Test("says once that the queue is empty, and again only after a job")
    func drainedOnce() {
        var loop = loop()
        let nothing = FetchLoop.Answer.none(limitedFor: 0, dueAt: 0)
        let said = [
            loop.fetched(nothing, now: Self.now), loop.fetched(nothing, now: Self.now),
            loop.fetched(.job, now: Self.now), loop.slotAnswered(nothing, now: Self.now),
        ]
        #expect(said == [true, false, false, true])
    }

    @Test(
        "waits as long as the next delayed job allows",
        arguments: [
            (nil, 1, .block(milliseconds: 5000)),
            (0, 1, .fetch(token: 1)),
            (-7, 1, .fetch(token: 1)),
            (1, 1, .block(milliseconds: 1)),
            (1, 2, .block(milliseconds: 2)),
            (700, 2, .block(milliseconds: 700)),
            (9_999, 1, .block(milliseconds: 9_999)),
            (86_400_000, 1, .block(milliseconds: 10_000)),
        ] as [(Int64?, Int64, FetchLoop.Action)])
    func blockTime(dueIn: Int64?, minimum: Int64, action: FetchLoop.Action) {
        var loop = drained(dueIn: dueIn)
        loop.minimumBlock = minimum
        #expect(loop.next(now: Self.now) == action)
    }

    @Test(
        "after a wait asks for a job, or waits on for one that is due later",
        arguments: [
            // Nothing popped: ask.
            (nil, nil, .fetch(token: 1)),
            (5000, nil, .fetch(token: 1)),
            // The base marker: ask.
            (nil, 0, .fetch(token: 1)),
            (5000, 0, .fetch(token: 1)),
            // A delayed job's marker: wait for it, or for an earlier one that was known.
            (nil, 700, .block(milliseconds: 700)),
            (5000, 700, .block(milliseconds: 700)),
            (300, 700, .block(milliseconds: 300)),
            // It is due.
            (nil, -1, .fetch(token: 1)),
        ] as [(Int64?, Int64?, FetchLoop.Action)])
    func wake(known: Int64?, popped: Int64?, action: FetchLoop.Action) {
        var loop = drained(dueIn: known)
        _ = loop.next(now: Self.now)
        let score = popped.map { $0 == 0 ? 0 : Self.now + $0 }
        loop.woke(score: score, now: Self.now)
        #expect(loop.next(now: Self.now) == action)
    }

    @Test("waits again after a wake-up that brought nothing")
    func spurious() {
        var loop = drained()
        loop.woke(score: 0, now: Self.now)
        #expect(loop.next(now: Self.now) == .fetch(token: 1))
        _ = loop.fetched(.none(limitedFor: 0, dueAt: 0), now: Self.now)
        #expect(loop.next(now: Self.now) == .block(milliseconds: 5000))
    }

    @Test(
        "sleeps while the rate is limited, but never longer than its bound",
        arguments: [(1, 1), (450, 450), (30_000, 30_000), (3_600_000, 30_000)] as [(Int64, Int64)])
    func limited(milliseconds: Int64, sleep: Int64) {
        var loop = drained(limitedFor: milliseconds)
        #expect(loop.next(now: Self.now) == .sleep(milliseconds: sleep))
        loop.slept()
        #expect(loop.next(now: Self.now) == .fetch(token: 1))
    }

    @Test("resumes by itself when the limit has passed, and sleeps on if it was woken early")
    func limitPasses() {
        var loop = drained(limitedFor: 400)
        #expect(loop.next(now: Self.now + 100) == .sleep(milliseconds: 300))
        #expect(loop.next(now: Self.now + 400) == .block(milliseconds: 5000))
    }

    @Test("starts nothing while a handler's rate limit holds")
    func handlerLimit() {
        var loop = loop(concurrency: 3)
        _ = loop.fetched(.job, now: Self.now)
        _ = loop.slotAnswered(.notAsked, now: Self.now)
        loop.limit(for: 250, now: Self.now)
        #expect(loop.next(now: Self.now) == .sleep(milliseconds: 250))
    }

    @Test("does nothing while paused, and goes on afterwards")
    func pause() {
        var loop = loop(concurrency: 2)
        _ = loop.fetched(.job, now: Self.now)
        loop.isPaused = true
        #expect(loop.next(now: Self.now) == .idle)
        #expect(!loop.mayContinueSlot)
        loop.isPaused = false
        #expect(loop.next(now: Self.now) == .fetch(token: 0))
        #expect(loop.mayContinueSlot)
    }

    @Test("stops when it is closing and the last slot ended, paused or not", arguments: [false, true])
    func closing(isPaused: Bool) {
        var loop = loop(concurrency: 2)
        _ = loop.fetched(.job, now: Self.now)
        loop.isPaused = isPaused
        loop.isClosing = true
        #expect(loop.next(now: Self.now) == .idle)
        #expect(!loop.mayContinueSlot)
        _ = loop.slotAnswered(.notAsked, now: Self.now)
        #expect(loop.next(now: Self.now) == .stop)
    }

    @Test("lets surplus slots die out when the concurrency is lowered")
    func lowering() {
        var loop = loop(concurrency: 3)
        for _ in 0..<3 { _ = loop.fetched(.job, now: Self.now) }
        #expect(loop.mayContinueSlot)
        loop.concurrency = 2
        #expect(!loop.mayContinueSlot)
        _ = loop.slotAnswered(.notAsked, now: Self.now)
        #expect(loop.mayContinueSlot)
        #expect(loop.next(now: Self.now) == .idle)
    }
}
