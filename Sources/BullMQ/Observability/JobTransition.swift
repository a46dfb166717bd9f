/// How an attempt left `active` (protocol: worker, section 23: `bullmq.job.state`).
enum JobTransition: String, Sendable, Hashable, CaseIterable {
    case completed
    /// For good; an attempt that is repeated counts as delayed or retried.
    case failed
    case delayed
    case retried
    case waiting
    case waitingChildren = "waiting-children"

    /// The counter of these.
    var counterLabel: String {
        switch self {
        case .waitingChildren: "bullmq.jobs.waiting_children"
        default: "bullmq.jobs.\(rawValue)"
        }
    }
}
