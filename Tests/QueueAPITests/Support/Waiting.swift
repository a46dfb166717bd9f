// Owns: waiting for what another process or task brings about, without knowing when.

import BullMQ
import Testing

@testable import QueueAPI

/// Asks again and again until the answer is yes; fails the test after ten seconds.
func eventually(
    sourceLocation: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + .seconds(10)
    while try await !condition() {
        guard ContinuousClock.now < deadline else {
            Issue.record("what was waited for did not come", sourceLocation: sourceLocation)
            return
        }
        try await Task.sleep(for: .milliseconds(20))
    }
}

extension TestServer {
    /// A worker that takes jobs when it is told to.
    func worker(_ queue: String = "media-jobs") throws -> ManualWorker {
        var options = WorkerOptions()
        options.prefix = configuration.prefix
        return try ManualWorker(queue, redis: redis, options: options)
    }

    /// Lets the next job fail for good.
    func failNextJob(_ queue: String = "media-jobs") async throws -> Job {
        let taken = try #require(try await worker(queue).nextJob())
        try await taken.fail(JobOutcome.unrecoverable("broken"))
        return taken.job
    }
}
