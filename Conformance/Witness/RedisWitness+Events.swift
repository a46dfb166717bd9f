// Owns waiting for what a queue's event stream tells, through hiredis.

extension RedisWitness {
    /// Follows an event stream from its beginning until each of these jobs had one of these events.
    ///
    /// The witness does nothing else meanwhile, so use one of its own for this.
    ///
    /// - Parameters:
    ///   - stream: The stream's key.
    ///   - names: The events that count, such as `completed` and `failed`.
    ///   - jobs: The ids of the jobs.
    ///   - times: How often each job must have had such an event. Default: once.
    ///   - limit: The longest wait. Default: 30 seconds.
    /// - Returns: All entries of the stream up to that moment.
    /// - Throws: ``WitnessError`` with code ``WitnessError/Code/silence`` when it does not happen in time, naming the jobs
    ///   that are missing; `CancellationError`.
    @discardableResult
    public func follow(
        stream: Bytes, until names: Set<Bytes>, of jobs: Set<Bytes>, times: Int = 1,
        within limit: Duration = .seconds(30)
    ) throws -> [KeySpace.StreamEntry] {
        let end = ContinuousClock.now + limit
        var entries: [KeySpace.StreamEntry] = []
        var open = Dictionary(jobs.map { ($0, times) }) { first, _ in first }
        while !open.isEmpty {
            try Task.checkCancellation()
            guard ContinuousClock.now < end else {
                throw WitnessError(.silence, "after \(limit) no \(names.sorted()) of the jobs \(open.keys.sorted())")
            }
            for entry in try next(in: stream, after: entries.last?.id ?? "0-0") {
                entries.append(entry)
                guard let event = entry["event"], names.contains(event), let job = entry["jobId"] else { continue }
                guard let left = open[job] else { continue }
                open[job] = left > 1 ? left - 1 : nil
            }
        }
        return entries
    }

    /// The entries after an id; waits a moment for the first.
    private func next(in stream: Bytes, after id: String) throws -> [KeySpace.StreamEntry] {
        let reply = try run("XREAD", "COUNT", "1000", "BLOCK", "200", "STREAMS", stream, Bytes(id))
        if case .null = reply { return [] }
        guard let entries = try reply.elements.first?.elements.last?.elements else { return [] }
        return try entries.map { entry in
            let parts = try entry.elements
            return KeySpace.StreamEntry(id: try parts[0].text ?? "", fields: try parts[1].strings)
        }
    }
}
