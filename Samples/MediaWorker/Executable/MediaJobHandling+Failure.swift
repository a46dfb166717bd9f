// What each kind of failure means for the job.

import BullMQ
import Directus
import Logging
import MediaJobs
import MediaProcessing
import MediaRecords

extension MediaJobHandling {
    /// What a failure means: no further attempts for what cannot succeed, a delay for what nobody who made the job can
    /// help, else the queue's back-off decides.
    func outcome(of error: any Error, for job: Job) -> any Error {
        if let error = error as? MediaError, error.code == .cancelled {
            logger.notice("given up", metadata: ["job": "\(job.id)", "operation": "\(job.name)"])
            return CancellationError()
        }
        if let error = error as? DirectusError {
            guard error.code != .cancelled else { return CancellationError() }
            return outcome(of: MediaJobError(error, "The job's record cannot be used"), for: job)
        }
        let isAlarm = (error as? MediaJobError)?.code == .directusRefused
        logger.log(
            level: isAlarm ? .error : .warning, "failed",
            metadata: ["job": "\(job.id)", "operation": "\(job.name)", "error": "\(error)"])
        switch error {
        case let error as MediaError where error.isPermanent: return JobOutcome.unrecoverable(error.description)
        case let error as MediaJobError where error.isPermanent: return JobOutcome.unrecoverable(error.description)
        case let error as MediaJobError:
            guard let pause = pause(before: error, job.attemptsStarted) else { return error }
            return JobOutcome.delay(for: pause)
        case is DecodingError: return JobOutcome.unrecoverable("invalid_data: The job's data cannot be read")
        case is MediaError, is CancellationError, is BullMQError: return error
        // Its text was not written for the job's author: it may name files and hosts of this machine.
        default: return MediaJobError(.internalError, "The job failed unexpectedly (\(type(of: error)))")
        }
    }

    /// How long the job waits at no cost; nil if this costs an attempt.
    private func pause(before error: MediaJobError, _ attemptsStarted: Int) -> Duration? {
        guard let wanted = error.retryAfter else { return nil }
        switch error.code {
        // Until somebody changes the token.
        case .directusRefused: return wanted
        // About an hour and a half, ever more rarely.
        case .directusUnavailable where attemptsStarted < Self.mostDirectusDelays:
            return max(wanted, min(.seconds(1) * (1 << min(attemptsStarted, 10)), .seconds(300)))
        // A server that always says "later" must not be obeyed for ever.
        case .fetchFailed, .modelFailed: return attemptsStarted < Self.mostDelays ? wanted : nil
        default: return nil
        }
    }

    private static let mostDelays = 10
    private static let mostDirectusDelays = 25
}
