// Owns: what users do with the job schedulers of a queue.

import Logging
import Tracing

/// The job schedulers of a queue: each makes a job again and again, at an interval or by a cron pattern.
///
/// ```swift
/// try await queue.schedulers.upsert("nightly", .cron("0 0 3 * * *", timeZone: "Europe/Berlin"), Media.clean, Clean())
/// ```
///
/// A scheduler always has one job waiting for its time; the worker that takes it creates the next one before it
/// processes the first. So schedulers need no process of their own, and none is created while no worker runs.
public struct JobSchedulers: Sendable {
    let queue: Queue

    private var store: QueueStore { queue.store }

    /// Creates a job scheduler, or redefines the one with this id, for jobs of a known type.
    ///
    /// Redefining replaces the job that waits for its time. With an unchanged interval it keeps its time: calling this
    /// at every start of a program neither postpones nor repeats a run.
    ///
    /// - Parameters:
    ///   - id: any text.
    ///   - rule: when the jobs run.
    ///   - type: their name and default options.
    ///   - payload: their data.
    ///   - options: their options. An id, a delay, a time, a parent and deduplication are not for recurring jobs.
    ///   - repeatable: the ``JobScheduler/id`` of a repeatable job of an old release, which is removed with its pending
    ///     iteration in the same transaction, so that no worker ever sees both series or none. (An extension.) It is
    ///     gone even if the scheduler then turns out to have no free id.
    /// - Returns: the next job; nil if the rule allows no (further) run, and then nothing was changed.
    /// - Throws: `BullMQError`: `invalidArgument` before anything is sent; `iterationExists` or `slotsTaken` if other
    ///   jobs have the ids that the next one would get; `EncodingError`; `RedisError`.
    @discardableResult
    public func upsert<Payload, Output>(
        _ id: String, _ rule: RepeatRule, _ type: JobType<Payload, Output>, _ payload: Payload,
        options: JobOptions = JobOptions(), replacing repeatable: String? = nil
    ) async throws -> TypedJob<Payload, Output>? {
        let job = try await upsert(
            id, rule, name: type.name, data: try JSONText(encoding: payload), options, defaults: type.defaults,
            replacing: repeatable)
        return job.map { TypedJob(job: $0, payload: payload) }
    }

    /// Creates or redefines a job scheduler for jobs given by their name (by default the id) and JSON data; see
    /// ``upsert(_:_:_:_:options:replacing:)``.
    @discardableResult
    public func upsert(
        _ id: String, _ rule: RepeatRule, name: String? = nil, data: JSONText = .emptyObject,
        options: JobOptions = JobOptions(), replacing repeatable: String? = nil
    ) async throws -> Job? {
        try await upsert(
            id, rule, name: name ?? id, data: data, options, defaults: JobOptions(), replacing: repeatable)
    }

    private func upsert(
        _ id: String, _ rule: RepeatRule, name: String, data: JSONText, _ options: JobOptions, defaults: JobOptions,
        replacing repeatable: String?
    ) async throws -> Job? {
        guard !id.isEmpty else { throw BullMQError(.invalidArgument, "Job scheduler id must be provided") }
        let now = Milliseconds.now
        let repeatOptions = RepeatOptions(rule)
        if let endDate = repeatOptions.endDate, endDate < now {
            throw BullMQError(.invalidArgument, "End date must be greater than current timestamp")
        }
        try repeatOptions.validate()
        if rule.startsImmediately, repeatOptions.every != nil {
            queue.options.logger.warning(
                "the first run of an interval is immediate anyway", metadata: ["bullmq.scheduler.id": "\(id)"])
        }
        try Self.checkTemplate(options)
        let template = options.filled(from: defaults).filled(from: queue.options.defaultJobOptions).asTemplate
        try template.validate(name: name, dataByteCount: data.utf8Count, isSingleAdd: false)

        guard let count = repeatOptions.nextCount(now: now) else { return nil }
        var next: Int64?
        if repeatOptions.pattern != nil {
            // Asked for an immediate run too, so that a wrong pattern is not noticed only by the worker that takes it.
            let regular = try await repeatOptions.nextRun(
                after: now, jobName: name, strategy: queue.options.repeatStrategy)
            next = rule.startsImmediately ? now : regular
            guard next != nil else { return nil }
        }
        if !queue.isAnnounced { try await queue.announce() }
        let attributes: SpanAttributes = ["bullmq.job.scheduler.id": .string(id)]
        return try await store.traced(.add, to: "\(queue.name).\(name)", attributes) { span in
            let definition = SchedulerDefinition(
                id: id, name: name, data: data, template: template, metadata: store.metadata(of: span),
                repeatOptions: repeatOptions, count: count, next: next, now: now)
            let record = try await store.upsertScheduler(definition, replacing: repeatable)
            span?.attributes["bullmq.job.id"] = record.id
            return Job(record: record, store: store)
        }
    }

    /// What would be silently ignored, or break the series, is refused.
    private static func checkTemplate(_ options: JobOptions) throws(BullMQError) {
        let refused: [(name: String, isGiven: Bool)] = [
            ("jobId", options.jobID != nil), ("delay", options.delay != nil), ("timestamp", options.timestamp != nil),
            ("parent", options.parent != nil), ("deduplication", options.deduplication != nil),
        ]
        for option in refused where option.isGiven {
            throw BullMQError(
                .invalidArgument, "The option \(option.name) is not for the jobs of a scheduler, which makes it itself")
        }
    }

    /// The job scheduler with this id, if there is one.
    public func get(_ id: String) async throws -> JobScheduler? { try await store.scheduler(id) }

    /// Job schedulers in the order of their next runs, repeatable jobs of old releases among them. Nothing is changed
    /// or removed.
    ///
    /// - Parameters:
    ///   - range: positions, from 0.
    ///   - order: by default the one that runs next comes first.
    public func list(range: Range<Int> = 0..<Int.max, order: JobOrder = .oldestFirst) async throws -> [JobScheduler] {
        guard !range.isEmpty else { return [] }
        return try await store.schedulers(
            start: range.lowerBound, end: range.upperBound == .max ? -1 : range.upperBound - 1,
            ascending: order == .oldestFirst)
    }

    /// How many there are.
    public func count() async throws -> Int { try await store.schedulerCount() }

    /// Removes a job scheduler and its job, if that is still delayed. A job that waits for a worker already stays, and
    /// is its last.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    public func remove(_ id: String) async throws -> Bool { try await store.removeScheduler(id) }

    /// Removes a repeatable job that a release of BullMQ before 6.0 defined, with its pending iteration, in one step.
    /// (An extension: BullMQ itself has nothing that finds those of the oldest form.)
    ///
    /// - Parameter key: the ``JobScheduler/id`` under which ``list(range:order:)`` shows it.
    /// - Returns: whether there was one; false for a job scheduler, which stays.
    @discardableResult
    public func removeRepeatable(_ key: String) async throws -> Bool { try await store.removeRepeatable(key) }
}

extension Queue {
    /// The jobs that this queue makes again and again.
    public var schedulers: JobSchedulers { JobSchedulers(queue: self) }
}

extension JobOptions {
    /// Without what makes no sense for jobs that recur; defaults for other jobs may contain it.
    fileprivate var asTemplate: JobOptions {
        if isEmpty { return self }
        var options = self
        options.jobID = nil
        options.delay = nil
        options.timestamp = nil
        options.parent = nil
        options.deduplication = nil
        return options
    }
}
