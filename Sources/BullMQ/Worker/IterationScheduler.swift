// Owns: what a worker does for a recurring job before it processes it: create the next one. The rule it keeps: whatever
// goes wrong is reported, and the job is processed all the same (protocol: worker, section 9; versions, section 3.4).

import Logging
import NIOCore

/// Creates the iteration that follows a job.
struct IterationScheduler: Sendable {
    let store: QueueStore
    let options: WorkerOptions
    let events: EventBroadcast<WorkerEvent>

    /// - Parameters:
    ///   - record: a job that was taken; nothing happens if it does not recur.
    ///   - mayWait: asked when the connection failed: whether the job is still ours, and there is time to try again.
    func scheduleNext(after record: JobRecord, while mayWait: () -> Bool) async {
        guard let stored = record.recurringOptions else { return }
        while true {
            do {
                let id = try await next(after: record, stored)
                options.logger.debug(
                    "next iteration",
                    metadata: ["bullmq.job.id": "\(record.id)", "bullmq.job.next": "\(id ?? "none")"])
                return
            } catch let error as RedisError where error.isConnectionError && error.code != .closed && mayWait() {
                // Creating an iteration twice does nothing, so it does not matter whether the lost call was executed.
                options.logger.info(
                    "next iteration will be created again",
                    metadata: ["bullmq.job.id": "\(record.id)", "bullmq.error": "\(error)"])
                await Wakeup(eventLoop: store.connection.eventLoop).sleep(atMost: options.retryDelay)
            } catch {
                return report(error, record)
            }
        }
    }

    private func report(_ error: any Error, _ record: JobRecord) {
        let message = (error as? BullMQError)?.message ?? "\(error)"
        let failure = BullMQError(
            .schedulingFailed, "Failed to add repeatable job for next iteration: \(message)", underlying: error)
        options.logger.warning(
            "\(failure.message)", metadata: ["bullmq.queue": "\(store.name)", "bullmq.job.id": "\(record.id)"])
        events.send(.error(failure))
    }

    private func next(after record: JobRecord, _ stored: String) async throws -> String? {
        let jobOptions = (try? JSONValue(parsing: stored))?.objectValue ?? [:]
        let repeatOptions = RepeatOptions(stored: jobOptions["repeat"]?.objectValue ?? [:])
        try repeatOptions.validate()
        let now = Milliseconds.now
        guard let count = repeatOptions.nextCount(now: now) else { return nil }

        let slot = jobOptions["prevMillis"]?.storedMilliseconds
        let base = max(now, slot ?? 0)
        var next: Int64?
        if repeatOptions.pattern != nil {
            next = try await repeatOptions.nextRun(
                after: base, jobName: record.name, strategy: options.repeatStrategy)
            guard next != nil else { return nil }
        }
        if let schedulerID = record.schedulerID {
            var options = jobOptions
            options["attempts"] = options["attempts"] ?? 0
            options["timestamp"] = .integer(now)
            options["repeatJobKey"] = .string(schedulerID)
            options["prevMillis"] = next.map(JSONValue.integer)
            options["repeat"] = .object(repeatOptions.written(count: count))
            let id = try await store.updateScheduler(
                schedulerID, next: next, options: options, producer: record, now: now)
            // The id of an iteration of a scheduler names it; nothing was created because it is not the current one.
            if id != nil || record.id.hasPrefix("repeat:\(schedulerID):") { return id }
        }
        guard options.continuesLegacyRepeatables else { throw Self.legacy(record) }
        return try await continueRepeatable(record, jobOptions, repeatOptions, count: count, next: next, slot, now)
    }

    /// The next iteration of a repeatable job of a release before 6.0 (protocol: versions, section 3.2).
    private func continueRepeatable(
        _ record: JobRecord, _ jobOptions: JSONObject, _ repeatOptions: RepeatOptions, count: Int64, next: Int64?,
        _ slot: Int64?, _ now: Int64
    ) async throws -> String? {
        let base = max(now, slot ?? 0)
        let next = next ?? repeatOptions.every.map { (base / $0 + 1) * $0 } ?? base
        let repeatable = LegacyRepeatable(
            jobName: record.name, data: record.data, repeatOptions: repeatOptions.stored, member: record.schedulerID)
        var repeatObject = repeatOptions.stored
        repeatObject["count"] = .integer(count)
        repeatObject["immediately"] = nil
        var options = jobOptions
        options["repeat"] = .object(repeatObject)
        options["timestamp"] = .integer(now)
        options["prevMillis"] = .integer(next)
        return try await store.continueRepeatable(
            repeatable, next: next, delay: max(0, next + (repeatOptions.offset ?? 0) - now), options: options,
            producer: record, producingSlot: slot, now: now)
    }

    private static func legacy(_ record: JobRecord) -> BullMQError {
        BullMQError(
            .invalidArgument,
            """
            Legacy repeatable job metadata is not supported in BullMQ v6 (key: "\(record.schedulerID ?? "")"). Migrate legacy \
            repeatable jobs to Job Schedulers, or let this worker continue them (continuesLegacyRepeatables).
            """)
    }
}
