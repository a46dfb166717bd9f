/// Looking at a queue as a whole, beyond what other BullMQ clients offer. Reads the keys as they are, in every pause mode.
extension QueueStore {
    private var reader: ScriptRunner { ScriptRunner(connection: connection, pauseMode: .plain) }

    /// Facts about jobs, in order.
    ///
    /// - Parameter looksIntoLists: takes time that grows with the length of the lists.
    func facts(of ids: [String], looksIntoLists: Bool) async throws -> [JobFacts] {
        guard !ids.isEmpty else { return [] }
        let reply = try await reader.run(.describeJobs, arguments: 1 + ids.count, capacity: 256 + ids.count * 64) {
            $0.keys(keys.base)
            $0.argument(flag: looksIntoLists)
            for id in ids { $0.argument(id) }
        }
        guard let facts = reply.array, facts.count == ids.count else {
            throw BullMQError.unexpected(reply, from: "describeJobs")
        }
        return try zip(ids, facts).map { try JobFacts(id: $0, $1) }
    }

    /// What is wrong with keys that are no jobs; nil for each that is in order.
    ///
    /// - Parameter mode: `line`, `keys` or `schedulers`.
    func problems(_ mode: String, _ subjects: [String]) async throws -> [QueueFinding.Kind?] {
        let count = mode == "line" ? 2 : subjects.count
        guard count > 0 else { return [] }
        let reply = try await reader.run(.describeKeys, arguments: 1 + subjects.count) {
            $0.keys(keys.base)
            $0.argument(mode)
            for subject in subjects { $0.argument(subject) }
        }
        guard let names = reply.array, names.count == count else {
            throw BullMQError.unexpected(reply, from: "describeKeys")
        }
        return names.map { $0.string.flatMap(QueueFinding.Kind.init) }
    }

    /// What is wrong with one page of the pending children of a job.
    func dependencyFindings(of id: String, cursor: String) async throws -> (next: String, findings: [QueueFinding]) {
        let reply = try await reader.run(.describeDependencies, arguments: 1) {
            $0.keys(keys.job(id))
            $0.argument(cursor)
        }
        guard let elements = reply.array, let next = elements.first?.string else {
            throw BullMQError.unexpected(reply, from: "describeDependencies")
        }
        let findings = elements.dropFirst().compactMap { element -> QueueFinding? in
            guard let pair = element.array, pair.count == 2, let child = pair[0].string else { return nil }
            return QueueFinding(pair[1].string == "completed" ? .settledDependency : .deadDependency, id, detail: child)
        }
        return (next, findings)
    }

    /// Mends a fault if it is still there; false if not.
    ///
    /// - Parameter acts: false to test only.
    func repair(_ finding: QueueFinding, acts: Bool) async throws -> Bool {
        // The variant for BullMQ 5 moves jobs when it looks at them, which a test must not.
        let runner = acts ? scripts : reader
        let reply = try await runner.run(.repairQueue, arguments: 6) {
            $0.keys(keys.base)
            $0.argument(finding.kind.rawValue)
            $0.argument(finding.subject)
            $0.argument(finding.detail)
            $0.argument(Milliseconds.now)
            $0.argument(flag: acts)
            $0.argument(flag: runner.pauseMode == .v5Safe)
        }
        return try reply.code(of: .repairQueue) == 1
    }

    /// What everything decides upon for one job, and the list of all connected clients (nil if the server does not tell).
    func explanation(of id: String) async throws -> (facts: [(name: String, value: String)], clients: String?) {
        async let script = reader.run(.explainJob, arguments: 1) {
            $0.keys(keys.base)
            $0.argument(id)
        }
        async let list = connection.send(RedisCommand("CLIENT", "LIST"))
        let (reply, clients) = try await (script, list)
        guard let elements = reply.array else { throw BullMQError.unexpected(reply, from: "explainJob") }
        let facts = stride(from: 0, to: elements.count - 1, by: 2).map { index -> (String, String) in
            let value = elements[index + 1]
            return (elements[index].string ?? "", value.string ?? value.integer.map(String.init) ?? "")
        }
        return (facts, clients.string)
    }
}
