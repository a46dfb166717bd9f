import NIOCore

/// Reads all keys of a queue, page by page, and collects what is wrong.
///
/// Pages are read while the queue is in use, so they disagree with each other now and then. Everything suspicious is therefore
/// looked at again as a whole, in one script. Looking for an id in a list is slow, so the ids seen in lists are remembered
/// (their hashes) and only ids not seen there are looked for.
struct QueueVerifier {
    let store: QueueStore
    let limit: Int
    /// Look for lost jobs only.
    var findsOnlyLostJobs = false
    private static let pageSize = 500

    private struct State {
        var findings: Set<QueueFinding> = []
        var listed: Set<Int> = []
        var examined = 0
        var expected = 0
    }

    private struct LimitReached: Error {}

    init(store: QueueStore, limit: Int, findsOnlyLostJobs: Bool = false) {
        self.store = store
        self.limit = limit
        self.findsOnlyLostJobs = findsOnlyLostJobs
    }

    func report(_ tell: (VerificationProgress) -> Void = { _ in }) async throws -> VerificationReport {
        var state = State()
        var isTruncated = false
        do {
            try await estimate(&state)
            for list in JobFacts.lists { try await walk(list: list, &state, tell) }
            if !findsOnlyLostJobs {
                for set in JobFacts.sets { try await walk(set: set, &state, tell) }
                try await walkSchedulers(&state, tell)
                try await checkLine(&state)
            }
            try await walkKeys(&state, tell)
        } catch is LimitReached {
            isTruncated = true
        }
        let sorted = state.findings.sorted {
            ($1.severity, $0.kind.rawValue, $0.subject, $0.detail)
                < ($0.severity, $1.kind.rawValue, $1.subject, $1.detail)
        }
        return VerificationReport(
            queueName: store.name, findings: sorted, examined: state.examined, isTruncated: isTruncated, store: store)
    }

    private func estimate(_ state: inout State) async throws {
        let sizes = try await store.connection.transaction { unit in
            for list in JobFacts.lists { unit.append(RedisCommand("LLEN", store.keys.base + list)) }
            for set in JobFacts.sets { unit.append(RedisCommand("ZCARD", store.keys.base + set)) }
        }
        // Each job is met in its list or set, and as a key.
        state.expected = 2 * sizes.reduce(0) { $0 + Int($1.integer ?? 0) }
    }

    private func record(_ findings: [QueueFinding], _ state: inout State) throws {
        for finding in findings where !findsOnlyLostJobs || finding.kind == .lostJob {
            guard !state.findings.contains(finding) else { continue }
            guard state.findings.count < limit else { throw LimitReached() }
            state.findings.insert(finding)
        }
    }

    private func turn(_ count: Int, _ state: inout State, _ tell: (VerificationProgress) -> Void) throws {
        try Task.checkCancellation()
        state.examined += count
        tell(
            VerificationProgress(
                examined: state.examined, findings: state.findings.count,
                expected: max(state.expected, state.examined)))
    }

    /// Looks at suspicious jobs as a whole.
    private func examine(_ suspects: [String], _ state: inout State) async throws {
        for first in stride(from: 0, to: suspects.count, by: 100) {
            let ids = Array(suspects[first..<min(first + 100, suspects.count)])
            for facts in try await store.facts(of: ids, looksIntoLists: true) {
                try record(facts.findings(now: Milliseconds.now), &state)
            }
        }
    }

    // MARK: Lists, sets, keys

    /// From the tail, whose positions new jobs do not change.
    private func walk(list: String, _ state: inout State, _ tell: (VerificationProgress) -> Void) async throws {
        var offset = 0
        while true {
            let page = try await store.send(
                "LRANGE", store.keys.base + list, String(-offset - Self.pageSize), String(-offset - 1))
            let ids = page.array?.compactMap(\.string) ?? []
            guard !ids.isEmpty else { return }
            offset += ids.count
            var suspects = ids.filter { !state.listed.insert($0.hashValue).inserted }
            if !findsOnlyLostJobs {
                for facts in try await store.facts(of: ids, looksIntoLists: false) {
                    let isUnattended = list == "active" && !facts.isLocked && !facts.isSuspected
                    if isUnattended || facts.isSuspicious(isListed: true, now: Milliseconds.now) {
                        suspects.append(facts.id)
                    }
                }
                try await examine(suspects, &state)
            }
            try turn(ids.count, &state, tell)
        }
    }

    private func walk(set: String, _ state: inout State, _ tell: (VerificationProgress) -> Void) async throws {
        try await pages(["ZSCAN", store.keys.base + set]) { elements in
            let ids = stride(from: 0, to: elements.count, by: 2).map { elements[$0] }
            let suspects = try await store.facts(of: ids, looksIntoLists: false).filter { facts in
                facts.isSuspicious(isListed: state.listed.contains(facts.id.hashValue), now: Milliseconds.now)
            }
            try await examine(suspects.map(\.id), &state)
            try turn(ids.count, &state, tell)
        }
    }

    private func walkSchedulers(_ state: inout State, _ tell: (VerificationProgress) -> Void) async throws {
        try await pages(["ZSCAN", store.keys.scheduled]) { elements in
            let ids = stride(from: 0, to: elements.count, by: 2).map { elements[$0] }
            try record(named(try await store.problems("schedulers", ids), ids), &state)
            try turn(ids.count, &state, tell)
        }
    }

    private func walkKeys(_ state: inout State, _ tell: (VerificationProgress) -> Void) async throws {
        try await pages(["SCAN"], match: store.keys.base.escapedGlob + "*") { names in
            let base = store.keys.base
            let suffixes = names.filter { $0.hasPrefix(base) }.map { String($0.dropFirst(base.count)) }
            var jobs: [String] = []
            var others: [String] = []
            for suffix in suffixes {
                switch KeyKind(suffix: suffix) {
                case .infrastructure: break
                case .job: jobs.append(suffix)
                case .other: others.append(suffix)
                case .jobOrScheduler:
                    jobs.append(suffix)
                    others.append(suffix)
                case .dependencies(let id):
                    others.append(suffix)
                    try await walkDependencies(of: id, &state)
                }
            }
            let suspects = try await store.facts(of: jobs, looksIntoLists: false).filter { facts in
                facts.isSuspicious(isListed: state.listed.contains(facts.id.hashValue), now: Milliseconds.now)
            }
            try await examine(suspects.map(\.id), &state)
            if !findsOnlyLostJobs { try record(named(try await store.problems("keys", others), others), &state) }
            try turn(names.count, &state, tell)
        }
    }

    private func walkDependencies(of id: String, _ state: inout State) async throws {
        guard !findsOnlyLostJobs else { return }
        var cursor = "0"
        repeat {
            let page = try await store.dependencyFindings(of: id, cursor: cursor)
            try record(page.findings, &state)
            cursor = page.next
        } while cursor != "0"
    }

    /// A marker is missing for the moment in which the worker that took it asks for its job, so it must be missing three times.
    private func checkLine(_ state: inout State) async throws {
        let problems = try await store.problems("line", [])
        try record(problems[0].map { [QueueFinding($0)] } ?? [], &state)
        guard let missing = problems[1] else { return }
        for _ in 0..<2 {
            try await Task.sleep(for: .milliseconds(50))
            if try await store.problems("line", [])[1] == nil { return }
        }
        try record([QueueFinding(missing)], &state)
    }

    // MARK: Pages

    private func named(_ kinds: [QueueFinding.Kind?], _ subjects: [String]) -> [QueueFinding] {
        zip(kinds, subjects).compactMap { kind, subject in kind.map { QueueFinding($0, subject) } }
    }

    private func pages(
        _ command: [String], match: String? = nil, _ body: ([String]) async throws -> Void
    ) async throws {
        var cursor = "0"
        repeat {
            let pattern = match.map { ["MATCH", $0] } ?? []
            let page = try await store.connection.page(command + [cursor] + pattern + ["COUNT", String(Self.pageSize)])
            if !page.elements.isEmpty { try await body(page.elements) }
            cursor = page.next
        } while cursor != "0"
    }
}

/// What a key of a queue is, judged by its name.
enum KeyKind: Equatable {
    /// Part of the queue itself; its content is checked elsewhere.
    case infrastructure
    case job
    /// `repeat:…`: an iteration, which is a job, or the definition of a scheduler.
    case jobOrScheduler
    /// The pending children of a job.
    case dependencies(of: String)
    /// Something beside a job, or a deduplication key.
    case other

    init(suffix: String) {
        if QueueKeys.reservedJobIDs.contains(suffix) || suffix.hasPrefix("metrics:")
            || suffix.hasPrefix("cancellations:")
        {
            self = .infrastructure
        } else if suffix.hasPrefix("de:") || suffix.hasPrefix("dn:") {
            self = .other
        } else if suffix.hasSuffix(":dependencies") {
            self = .dependencies(of: String(suffix.dropLast(":dependencies".count)))
        } else if [":logs", ":processed", ":failed", ":unsuccessful", ":lock"].contains(where: suffix.hasSuffix) {
            self = .other
        } else {
            self = suffix.hasPrefix("repeat:") ? .jobOrScheduler : .job
        }
    }
}
