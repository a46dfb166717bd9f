/// Adding many jobs in one go.
extension QueueStore {
    /// Most jobs of one script call when a bulk is divided.
    static let chunk = 1000

    /// Adds jobs so that nobody sees a part of them: all, or none if one of them cannot be added.
    func addAtomically(_ jobs: [NewJob]) async throws -> [Job] {
        guard !jobs.isEmpty else { return [] }
        if jobs.allSatisfy({ $0.isPlain && ($0.options.jobID ?? "").isEmpty }) {
            return try await addUnrefusable(jobs)
        }
        return try await addChecked(jobs)
    }

    /// Adds jobs of which none can be in the way of another or be refused: in one call, or several calls in a transaction.
    private func addUnrefusable(_ jobs: [NewJob]) async throws -> [Job] {
        guard jobs.count > Self.chunk else { return try added(jobs, try await addPlain(jobs[...])) }
        let digest = try await scripts.digest(of: addJobsScript)
        let chunks = Self.chunks(of: jobs.count, Self.chunk)
        let replies = try await connection.transaction { unit in
            for (position, chunk) in chunks.enumerated() {
                append(jobs[chunk], to: &unit, digest: position == 0 ? nil : digest)
            }
        }
        try check(replies, for: chunks.count)
        return try zip(replies, chunks).flatMap { reply, chunk in
            try added(jobs[chunk], try Self.plainIDs(reply, chunk.count))
        }
    }

    /// Adds jobs of any kind in one call, which looks first whether one of them cannot be added.
    private func addChecked(_ jobs: [NewJob]) async throws -> [Job] {
        // Redis takes about a million arguments.
        let limit = 300_000
        guard jobs.count <= limit else {
            throw BullMQError(
                .invalidArgument,
                "A bulk of \(jobs.count) jobs with ids, delays, parents or deduplication is more than one call can take; "
                    + "add at most \(limit) at a time, or choose .pipelined")
        }
        let capacity = jobs.reduce(1024) { $0 + $1.encodedSize }
        let reply = try await scripts.run(.addJobsAtomically, arguments: jobs.count * 3, capacity: capacity) { call in
            call.keys(
                keys.wait, keys.prioritized, keys.delayed, keys.meta, keys.id, keys.completed, keys.active, keys.events,
                keys.marker, keys.priorityCounter)
            for job in jobs { fill(&call, with: job) }
        }
        guard let results = reply.array else {
            throw BullMQError.unexpected(reply, from: Script.addJobsAtomically.name)
        }
        // Ids are texts.
        if results.count == 2, case .integer(let position) = results[0], case .integer(let code) = results[1],
            jobs.indices.contains(Int(position) - 1)
        {
            let job = jobs[Int(position) - 1]
            throw BullMQError.script(
                code, command: "addBulk, job \(position) of \(jobs.count)", job: job.options.jobID ?? job.name,
                parent: job.options.parent?.key)
        }
        try check(results, for: jobs.count)
        return try zip(results, jobs).map { result, job in
            Job(record: job, id: try id(from: result, of: job), store: self)
        }
    }

    /// Adds jobs back to back, each on its own: jobs of other clients may come between, and a connection that is lost on the way
    /// leaves some added.
    ///
    /// - Parameter groupSize: how many neighbours may share one script call.
    func addPipelined(_ jobs: [NewJob], inGroupsOf groupSize: Int) async throws -> [Job] {
        guard !jobs.isEmpty else { return [] }
        let parts = Self.parts(of: jobs, groupSize)
        for route in Set(jobs.map(\.route)) { _ = try await scripts.digest(of: addHeads[route].script) }
        let digest = groupSize > 1 ? try await scripts.digest(of: addJobsScript) : ""
        let replies = try await connection.sendUnit { unit in
            var known: Set<NewJob.Route> = []
            var knowsGroups = false
            for part in parts {
                if part.count == 1 {
                    append(jobs[part.lowerBound], to: &unit, &known)
                } else {
                    append(jobs[part], to: &unit, digest: knowsGroups ? digest : nil)
                    knowsGroups = true
                }
            }
        }
        try check(replies, for: parts.count)
        var result: [Job] = []
        result.reserveCapacity(jobs.count)
        for (reply, part) in zip(replies, parts) {
            let ids: [String?] =
                if case .error(let error) = reply {
                    try Self.notAdded(part.count, error, jobs[part.lowerBound])
                } else if part.count == 1 {
                    [try id(from: reply, of: jobs[part.lowerBound])]
                } else {
                    try Self.plainIDs(reply, part.count)
                }
            for (id, job) in zip(ids, jobs[part]) {
                let id = if let id { id } else { try await add(job) }
                result.append(Job(record: job, id: id, store: self))
            }
        }
        return result
    }

    /// What an error reply leaves to be done: jobs that travelled together are sent again one by one, as is one whose script
    /// somebody flushed between two of the calls.
    private static func notAdded(_ count: Int, _ error: RESPErrorReply, _ job: NewJob) throws -> [String?] {
        guard count > 1 || error.code == "NOSCRIPT" else {
            throw RedisError(.errorReply, "Job \(job.name) cannot be added: \(error.message)", underlying: error)
        }
        return Array(repeating: nil, count: count)
    }

    /// The first call of a script carries its whole text: among many calls there is no second chance to load it.
    private func append(_ jobs: ArraySlice<NewJob>, to unit: inout RedisUnit, digest: String?) {
        let plan = PlainAdditions(jobs)
        var call =
            if let digest {
                ScriptCall(addJobsScript, digest: digest, arguments: plan.argumentCount, capacity: plan.capacity)
            } else {
                ScriptCall(text: addJobsScript, arguments: plan.argumentCount, capacity: plan.capacity + (8 << 10))
            }
        fill(&call, with: plan)
        unit.append(call.command)
    }

    private func added(_ jobs: some Collection<NewJob>, _ ids: [String?]) throws -> [Job] {
        try zip(jobs, ids).map { job, id in
            guard let id else {
                throw BullMQError(
                    .unexpectedReply, "Job \(job.name) cannot be added: the key of its id holds something else")
            }
            return Job(record: job, id: id, store: self)
        }
    }

    private static func chunks(of count: Int, _ size: Int) -> [Range<Int>] {
        stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
    }

    /// Neighbours that are plain together, the others by themselves.
    private static func parts(of jobs: [NewJob], _ size: Int) -> [Range<Int>] {
        guard size > 1 else { return jobs.indices.map { $0..<$0 + 1 } }
        var parts: [Range<Int>] = []
        var start = 0
        while start < jobs.count {
            var end = start + 1
            if jobs[start].isPlain {
                while end < jobs.count, end - start < size, jobs[end].isPlain { end += 1 }
            }
            parts.append(start..<end)
            start = end
        }
        return parts
    }
}
