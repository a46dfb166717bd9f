/// Where a job is.
public enum JobState: String, Sendable, Hashable, CaseIterable {
    /// Being processed.
    case active
    /// Finished with a result.
    case completed
    /// Waiting for its time.
    case delayed
    /// Finished without a result.
    case failed
    /// Ready to run, ordered by priority.
    case prioritized
    /// Ready to run.
    case waiting
    /// Waiting for its children.
    case waitingChildren = "waiting-children"

    /// The name that scripts use: the suffix of the key.
    var keySuffix: String { self == .waiting ? "wait" : rawValue }
}
