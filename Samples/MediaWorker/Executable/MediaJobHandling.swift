// The seam between the queue and the work: a BullMQ handler for each operation, and what each kind of failure means for
// the job.

import BullMQ
import Logging
import MediaJobs
import MediaProcessing

struct MediaJobHandling: Sendable {
    let runner: MediaJobRunner
    let logger: Logger

    /// The handler of one operation; jobs carry its name.
    func handler<Operation: MediaOperation>(for operation: Operation.Type) -> Handler {
        Handler(named: Operation.name) { job in
            do {
                return try JSONText(encoding: try await run(operation, job))
            } catch {
                throw outcome(of: error, for: job)
            }
        }
    }

    private func run<Operation: MediaOperation>(_ operation: Operation.Type, _ job: Job) async throws -> MediaReport {
        let data = try job.data.decode(MediaJob<Operation>.self)
        if let stated = data.statedOperation, stated != job.name {
            logger.warning(
                "the data states another operation than the job's name, which is done",
                metadata: ["job": "\(job.id)", "name": "\(job.name)", "operation": "\(stated)"])
        }
        // Whole percents, and only the newest: progress that Redis cannot take in time is not worth waiting for.
        let (percents, feed) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))
        async let reporting: Void = report(percents, on: job)
        let result: Result<MediaReport, any Error>
        do {
            result = .success(try await runner.run(data, id: job.id) { feed.yield(Int($0 * 100)) })
        } catch {
            result = .failure(error)
        }
        feed.finish()
        await reporting
        let made = try result.get()
        for warning in made.warnings { try await job.log(warning) }
        logger.info(
            "done",
            metadata: [
                "job": "\(job.id)", "operation": "\(job.name)", "path": "\(made.path)",
                "size": "\(made.width)x\(made.height)", "bytes": "\(made.bytes)",
            ])
        return made
    }

    private func report(_ percents: AsyncStream<Int>, on job: Job) async {
        var last = -1
        for await percent in percents where percent > last {
            last = percent
            do {
                try await job.updateProgress(percent)
            } catch {
                logger.debug("progress not stored", metadata: ["job": "\(job.id)", "error": "\(error)"])
            }
        }
    }

    /// What a failure means for the job: no further attempts for what cannot succeed, else the queue's back-off
    /// decides.
    private func outcome(of error: any Error, for job: Job) -> any Error {
        if let error = error as? MediaError, error.code == .cancelled {
            logger.notice("given up", metadata: ["job": "\(job.id)", "operation": "\(job.name)"])
            return CancellationError()
        }
        logger.warning("failed", metadata: ["job": "\(job.id)", "operation": "\(job.name)", "error": "\(error)"])
        switch error {
        case let error as MediaError where error.isPermanent: return JobOutcome.unrecoverable(error.description)
        case let error as MediaJobError where error.isPermanent: return JobOutcome.unrecoverable(error.description)
        case let error as MediaJobError:
            // A delay counts as no attempt, so a server that always says "later" must not be obeyed for ever.
            if let pause = error.retryAfter, job.attemptsStarted < Self.mostDelays {
                return JobOutcome.delay(for: pause)
            }
            return error
        case is DecodingError: return JobOutcome.unrecoverable("invalid_data: The job's data cannot be read")
        case is MediaError, is CancellationError, is BullMQError: return error
        // Its text was not written for the job's author: it may name files and hosts of this machine.
        default: return MediaJobError(.internalError, "The job failed unexpectedly (\(type(of: error)))")
        }
    }

    private static let mostDelays = 10
}
