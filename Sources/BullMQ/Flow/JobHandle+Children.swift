// Owns: what can be asked of a job about its children, and what parent and child can do about each other.

extension JobHandle {
    /// The results of the children that completed, by their full keys (``Job/key``).
    public func childrenValues() async throws -> [String: JSONText] {
        try await job.store.childrenValues(of: job.id)
    }

    /// The decoded results of the children that completed, by their full keys.
    ///
    /// - Parameters:
    ///   - type: the type of these children. A parent keeps no names with the results, so this is for parents whose children are all of
    ///     one type, or are of one type in each queue.
    ///   - queueName: only children of this queue; of every queue by default.
    /// - Throws: `BullMQError` with code `invalidData` if a result is not as the type says.
    public func childrenValues<Payload, Output>(
        of type: JobType<Payload, Output>, in queueName: String? = nil
    ) async throws -> [String: Output] {
        var values: [String: Output] = [:]
        for (key, value) in try await childrenValues() {
            if let queueName, JobKey(key)?.queue != queueName { continue }
            do {
                values[key] = try value.decode(Output.self)
            } catch {
                throw BullMQError(
                    .invalidData, "The result of child \(key) of job \(job.id) is not one of \"\(type.name)\"",
                    underlying: error)
            }
        }
        return values
    }

    /// Why children failed whose failure does not stop this job, by their full keys.
    public func ignoredChildrenFailures() async throws -> [String: String] {
        try await job.store.ignoredChildrenFailures(of: job.id)
    }

    /// The full keys of children whose failure fails this job (``ChildFailurePolicy/failParent``), the first to fail first.
    public func failedChildren() async throws -> [String] {
        try await job.store.failedChildren(of: job.id)
    }

    /// All children of this job, read at one moment.
    public func dependencies() async throws -> Dependencies {
        try await job.store.dependencies(of: job.id)
    }

    /// A page of the children of one kind, for jobs that have very many.
    ///
    /// Pages come from a scan of Redis: children that are there from the first page to the last one are seen, others may be, and one
    /// may be seen twice. Failed children alone have an order, that of their failure. (BullMQ for Node returns nothing from their second
    /// page on.)
    ///
    /// - Parameters:
    ///   - kind: which children.
    ///   - cursor: ``DependencyPage/next`` of the page before; the start by default.
    ///   - count: about how many children; 20 by default. Small collections come whole, except failed children.
    /// - Throws: `BullMQError` with code `invalidArgument`; `RedisError`.
    public func dependencies(
        _ kind: DependencyKind, from cursor: DependencyCursor = .start, count: Int = 20
    ) async throws -> DependencyPage {
        try Queue.require(count >= 1, "count", "\(count)", "1 or more")
        try Queue.require(UInt64(cursor.rawValue) != nil, "cursor", "\"\(cursor.rawValue)\"", "one of an earlier page")
        return try await job.store.dependencyPage(of: job.id, kind, cursor: cursor, count: count)
    }

    /// How many children this job has of each kind, in one round trip.
    public func dependencyCounts() async throws -> DependencyCounts {
        try await job.store.dependencyCounts(of: job.id)
    }

    /// Removes those children that neither finished nor are being processed, and everything below them. If none is left to wait for, the
    /// job goes on.
    public func removeUnprocessedChildren() async throws {
        try await job.store.removeUnprocessedChildren(of: job.id)
    }

    /// Detaches the job from its parent, which continues if this was its last open child.
    ///
    /// - Returns: false if the parent no longer waited for this job, or there is none.
    /// - Throws: `BullMQError` with code `missingJob` or `missingParent`.
    @discardableResult
    public func removeChildDependency() async throws -> Bool {
        guard let parentKey = job.parentKey else { return false }
        return try await job.store.removeChildDependency(id: job.id, parentKey: parentKey)
    }

    /// Moves an active job to ``JobState/waitingChildren``, for programs that finish jobs without a ``Handler``. A handler throws
    /// ``JobOutcome/waitForChildren`` instead.
    ///
    /// - Parameters:
    ///   - token: the lock token under which the job was taken; that of this job by default.
    ///   - child: the full key (``Job/key``) of a child that must be open; by default any child will do. The job goes on when *all*
    ///     children have finished in either case.
    /// - Returns: false if there is nothing to wait for: the job is active as before, and locked.
    /// - Throws: `BullMQError`: `failedChildren`, `missingJob`, `missingLock`, `lockMismatch`, `wrongState`; `invalidArgument`
    ///   without a token.
    public func moveToWaitingChildren(token: String? = nil, child: String? = nil) async throws -> Bool {
        guard let token = token ?? job.token else {
            throw BullMQError(
                .invalidArgument,
                "Job \(job.id) cannot be moved to waiting-children without the token under which it was taken")
        }
        return try await job.store.moveToWaitingChildren(id: job.id, token: token, child: child)
    }
}
