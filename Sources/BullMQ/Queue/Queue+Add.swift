import Tracing

/// One job of a bulk addition.
public struct BulkJob: Sendable {
    let name: String
    let data: @Sendable () throws -> JSONText
    let options: JobOptions
    let defaults: JobOptions

    /// A job of a known type.
    public init<Payload, Output>(
        _ type: JobType<Payload, Output>, _ payload: Payload, options: JobOptions = JobOptions()
    ) {
        name = type.name
        data = { try JSONText(encoding: payload) }
        self.options = options
        defaults = type.defaults
    }

    /// A job given by its name and JSON data.
    public init(name: String, data: JSONText = .emptyObject, options: JobOptions = JobOptions()) {
        self.name = name
        self.data = { data }
        self.options = options
        defaults = JobOptions()
    }
}

/// How jobs that are added in one call hang together.
public enum BulkAtomicity: Sendable, Hashable {
    /// All jobs are added, or none; nobody sees a part of them, and no other client's job comes between.
    ///
    /// One script call looks first whether each job can be added (a missing parent, a parent that cannot be replaced), then adds
    /// them. Jobs that need no such look, since they have no id of their own, no delay, no parent and no deduplication, go
    /// in calls of 1000; several of them are one transaction (`MULTI`). Either way Redis serves nobody else meanwhile: reckon with
    /// 5 to 20 ms for a thousand jobs.
    case allOrNothing
    /// One after the other without waiting, as in BullMQ for Node. Other clients' jobs may come between, and a connection that
    /// is lost on the way leaves some jobs added. With ``QueueOptions/groupCommit`` ordinary jobs go fifty to a call.
    case pipelined
}

extension BulkJob {
    fileprivate func effectiveOptions(_ common: JobOptions, _ metadata: String?) -> JobOptions {
        options.filled(from: defaults).filled(from: common).carrying(metadata, overwrites: false)
    }
}

extension Queue {
    /// Adds a job of a known type.
    ///
    /// If a job with the same id exists, or its deduplication id is taken, nothing is added and the returned job carries the id
    /// of the existing one.
    ///
    /// - Throws: `BullMQError`: `invalidArgument` before anything is sent, `missingParent`, `parentCannotBeReplaced`;
    ///   `EncodingError`; `RedisError`: with code `replyLost` the job may have been added.
    @discardableResult
    public func add<Payload, Output>(
        _ type: JobType<Payload, Output>, _ payload: Payload, options: JobOptions = JobOptions()
    ) async throws -> TypedJob<Payload, Output> {
        let job = try await add(
            name: type.name, data: try JSONText(encoding: payload), options: options.filled(from: type.defaults))
        return TypedJob(job: job, payload: payload)
    }

    /// Adds a job given by its name and JSON data, which is stored to the byte; see ``add(_:_:options:)``.
    @discardableResult
    public func add(
        name: String, data: JSONText = .emptyObject, options: JobOptions = JobOptions()
    ) async throws -> Job {
        let options = options.filled(from: self.options.defaultJobOptions)
        return store.telemetry == nil
            ? try await addSingle(name, data, options) : try await addTraced(name, data, options)
    }

    /// - Parameter options: those in force, defaults included.
    func addSingle(_ name: String, _ data: JSONText, _ options: JobOptions) async throws -> Job {
        let new = try NewJob(name: name, data: data, options: options, isSingleAdd: true)
        if !isAnnounced { try await announce() }
        let job = Job(record: new, id: try await additions.add(new), store: store)
        store.localEvents.send(.waiting(job))
        return job
    }

    /// Adds jobs in one go and returns them in order. If one has a wrong option or data that cannot be encoded, nothing is sent.
    ///
    /// - Parameters:
    ///   - jobs: what to add.
    ///   - atomicity: by default nobody sees a part of the jobs; see ``BulkAtomicity``.
    /// - Throws: as ``add(_:_:options:)``. If Redis refuses a single job (its parent is missing), the error names it; nothing was
    ///   added then, or with ``BulkAtomicity/pipelined`` all the others.
    @discardableResult
    public func addBulk(_ jobs: [BulkJob], atomicity: BulkAtomicity = .allOrNothing) async throws -> [Job] {
        let attributes: () -> SpanAttributes = {
            [
                "bullmq.job.bulk.names": .stringArray(jobs.map(\.name)),
                "bullmq.job.bulk.count": .int64(Int64(jobs.count)),
            ]
        }
        return try await store.traced(.addBulk, attributes()) { span in
            try await addBulk(jobs, atomicity, store.metadata(of: span))
        }
    }

    /// - Parameter metadata: carried by the jobs that bring none.
    private func addBulk(
        _ jobs: [BulkJob], _ atomicity: BulkAtomicity, _ metadata: String?
    ) async throws -> [Job] {
        let common = options.defaultJobOptions
        let new = try jobs.map { job in
            try NewJob(
                name: job.name, data: try job.data(), options: job.effectiveOptions(common, metadata),
                isSingleAdd: false)
        }
        if !isAnnounced { try await announce() }
        return switch atomicity {
        case .allOrNothing: try await store.addAtomically(new)
        case .pipelined: try await additions.addPipelined(new)
        }
    }
}
