// Owns: what a handler may still decide about its job after a shutdown has cancelled it, against a real Redis.

import BullMQTesting
import LiveTesting
import Testing

@testable import BullMQ

@Suite("A handler cancelled by a shutdown", .live, .timeLimit(.minutes(3)))
struct WorkerShutdownOutcomeTests {
    @Test(
        "has the last word about its job",
        arguments: [
            (.unrecoverable("half written"), .failed), (.delay(for: .hours(1)), .delayed), (.backToWait, .waiting),
        ] as [(JobOutcome, JobState)])
    func outcome(outcome: JobOutcome, state: JobState) async throws {
        let live = try await LiveQueue.make()
        let started = Log<String>()
        let job = try await live.add("work", JobOptions(attempts: 3))
        let running = RunningWorker(
            try Worker(live.name, redis: live.redis) {
                Handler { job in
                    await started.append(job.id)
                    do {
                        try await Gate().wait()
                    } catch {
                        throw outcome
                    }
                    return .null
                }
            })
        try await started.first(1)
        await running.worker.close(gracePeriod: .zero)
        try await running.run.value
        #expect(try await job.state() == state)
        let stored = try await live.stored(job.id)
        #expect(stored.attemptsMade == (state == .failed ? 1 : 0))
        #expect(stored.failedReason == (state == .failed ? "half written" : nil))
        #expect(try await live.send("EXISTS", live.key("\(job.id):lock")).integer == 0)
    }
}
