// Keeps records in line with the queue beside the work: says `failed` once the queue has stored it, and repairs records
// whose jobs ended while Directus was down or the worker died (queue API, section 11).

import BullMQ
import Directus
import Foundation
import Logging
import MediaRecords
import ServiceLifecycle

struct RecordKeeper: Service {
    let records: MediaRecords
    let queue: Queue
    /// What happens in the worker.
    let events: AsyncStream<WorkerEvent>
    /// Time between two sweeps.
    let interval: Duration
    /// After this time without an end, a job that the queue does not know is lost.
    let lostAfter: Duration
    let logger: Logger

    /// How long the last failures may take after everything else has stopped.
    private static let lastChance = Duration.seconds(5)

    func run() async throws {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                await followFailures()
                return true
            }
            group.addTask {
                await sweepUntilShutdown()
                return true
            }
            group.addTask {
                do {
                    try await gracefulShutdown()
                    try await Task.sleep(for: Self.lastChance)
                } catch {
                    // Cancelled: the others are, too.
                }
                return false
            }
            // The worker has ended before this is told to, so there are no more failures than those on their way.
            for _ in 0..<2 where await group.next() != true { break }
            group.cancelAll()
        }
    }

    // MARK: Failures in this worker

    private func followFailures() async {
        for await event in events {
            guard case .failed(let job, let error) = event, let run = run(of: job) else { continue }
            do {
                try await recordFailure(of: job, run, "\(error)")
            } catch {
                logger.warning(
                    "the record does not say yet that the job failed",
                    metadata: ["job": "\(job.id)", "record": "\(run.recordID)", "error": "\(error)"])
            }
        }
    }

    private func recordFailure(of job: Job, _ run: RecordRun, _ reason: String) async throws {
        let stored = try await queue.job(job.id)
        let reason = stored?.failedReason ?? reason
        switch try await queue.state(of: job.id) {
        case .failed, nil:
            let ended = EndedJob(run: run, end: .failed(reason), date: stored?.finishedOn ?? Date())
            note(try await records.settle([ended]), "failure recorded")
        default: try await records.attemptFailed(run, reason: reason)
        }
    }

    private func run(of job: Job) -> RecordRun? {
        guard let reference = try? job.data.decode(RecordReference.self) else { return nil }
        return try? RecordRun(of: job, recordID: reference.jobId)
    }

    /// All of a job's data that matters here; data without it belongs to no record.
    private struct RecordReference: Decodable {
        var jobId: String?
    }

    // MARK: Everything else

    private func sweepUntilShutdown() async {
        do {
            try await cancelWhenGracefulShutdown {
                var settledUntil: Date?
                while true {
                    settledUntil = await sweep(since: settledUntil)
                    try await Task.sleep(for: interval)
                }
            }
        } catch {
            // Told to stop.
        }
    }

    /// - Returns: Until when all ends are recorded.
    private func sweep(since settledUntil: Date?) async -> Date? {
        let start = Date()
        do {
            for state in [JobState.completed, .failed] { try await settleEnded(in: state, since: settledUntil) }
            try await settleLost(before: start.addingTimeInterval(-(lostAfter / .seconds(1))))
            return start
        } catch is CancellationError {
            return settledUntil
        } catch {
            let isRefused = (error as? DirectusError)?.isAuthentication == true
            logger.log(
                level: isRefused ? .error : .warning, "records could not be compared with the queue",
                metadata: ["queue": "\(queue.name)", "error": "\(error)"])
            return settledUntil
        }
    }

    private func settleEnded(in state: JobState, since settledUntil: Date?) async throws {
        // Jobs get their end from the clock of their worker, which may not be this one's.
        let oldest = settledUntil?.addingTimeInterval(-Self.clockDifference) ?? .distantPast
        var position = 0
        while position < Self.mostJobs {
            let jobs = try await queue.jobs(
                in: [state], range: position..<(position + Self.pageSize), order: .newestFirst)
            let recent = jobs.filter { $0.finishedOn ?? .distantPast > oldest }
            note(try await records.settle(recent.compactMap { ended($0, state) }))
            guard recent.count == Self.pageSize else { return }
            position += Self.pageSize
        }
    }

    private func ended(_ job: Job, _ state: JobState) -> EndedJob? {
        guard let run = run(of: job) else { return nil }
        let end: EndedJob.End
        if state == .completed {
            // Only a foreign worker could have left something that is no JSON; that it completed counts all the same.
            end = .completed((try? job.returnValue?.decode(DirectusValue.self)) ?? .null)
        } else {
            end = .failed(job.failedReason ?? "The job failed")
        }
        return EndedJob(run: run, end: end, date: job.finishedOn ?? Date())
    }

    private func settleLost(before date: Date) async throws {
        for started in try await records.unfinished(in: queue.name, since: date)
        where try await queue.state(of: started.run.bullJobID) == nil {
            if let repair = try await records.settleLost(started) { note([repair]) }
        }
    }

    private func note(_ repairs: [MediaRecords.Repair], _ message: Logger.Message = "record brought in line") {
        for repair in repairs {
            var metadata: Logger.Metadata = ["record": "\(repair.recordID)", "status": "\(repair.status.rawValue)"]
            if let problem = repair.problem { metadata["error"] = "\(problem)" }
            logger.log(level: repair.problem == nil ? .info : .error, message, metadata: metadata)
        }
    }

    private static let pageSize = 100
    /// Most jobs looked at in each of the two states; by default the queue keeps 100 and 1000.
    private static let mostJobs = 10_000
    private static let clockDifference = 120.0
}
