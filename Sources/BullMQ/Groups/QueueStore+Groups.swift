/// The scripts for several jobs at a time, which are extensions of the protocol: see the head of each in `LuaScripts/commands`.
extension QueueStore {
    // MARK: Adding

    /// The script that adds several jobs, as the pause mode wants it.
    var addJobsScript: Script { Script.addJobs.variant(for: scripts.pauseMode) }

    /// Adds jobs that are all ``NewJob/isPlain``, one after the other.
    ///
    /// - Returns: for each job its id, or nil if nothing was done for it.
    func addPlain(_ jobs: ArraySlice<NewJob>) async throws -> [String?] {
        let plan = PlainAdditions(jobs)
        let reply = try await scripts.run(
            .addJobs, arguments: plan.argumentCount, capacity: plan.capacity
        ) { call in
            fill(&call, with: plan)
        }
        return try Self.plainIDs(reply, jobs.count)
    }

    /// The call that adds jobs which are all ``NewJob/isPlain``, if the script's digest is known.
    func additionCall(_ jobs: ArraySlice<NewJob>) -> RedisCommand? {
        let script = addJobsScript
        guard let digest = script.digest else { return nil }
        let plan = PlainAdditions(jobs)
        var call = ScriptCall(script, digest: digest, arguments: plan.argumentCount, capacity: plan.capacity)
        fill(&call, with: plan)
        return call.command
    }

    func fill(_ call: inout ScriptCall, with plan: PlainAdditions) {
        call.keys(
            keys.wait, keys.prioritized, keys.meta, keys.id, keys.active, keys.events, keys.marker,
            keys.priorityCounter)
        call.argument(keys.base)
        call.argument(plan.parts)
        for (job, parts) in zip(plan.jobs, plan.parts) {
            if parts & PlainAdditions.id != 0 { call.argument(job.options.jobID ?? "") }
            call.argument(job.name)
            call.argument(job.data.text)
            if parts & PlainAdditions.options != 0 {
                call.argument(job.options.isEmpty ? Self.packedDefaults : packedOptions(of: job))
            }
            if parts & PlainAdditions.timestamp != 0 { call.argument(job.timestamp) }
        }
    }

    static func plainIDs(_ reply: RESPValue, _ count: Int) throws -> [String?] {
        if case .error(let error) = reply { throw ScriptRunner.failure(of: .addJobs, error) }
        guard let ids = reply.array, ids.count == count else {
            throw BullMQError.unexpected(reply, from: Script.addJobs.name)
        }
        return ids.map(\.string)
    }

    // MARK: Completing and taking

    /// Completes jobs and takes others.
    ///
    /// - Parameters:
    ///   - finishes: those that take a successor come first.
    ///   - tokens: for further jobs to take.
    /// - Returns: nil if the queue is unusual and nothing was done.
    func finishJobs(
        _ finishes: [FinishGroups.Request], taking tokens: [String], terms: FetchTerms
    ) async throws -> GroupAnswer? {
        let plan = FinishPlan(finishes: finishes, tokens: tokens, terms: terms)
        let reply = try await scripts.run(
            .finishJobs, arguments: plan.argumentCount, capacity: plan.capacity
        ) { call in
            fill(&call, with: plan)
        }
        return try GroupAnswer(reply, to: plan)
    }

    /// The call that completes jobs, if the script's digest is known.
    func finishCall(_ plan: FinishPlan) -> RedisCommand? {
        let script = Script.finishJobs.variant(for: scripts.pauseMode)
        guard let digest = script.digest else { return nil }
        var call = ScriptCall(script, digest: digest, arguments: plan.argumentCount, capacity: plan.capacity)
        fill(&call, with: plan)
        return call.command
    }

    private func fill(_ call: inout ScriptCall, with plan: FinishPlan) {
        call.keys(
            keys.wait, keys.active, keys.prioritized, keys.events, keys.stalled, keys.delayed, keys.meta,
            keys.priorityCounter, keys.completed, keys.marker)
        call.argument(keys.base)
        call.argument(plan.now)
        call.argument(plan.terms.lockDuration)
        call.argument(plan.terms.workerName ?? "")
        call.argument(plan.finishes.map { UInt8(ascii: $0.isFresh ? "1" : "0") })
        call.argument(Int64(plan.finishes.count { $0.fetchesNext }))
        for finish in plan.finishes {
            call.argument(finish.id)
            call.argument(finish.token)
            call.argument(finish.result)
        }
        for token in plan.tokens { call.argument(token) }
    }
}

/// What the script for several completions is asked.
struct FinishPlan {
    let finishes: [FinishGroups.Request]
    let tokens: [String]
    let terms: FetchTerms
    let now = Milliseconds.now

    var argumentCount: Int { 6 + finishes.count * 3 + tokens.count }
    var capacity: Int { finishes.reduce(1024 + tokens.count * 56) { $0 + $1.result.utf8.count + 96 } }
}

/// What the script for several completions answers.
struct GroupAnswer {
    /// Positions of completions for which nothing was done, from 0 up, in order.
    let refused: [Int]
    /// When the next delayed job is due, if there were fewer jobs than takers; else 0.
    let dueAt: Int64
    /// The jobs for those who take one, in their order.
    let taken: [JobRecord]

    /// Nil if the queue is unusual.
    init?(_ reply: RESPValue, to plan: FinishPlan) throws {
        if reply.integer == 0 { return nil }
        guard let elements = reply.array, elements.count >= 2, let refused = elements[0].array else {
            throw BullMQError.unexpected(reply, from: Script.finishJobs.name)
        }
        self.refused = refused.compactMap(\.integer).map { Int($0) - 1 }
        dueAt = elements[1].integer ?? 0
        var taken: [JobRecord] = []
        taken.reserveCapacity(elements.count / 2)
        for index in stride(from: 2, to: elements.count - 1, by: 2) {
            guard let id = elements[index].string, let job = elements[index + 1].array,
                let record = Self.record(id, job, plan.now, plan.terms.workerName)
            else { throw BullMQError.unexpected(reply, from: Script.finishJobs.name) }
            taken.append(record)
        }
        self.taken = taken
    }

    private static func record(_ id: String, _ job: [RESPValue], _ now: Int64, _ workerName: String?) -> JobRecord? {
        job.count == FreshJob.fieldCount
            ? FreshJob(id: id, fields: job, takenAt: now, takenBy: workerName)
            : job.first?.array.flatMap { StoredJob(id: id, fields: $0) }
    }
}

/// The arguments of the script for several additions: what is as for the job before is not repeated.
struct PlainAdditions {
    static let id: UInt8 = 1
    static let options: UInt8 = 2
    static let timestamp: UInt8 = 4

    let jobs: ArraySlice<NewJob>
    /// For each job a digit, the sum of what is sent for it besides name and data.
    private(set) var parts: [UInt8] = []
    private(set) var argumentCount = 2
    private(set) var capacity = 1024

    init(_ jobs: ArraySlice<NewJob>) {
        self.jobs = jobs
        parts.reserveCapacity(jobs.count)
        var previous: NewJob?
        for job in jobs {
            var part = UInt8(ascii: "0")
            if !(job.options.jobID ?? "").isEmpty { part |= Self.id }
            if previous?.options != job.options { part |= Self.options }
            if previous?.timestamp != job.timestamp { part |= Self.timestamp }
            parts.append(part)
            argumentCount += 2 + (part & 0xF).nonzeroBitCount
            capacity += job.data.utf8Count + job.name.utf8.count + 64
            previous = job
        }
    }
}

extension NewJob {
    /// Whether the script for several additions knows all that this one needs: no delay, parent or deduplication. Large data
    /// travels by itself, so that no call keeps others waiting for long.
    var isPlain: Bool {
        guard data.utf8Count <= FinishGroups.mostBytes else { return false }
        if options.isEmpty { return true }
        let fields = options.fields
        return route != .delayed && fields.parent == nil && fields.deduplication == nil
    }
}
