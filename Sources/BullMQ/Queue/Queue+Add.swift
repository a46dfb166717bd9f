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
    /// One transaction (`MULTI`): nobody sees a part of the jobs, and no other client's job comes between.
    case allOrNothing
    /// One after the other without waiting, as in BullMQ for Node: a tenth faster. Other clients' jobs may come between, and a
    /// connection that is lost on the way leaves some jobs added.
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
        if store.telemetry != nil {
            let job = try await addTraced(
                type.name, try JSONText(encoding: payload), options.filled(from: type.defaults))
            return TypedJob(job: job, payload: payload)
        }
        let new = try newJob(type.name, try JSONText(encoding: payload), options.filled(from: type.defaults))
        if !isAnnounced { try await announce() }
        let job = Job(record: new, id: try await store.add(new), store: store)
        store.localEvents.send(.waiting(job))
        return TypedJob(job: job, payload: payload)
    }

    /// Adds a job given by its name and JSON data, which is stored to the byte; see ``add(_:_:options:)``.
    @discardableResult
    public func add(
        name: String, data: JSONText = .emptyObject, options: JobOptions = JobOptions()
    ) async throws -> Job {
        if store.telemetry != nil { return try await addTraced(name, data, options) }
        let new = try newJob(name, data, options)
        if !isAnnounced { try await announce() }
        let job = Job(record: new, id: try await store.add(new), store: store)
        store.localEvents.send(.waiting(job))
        return job
    }

    func newJob(_ name: String, _ data: JSONText, _ options: JobOptions) throws(BullMQError) -> NewJob {
        try NewJob(
            name: name, data: data, options: options.filled(from: self.options.defaultJobOptions), isSingleAdd: true)
    }

    /// Adds jobs in one go and returns them in order. If one has a wrong option nothing is sent; if data cannot be encoded none of
    /// them is added.
    ///
    /// - Parameters:
    ///   - jobs: what to add.
    ///   - atomicity: by default nobody sees a part of the jobs; see ``BulkAtomicity``.
    /// - Throws: as ``add(_:_:options:)``. An error that Redis reports for a single job (a missing parent) is thrown after the
    ///   others were added.
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
        if atomicity == .pipelined {
            let new = try jobs.map { job in
                try NewJob(
                    name: job.name, data: try job.data(), options: job.effectiveOptions(common, metadata),
                    isSingleAdd: false)
            }
            if !isAnnounced { try await announce() }
            return try await store.addPipelined(new)
        }
        var routes: Set<NewJob.Route> = []
        for job in jobs {
            let options = job.effectiveOptions(common, metadata)
            if options.isEmpty {
                if !routes.contains(.standard) { routes.insert(.standard) }
            } else {
                routes.insert(NewJob.Route(options))
                let size = options.sizeLimit == nil ? 0 : try job.data().utf8Count
                try options.validate(name: job.name, dataByteCount: size, isSingleAdd: false)
            }
        }
        if !isAnnounced { try await announce() }
        // Data is encoded while the server already receives the first jobs.
        return try await store.add(count: jobs.count, routes: routes) { index in
            let job = jobs[index]
            return try NewJob(
                name: job.name, data: try job.data(), options: job.effectiveOptions(common, metadata),
                isSingleAdd: false)
        }
    }
}
