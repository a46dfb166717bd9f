public import FoundationEssentials

/// Why a job is not running, or what else has become of it.
public struct JobExplanation: Sendable, Hashable, CustomStringConvertible {
    /// A circumstance that decides whether the job runs; more may be added.
    public enum Reason: Sendable, Hashable {
        /// There is no job with this id.
        case missing
        /// There is no job with this id yet: it will be added when the owner of its deduplication id has finished.
        case parked(deduplicationID: String)
        /// It is stored, but in no list and no set; see ``Queue/recoverLostJobs(dryRun:limit:)``.
        case lost
        /// It is finished.
        case finished(Date?)
        /// A worker is processing it; its lock, if not renewed, ends in this time (nil: it does not end).
        case processing(lockEndsIn: Duration?)
        /// It was taken by a worker that is gone: the next check for stalled jobs, or the one after it, puts it back in line.
        case stalled
        /// The queue is paused.
        case paused
        /// It is in the list where BullMQ 5 keeps the jobs of a paused queue.
        case inPausedList
        /// As many jobs are active as the queue's global concurrency allows.
        case maxed(active: Int, limit: Int)
        /// The rate limit of the queue, or that of its workers if they have one, is used up for this time.
        case rateLimited(for: Duration)
        /// Its time has not come.
        case delayed(until: Date)
        /// It waits for so many children; `keys` are some of them.
        case waitingForChildren(pending: Int, keys: [String])
        /// Children failed that make it fail too.
        case failedChildren(Int)
        /// So many jobs are ahead in line.
        case behind(Int)
        /// No worker is connected, and none holds the lock of an active job.
        case noWorkers
        /// It will fail as soon as a worker takes it, for this reason.
        case failsWhenTaken(String)
        /// It is the current iteration of this scheduler.
        case scheduledIteration(schedulerID: String)
        /// Additions with this deduplication id are dropped because of this job; `hasNext`: one is parked to run after it.
        case ownsDeduplication(id: String, hasNext: Bool)
    }

    /// The job's id.
    public let jobID: String
    /// Where the job is, or nil if it is nowhere.
    public let state: JobState?
    /// What decides, the most important first. Empty: a worker takes it at any moment.
    public let reasons: [Reason]

    init(jobID: String, state: JobState?, reasons: [Reason]) {
        self.jobID = jobID
        self.state = state
        self.reasons = reasons
    }

    /// In words.
    public var description: String {
        let state = state.map { "is \($0.rawValue)" } ?? "is nowhere"
        let texts = reasons.map(\.description)
        return "job \(jobID) \(state): " + (texts.isEmpty ? "it is next" : texts.joined(separator: "; "))
    }
}

extension JobExplanation.Reason: CustomStringConvertible {
    /// In words.
    public var description: String {
        switch self {
        case .missing: "there is no such job"
        case .parked(let id): "it is parked until the owner of deduplication id \(id) has finished"
        case .lost: "it is in no list and no set, so nobody will take it; recoverLostJobs puts it back"
        case .finished(let date): "it finished\(date.map { " at \($0.ISO8601Format())" } ?? "")"
        case .processing(let time):
            "a worker holds its lock\(time.map { " for \($0.milliseconds) ms, unless renewed" } ?? "")"
        case .stalled: "its worker is gone; a check for stalled jobs will put it back in line"
        case .paused: "the queue is paused"
        case .inPausedList: "it is in the list of paused jobs of BullMQ 5"
        case .maxed(let active, let limit): "\(active) jobs are active, and \(limit) is the global limit"
        case .rateLimited(let time): "the rate limit is used up for \(time.milliseconds) ms"
        case .delayed(let date): "its time comes at \(date.ISO8601Format())"
        case .waitingForChildren(let pending, let keys):
            "it waits for \(pending) children: \(keys.joined(separator: ", "))\(pending > keys.count ? ", ..." : "")"
        case .failedChildren(let count): "\(count) children failed, and it fails with them"
        case .behind(let count): count == 1 ? "1 job is ahead" : "\(count) jobs are ahead"
        case .noWorkers: "no worker is connected"
        case .failsWhenTaken(let reason): "it will fail when taken: \(reason)"
        case .scheduledIteration(let id): "it is the current iteration of scheduler \(id)"
        case .ownsDeduplication(let id, let hasNext):
            "it owns deduplication id \(id)\(hasNext ? ", and another job is parked behind it" : "")"
        }
    }
}

extension JobExplanation {
    /// Draws the conclusions from what the script explainJob tells.
    ///
    /// - Parameter hasWorkers: nil if unknown.
    init(jobID: String, facts: [(name: String, value: String)], hasWorkers: Bool?) {
        let values = Dictionary(facts.map { ($0.name, $0.value) }) { first, _ in first }
        func number(_ name: String) -> Int? { values[name].flatMap { Int($0) } }
        self.jobID = jobID
        guard values["exists"] != nil else {
            state = nil
            reasons = [.missing]
            return
        }
        let state = Self.places.first { values[$0.name] != nil }?.state
        var reasons: [Reason] = []
        switch state {
        case nil:
            reasons.append(.lost)
        case .completed, .failed:
            reasons.append(.finished(number("finishedOn").map { Date(milliseconds: Int64($0)) }))
        case .active:
            switch number("lock") ?? -2 {
            case -2: reasons.append(.stalled)
            case let time: reasons.append(.processing(lockEndsIn: time < 0 ? nil : .milliseconds(time)))
            }
        case .delayed:
            let score = values["delayed"].flatMap(Double.init) ?? 0
            reasons.append(.delayed(until: Date(milliseconds: Int64((score / 4096).rounded(.down)))))
        case .waitingChildren:
            let children = facts.filter { $0.name == "child" }.map(\.value)
            reasons.append(.waitingForChildren(pending: number("pending") ?? children.count, keys: children))
        case .waiting, .prioritized:
            break
        }
        if let failed = number("unsuccessful"), failed > 0 { reasons.append(.failedChildren(failed)) }
        if state == .waiting || state == .prioritized || state == .delayed {
            if values["isPaused"] != nil { reasons.append(.paused) }
            if values["paused"] != nil { reasons.append(.inPausedList) }
            if let limit = number("concurrency"), let active = number("activeCount"), active >= limit {
                reasons.append(.maxed(active: active, limit: limit))
            }
            if let time = number("limitTTL"), time > 0, let started = number("started"),
                started >= number("max") ?? Self.manualLimit
            {
                reasons.append(.rateLimited(for: .milliseconds(time)))
            }
            let ahead = state == .prioritized ? number("ahead").map { $0 + (number("waiting") ?? 0) } : nil
            if let ahead = ahead ?? number("wait") ?? number("paused"), ahead > 0 { reasons.append(.behind(ahead)) }
            // A worker that has never had to wait does not have the connection by which workers are known.
            if hasWorkers == false, values["working"] == nil { reasons.append(.noWorkers) }
        }
        if state != .completed, state != .failed {
            if let reason = values["defa"] { reasons.append(.failsWhenTaken(reason)) }
            if let scheduler = values["rjk"], let slot = values["slot"], jobID == "repeat:\(scheduler):\(slot)" {
                reasons.append(.scheduledIteration(schedulerID: scheduler))
            }
        }
        if let id = values["deid"], values["owner"] == jobID {
            reasons.append(.ownsDeduplication(id: id, hasNext: number("parked") == 1))
        }
        self.state = state
        self.reasons = reasons
    }

    /// In the order in which BullMQ looks for the state of a job.
    private static let places: [(name: String, state: JobState)] = [
        ("completed", .completed), ("failed", .failed), ("delayed", .delayed), ("prioritized", .prioritized),
        ("active", .active), ("wait", .waiting), ("paused", .waiting), ("waiting-children", .waitingChildren),
    ]

    /// What the counter is set to when somebody limits the rate by hand.
    private static let manualLimit = 9_007_199_254_740_991
}
