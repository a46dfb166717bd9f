// Owns: listing the children of a job with their jobs, as a dashboard shows them.

extension Queue {
    /// Some of the children of a job of this queue, with their jobs (BullMQ's `getDependencies`).
    ///
    /// Children have no order, except ``DependencyKind/failed`` ones, and are found by scanning: positions are stable only while no child
    /// changes. For very many children ``JobHandle/dependencies(_:from:count:)`` is cheaper.
    ///
    /// - Parameters:
    ///   - parentID: the id of the parent.
    ///   - kind: which children; those it waits for by default.
    ///   - range: their positions, from 0; `0..<Int.max` for all.
    /// - Throws: `BullMQError` with code `invalidArgument` for a negative position; `RedisError`.
    public func dependencies(
        of parentID: String, kind: DependencyKind = .unprocessed, range: Range<Int>
    ) async throws -> DependencyListing {
        try Self.require(range.lowerBound >= 0, "range", "\(range)", "not negative")
        guard !range.isEmpty else {
            let counts = try await store.dependencyCounts(of: parentID)
            return DependencyListing(entries: [], total: counts[kind])
        }
        let (children, jobs, total) = try await store.childrenWithJobs(of: parentID, kind, range: range)
        var neighbours: [String: QueueStore] = [:]
        var entries: [DependencyListing.Entry] = []
        entries.reserveCapacity(children.count)
        for (child, fields) in zip(children, jobs) {
            var job: Job?
            if let key = JobKey(child.key), let record = StoredJob(id: key.id, fields: fields) {
                let name = "\(key.prefix):\(key.queue)"
                let home = try neighbours[name] ?? store.neighbour(of: key)
                neighbours[name] = home
                job = Job(record: record, store: home)
            }
            entries.append(DependencyListing.Entry(child: child, job: job))
        }
        return DependencyListing(entries: entries, total: total)
    }
}

extension DependencyCounts {
    /// The count of one kind.
    public subscript(kind: DependencyKind) -> Int {
        switch kind {
        case .processed: processed
        case .unprocessed: unprocessed
        case .failed: failed
        case .ignored: ignored
        }
    }
}
