// Owns: the plainest ways to look into a queue: ids without jobs, and counts under the names that scripts use.

extension Queue {
    /// The ids of one page of the jobs in these states, each once; cheaper than the jobs themselves, and without a look at whether
    /// their data still exists.
    ///
    /// - Parameters: as in ``jobs(in:range:order:)``.
    public func jobIDs(
        in states: [JobState], range: Range<Int>, order: JobOrder? = nil
    ) async throws -> [String] {
        guard !range.isEmpty, let first = states.first else { return [] }
        try Self.require(range.lowerBound >= 0, "range", "\(range)", "not negative")
        let slices = try await store.ranges(
            of: states.map(\.keySuffix), start: range.lowerBound, end: range.upperBound - 1,
            ascending: (order ?? first.defaultOrder) == .oldestFirst)
        var seen: Set<String> = []
        return slices.joined().filter { seen.insert($0).inserted }
    }

    /// Counts by BullMQ's names for what is counted, in one round trip: for tools that show what somebody else asked for.
    ///
    /// - Parameter names: the raw values of ``JobState``; `wait` means the same as `waiting`; `paused` is the list in which BullMQ
    ///   before version 6 keeps jobs of a paused queue; `repeat` counts job schedulers.
    /// - Returns: each count under the name as given.
    /// - Throws: `BullMQError` with code `invalidArgument` for a name that is none of these.
    public func counts(named names: Set<String>) async throws -> [String: Int] {
        guard !names.isEmpty else { return [:] }
        let ordered = names.sorted()
        var suffixes: [String] = []
        for name in ordered {
            let isKnown = JobState(rawValue: name) != nil || ["wait", "paused", "repeat"].contains(name)
            try Self.require(isKnown, "names", "\"\(name)\"", "a state, wait, paused or repeat")
            suffixes.append(JobState(rawValue: name)?.keySuffix ?? name)
        }
        let counts = try await store.counts(of: suffixes)
        return Dictionary(uniqueKeysWithValues: zip(ordered, counts))
    }
}

extension QueueStore {
    /// Ids of each named structure, in the order asked.
    func ranges(of suffixes: [String], start: Int, end: Int, ascending: Bool) async throws -> [[String]] {
        let reply = try await scripts.run(.getRanges, arguments: 3 + suffixes.count) { call in
            call.keys(keys.base)
            call.argument(Int64(start))
            call.argument(Int64(end))
            call.argument(flag: ascending)
            for suffix in suffixes { call.argument(suffix) }
        }
        guard let slices = reply.array, slices.count == suffixes.count else {
            throw BullMQError.unexpected(reply, from: "getRanges")
        }
        return zip(suffixes, slices).map { suffix, slice in
            let ids = slice.array?.compactMap(\.string) ?? []
            // An ascending slice of a list is the right one, but comes head first (protocol: scripts-read-and-remove, 4.4).
            return ascending && (suffix == "wait" || suffix == "active") ? ids.reversed() : ids
        }
    }

    /// Whether a job is in one state, without asking for the others.
    func isJob(_ id: String, in state: JobState) async throws -> Bool {
        switch state {
        case .active:
            return try await !send("LPOS", keys.active, id).isNull
        case .waiting:
            if try await !send("LPOS", keys.wait, id).isNull { return true }
            // Where BullMQ before version 6 keeps the jobs of a paused queue.
            return try await !send("LPOS", keys.paused, id).isNull
        case .completed, .delayed, .failed, .prioritized, .waitingChildren:
            return try await !send("ZSCORE", keys.base + state.keySuffix, id).isNull
        }
    }
}

extension JobHandle {
    /// Whether the job is in this state now; one command, where ``state()`` asks for all states.
    public func isIn(_ state: JobState) async throws -> Bool {
        try await job.store.isJob(job.id, in: state)
    }
}
