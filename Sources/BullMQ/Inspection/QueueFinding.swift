/// Something in the keys of a queue that no client leaves there when all goes well.
public struct QueueFinding: Sendable, Hashable, CustomStringConvertible {
    /// How bad it is.
    public enum Severity: Int, Sendable, Hashable, Comparable, CaseIterable {
        /// Costs memory or a little time, nothing more.
        case notice
        /// Something runs later, more often or in another order than it should.
        case warning
        /// Work is lost or stuck until somebody acts.
        case error

        /// A notice is less than a warning, which is less than an error.
        public static func < (left: Severity, right: Severity) -> Bool { left.rawValue < right.rawValue }
    }

    /// What is wrong; more may be added.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A job that is not finished is in no list and no set, so nobody will take it.
        case lostJob
        /// A finished job is in no set, so nothing will ever remove it.
        case leakedJob
        /// A list or set names a job that does not exist.
        case missingJob
        /// A marker of a release before 5.0 is in a list of jobs.
        case legacyMarker
        /// A job is in more than one place.
        case duplicatedJob
        /// A job is being processed by nobody: it has no lock, and no check has noticed yet. Usual for a moment after a crash.
        case unattendedJob
        /// A job stands in the class of another priority than its own.
        case wrongPriority
        /// A delayed job would never become due.
        case insaneDelay
        /// A parent waits for its children, but none is pending.
        case stuckParent
        /// A parent waits for a child that does not exist or belongs to somebody else.
        case deadDependency
        /// A parent waits for a child that completed long ago.
        case settledDependency
        /// A child that has never run is unknown to its parent, which will not wait for it.
        case unknownChild
        /// Something that belongs to a job is there without the job.
        case orphanedKey
        /// A deduplication id is taken for ever by a job that does not exist.
        case deadDeduplication
        /// A job waits for the owner of its deduplication id, but there is none.
        case strandedNextJob
        /// A scheduler without definition and without iteration.
        case danglingScheduler
        /// The definition of a scheduler that is not listed.
        case orphanedScheduler
        /// A scheduler whose current iteration is gone: nothing would create the next one.
        case haltedScheduler
        /// Jobs are in the list `paused`, although the queue is not paused: nobody takes them from there.
        case strandedJobs
        /// The queue is paused with jobs in both lists: a client of BullMQ 5 that resumes or pauses it destroys one of them.
        case splitLine
        /// Jobs wait, but idle workers have not been told and notice only when their wait ends.
        case missingMarker
    }

    /// What is wrong.
    public let kind: Kind
    /// The job, scheduler or key concerned; empty if it is the queue as a whole.
    public let subject: String
    /// What else identifies it: the key of the child of a dependency, or the places of a job.
    public let detail: String

    init(_ kind: Kind, _ subject: String = "", detail: String = "") {
        self.kind = kind
        self.subject = subject
        self.detail = detail
    }

    /// How bad it is.
    public var severity: Severity {
        switch kind {
        case .lostJob, .deadDependency, .settledDependency, .stuckParent, .deadDeduplication, .haltedScheduler,
            .strandedJobs, .duplicatedJob, .splitLine:
            .error
        case .missingJob, .wrongPriority, .insaneDelay, .unknownChild, .strandedNextJob, .missingMarker,
            .danglingScheduler:
            .warning
        case .leakedJob, .legacyMarker, .unattendedJob, .orphanedKey, .orphanedScheduler:
            .notice
        }
    }

    /// What a repair does about it.
    public var remedy: String {
        switch kind {
        case .lostJob: "put it back in line"
        case .leakedJob: "delete it"
        case .missingJob, .legacyMarker: "take it off the lists and sets"
        case .duplicatedJob: "keep it only in the furthest of these places"
        case .unattendedJob: "mark it, so that the next check for stalled jobs recovers it"
        case .wrongPriority: "move it to its class"
        case .insaneDelay: "let it become due as its record says"
        case .stuckParent: "put it in line"
        case .deadDependency: "let the parent no longer wait for it"
        case .settledDependency: "hand its result to the parent"
        case .unknownChild: "let the parent wait for it"
        case .orphanedKey, .orphanedScheduler: "delete the key"
        case .deadDeduplication: "free the id, and add the job parked behind it"
        case .strandedNextJob: "add the parked job"
        case .danglingScheduler: "take it off the list of schedulers"
        case .haltedScheduler: "create the iteration again"
        case .strandedJobs: "append them to the line"
        case .splitLine: "bring all jobs into one list"
        case .missingMarker: "wake a worker"
        }
    }

    /// In words.
    public var description: String {
        let name = subject.isEmpty ? kind.rawValue : "\(kind.rawValue) \(subject)"
        return "\(severity): \(name)\(detail.isEmpty ? "" : " (\(detail))"); repair: \(remedy)"
    }
}
