// Owns: cancelling a job that another process works on.

import BullMQTesting
import LiveTesting
import Testing

@testable import BullMQ

@Suite("Cancelling from elsewhere", .live, .timeLimit(.minutes(3)))
struct RemoteCancellationTests {
    @Test("reaches the worker that has the job, which says so")
    func cancels() async throws {
        let live = try await LiveQueue.make()
        let started = Log<String>()
        let reasons = Log<CancellationReason?>()
        let job = try await live.add()
        try await live.withWorker(WorkerOptions(acceptsRemoteCancellation: true)) {
            Handler { job in
                await started.append(job.id)
                do {
                    try await Task.sleep(for: .seconds(600))
                } catch {
                    await reasons.append(job.cancellationReason)
                    throw error
                }
                return .null
            }
        } _: { running async throws in
            _ = try await started.first(1)
            let answer = try await live.queue.cancel(job.id, reason: "no longer wanted")
            #expect(answer == .acknowledged(workerID: running.worker.id))
            #expect(try await reasons.first(1) == [.requestedRemotely("no longer wanted")])
            #expect(try await live.failure(of: job) == "cancelled: no longer wanted")
        }
        // What it leaves behind vanishes by itself.
        #expect(try await live.send("PTTL", live.key("cancellations")).integer ?? 0 > 0)
        #expect(try await live.send("XLEN", live.key("cancellations")).integer == 1)
        #expect(try await live.queue.verify().isClean)
    }

    @Test("stays unanswered if the job's worker does not listen")
    func unanswered() async throws {
        let live = try await LiveQueue.make()
        let started = Log<String>()
        let gate = Gate()
        let job = try await live.add()
        try await live.withWorker {
            Handler { job in
                await started.append(job.id)
                try await gate.wait()
                return .null
            }
        } _: { _ async throws in
            _ = try await started.first(1)
            #expect(try await live.queue.cancel(job.id, within: .milliseconds(100)) == .unanswered)
            await gate.open()
            _ = try await live.ending(of: job)
        }
    }

    @Test("is refused for a job that is not active")
    func refused() async throws {
        let live = try await LiveQueue.make()
        let job = try await live.add()
        let inactive = await #expect(throws: BullMQError.self) { try await live.queue.cancel(job.id) }
        #expect(inactive?.code == .wrongState)
        let missing = await #expect(throws: BullMQError.self) { try await live.queue.cancel("nobody") }
        #expect(missing?.code == .missingJob)
    }
}
