public import FoundationEssentials

/// How many jobs are in each state, read at one moment.
public struct JobCounts: Sendable, Hashable {
    /// Being processed.
    public var active = 0
    /// Kept after completion.
    public var completed = 0
    /// Waiting for their time.
    public var delayed = 0
    /// Kept after failure.
    public var failed = 0
    /// Ready, with a priority.
    public var prioritized = 0
    /// Ready, without a priority.
    public var waiting = 0
    /// Waiting for their children.
    public var waitingChildren = 0

    /// Jobs that are still to be run: waiting, delayed, prioritized and waiting for children.
    public var pending: Int { waiting + delayed + prioritized + waitingChildren }

    /// Every state with its count, in BullMQ's order: what a gauge for each state is fed with.
    public var byState: [(state: JobState, count: Int)] { JobState.allCases.map { ($0, self[$0]) } }

    /// The count of one state.
    public subscript(state: JobState) -> Int {
        switch state {
        case .active: active
        case .completed: completed
        case .delayed: delayed
        case .failed: failed
        case .prioritized: prioritized
        case .waiting: waiting
        case .waitingChildren: waitingChildren
        }
    }
}

/// Jobs finished per minute, as the workers recorded them.
public struct JobMetrics: Sendable, Hashable {
    /// Jobs finished since recording began.
    public let total: Int
    /// Jobs finished in each minute, the newest first.
    public let points: [Int]
    /// How many minutes are stored in all.
    public let storedPoints: Int
    /// When the last minute was closed; nil if nothing was recorded yet.
    public let lastPointAt: Date?
    /// The total at that time: what exceeds it was finished in the minute that is not over.
    public let totalAtLastPoint: Int
}

/// The order in which jobs are listed.
public enum JobOrder: Sendable, Hashable {
    /// Lists: newest entry first; sorted sets: highest score first.
    case newestFirst
    /// Lists: next to run first; sorted sets: lowest score first.
    case oldestFirst
}
