// The seam between the queue and the work: a BullMQ handler for each operation, and how a job's progress is told.

import BullMQ
import Logging
import MediaJobs
import MediaProcessing
import MediaRecords

struct MediaJobHandling: Sendable {
    let runner: MediaJobRunner
    /// Where records and results are; nil for results in a folder.
    let directus: DirectusWork?
    let logger: Logger

    /// The handler of one operation; jobs carry its name.
    func handler<Operation: MediaOperation>(for operation: Operation.Type) -> Handler {
        Handler(named: Operation.name) { job in
            do {
                return try await run(operation, job)
            } catch {
                throw outcome(of: error, for: job)
            }
        }
    }

    private func run<Operation: MediaOperation>(_ operation: Operation.Type, _ job: Job) async throws -> JSONText {
        let data = try job.data.decode(MediaJob<Operation>.self)
        if let stated = data.statedOperation, stated != job.name {
            logger.warning(
                "the data states another operation than the job's name, which is done",
                metadata: ["job": "\(job.id)", "name": "\(job.name)", "operation": "\(stated)"])
        }
        if let directus { return try await run(data, job, directus) }
        let made = try await reportingProgress(of: job) { progress in
            try await runner.run(data, id: job.id, progress: progress)
        }
        try await tell(made, made.path, of: job)
        return try JSONText(encoding: made)
    }

    /// Writes what was made to the log of the job and of this process.
    func tell(_ made: MediaReport, _ place: String, of job: Job) async throws {
        for warning in made.warnings { try await job.log(warning) }
        logger.info(
            "done",
            metadata: [
                "job": "\(job.id)", "operation": "\(job.name)", "result": "\(place)",
                "size": "\(made.width)x\(made.height)", "bytes": "\(made.bytes)",
            ])
    }

    /// Does `work`, and reports its progress to the queue and, more rarely, to the record.
    func reportingProgress<Made>(
        of job: Job, record: StartedRun? = nil,
        _ work: (@escaping @Sendable (Double) -> Void) async throws -> Made
    ) async throws -> Made {
        // Whole percents, and only the newest: progress that cannot be stored in time is not worth waiting for.
        let (percents, feed) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))
        let (recorded, recordFeed) = AsyncStream.makeStream(of: Int.self, bufferingPolicy: .bufferingNewest(1))
        async let reporting: Void = report(percents, on: job)
        // Given up when this function returns: how far the work was does not matter when it is over.
        async let _: Void = report(recorded, to: record)
        let result: Result<Made, any Error>
        do {
            result = .success(
                try await work { fraction in
                    feed.yield(Int(fraction * 100))
                    recordFeed.yield(Int(fraction * 100))
                })
        } catch {
            result = .failure(error)
        }
        feed.finish()
        await reporting
        return try result.get()
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

    private func report(_ percents: AsyncStream<Int>, to record: StartedRun?) async {
        guard let record, let directus else { return }
        var last = 0
        var iterator = percents.makeAsyncIterator()
        while true {
            do {
                try await Task.sleep(for: Self.recordPace)
                guard let percent = await iterator.next() else { return }
                guard percent > last else { continue }
                last = percent
                try await directus.records.progressed(record, to: percent)
            } catch is CancellationError {
                return
            } catch {
                logger.debug(
                    "progress not recorded", metadata: ["record": "\(record.run.recordID)", "error": "\(error)"])
            }
        }
    }

    /// Time between two writes of progress to a record (Directus, section 16, rule 4).
    private static let recordPace = Duration.seconds(3)
}
