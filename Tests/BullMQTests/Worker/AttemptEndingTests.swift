// Owns: what an error means for a job.

import Testing

@testable import BullMQ

@Suite("The ending of an attempt")
struct AttemptEndingTests {
    private struct Mishap: Error, CustomStringConvertible {
        let description = "the disk is full"
    }

    private func ending(
        of error: any Error, cancellation: CancellationReason? = nil, isDiscarded: Bool = false, attemptsMade: Int = 0,
        attempts: Int = 3, backoff: Int64? = 0
    ) async -> AttemptEnding {
        await AttemptEnding(
            error: error, cancellation: cancellation, isDiscarded: isDiscarded, attemptsMade: attemptsMade,
            attempts: attempts
        ) { backoff }
    }

    @Test(
        "is another attempt as long as attempts are left",
        arguments: [
            (0, 0, .fail(reason: "the disk is full")), (0, 1, .fail(reason: "the disk is full")),
            (0, 2, .retryNow(reason: "the disk is full")), (1, 2, .fail(reason: "the disk is full")),
            (1, 3, .retryNow(reason: "the disk is full")), (5, 3, .fail(reason: "the disk is full")),
        ] as [(Int, Int, AttemptEnding)])
    func attempts(made: Int, allowed: Int, expected: AttemptEnding) async {
        #expect(await ending(of: Mishap(), attemptsMade: made, attempts: allowed) == expected)
    }

    @Test("comes later with a pause, at once without, and is final when the strategy gives up")
    func pauses() async {
        #expect(
            await ending(of: Mishap(), backoff: 250) == .retryLater(reason: "the disk is full", milliseconds: 250))
        #expect(await ending(of: Mishap(), backoff: 0) == .retryNow(reason: "the disk is full"))
        #expect(await ending(of: Mishap(), backoff: -5) == .retryNow(reason: "the disk is full"))
        #expect(await ending(of: Mishap(), backoff: nil) == .fail(reason: "the disk is full"))
    }

    @Test(
        "is what the handler asked for",
        arguments: [
            (.unrecoverable("no such file"), .fail(reason: "no such file")),
            (.delay(for: .seconds(2)), .delay(milliseconds: 2000)),
            (.backToWait, .backToWait),
            (.waitForChildren, .waitForChildren),
            (.rateLimited(for: .milliseconds(10)), .rateLimit(milliseconds: 10)),
        ] as [(JobOutcome, AttemptEnding)])
    func outcomes(outcome: JobOutcome, expected: AttemptEnding) async {
        #expect(await ending(of: outcome) == expected)
    }

    @Test("is final for a discarded job and for one with a failed child")
    func final() async {
        #expect(await ending(of: Mishap(), isDiscarded: true) == .fail(reason: "the disk is full"))
        #expect(await ending(of: BullMQError(.failedChildren, "a child failed")) == .fail(reason: "a child failed"))
    }

    @Test("writes nothing once the lock is lost, whatever the handler threw")
    func lockLost() async {
        #expect(await ending(of: CancellationError(), cancellation: .lockLost) == .abandon)
        #expect(await ending(of: Mishap(), cancellation: .lockLost) == .abandon)
    }

    @Test("puts a job back that a shutdown cancelled, unless the handler says what should become of it")
    func shutdown() async {
        #expect(await ending(of: CancellationError(), cancellation: .shuttingDown) == .backToWait)
        #expect(await ending(of: Mishap(), cancellation: .shuttingDown) == .backToWait)
        #expect(
            await ending(of: JobOutcome.delay(for: .seconds(2)), cancellation: .shuttingDown)
                == .delay(milliseconds: 2000))
        #expect(
            await ending(of: JobOutcome.unrecoverable("no"), cancellation: .shuttingDown) == .fail(reason: "no"))
    }

    @Test("names the reason of a cancellation, unless the handler says something better")
    func cancellation() async {
        #expect(
            await ending(of: CancellationError(), cancellation: .timedOut(.seconds(2)), attempts: 1)
                == .fail(reason: "timed out after 2.0 seconds"))
        #expect(
            await ending(of: CancellationError(), cancellation: .requested("user left"), attempts: 1)
                == .fail(reason: "cancelled: user left"))
        #expect(
            await ending(of: CancellationError(), cancellation: .requested(nil), attempts: 1)
                == .fail(reason: "cancelled"))
        #expect(
            await ending(of: Mishap(), cancellation: .requested("user left")) == .retryNow(reason: "the disk is full"))
    }
}

@Suite("A back-off")
struct BackoffTests {
    @Test(
        "computes BullMQ's pauses",
        arguments: [
            (.fixed(.milliseconds(1000)), 1, 1000), (.fixed(.milliseconds(1000)), 7, 1000),
            (.exponential(.milliseconds(1000)), 1, 1000), (.exponential(.milliseconds(1000)), 2, 2000),
            (.exponential(.milliseconds(1000)), 5, 16_000), (.exponential(.milliseconds(3)), 11, 3072),
            (.exponential(.zero), 9, 0), (.exponential(.seconds(1)), 5000, 9_007_199_254_740_991),
            (.fixed(.milliseconds(1000), jitter: 0), 1, 1000),
        ] as [(Backoff, Int, Int64)])
    func numbers(backoff: Backoff, attempt: Int, milliseconds: Int64) {
        #expect(backoff.builtInDelay(afterAttempt: attempt, random: 0.3) == milliseconds)
    }

    @Test(
        "with jitter is random in its upper share",
        arguments: [
            (.fixed(.milliseconds(1000), jitter: 0.25), 0, 750), (.fixed(.milliseconds(1000), jitter: 0.25), 0.5, 875),
            (.fixed(.milliseconds(1000), jitter: 1), 0, 0), (.fixed(.milliseconds(1000), jitter: 1), 0.9999, 999),
            (.exponential(.milliseconds(1000), jitter: 0.5), 0.5, 3000),
            (.exponential(.milliseconds(1000), jitter: 0.5), 0.999, 3998),
        ] as [(Backoff, Double, Int64)])
    func jitter(backoff: Backoff, random: Double, milliseconds: Int64) {
        #expect(backoff.builtInDelay(afterAttempt: backoff.type == "fixed" ? 1 : 3, random: random) == milliseconds)
    }

    @Test("leaves other types to the worker")
    func custom() {
        #expect(Backoff.custom("fibonacci", delay: .seconds(1)).builtInDelay(afterAttempt: 1, random: 0) == nil)
    }
}
