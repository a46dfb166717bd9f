/// Whether calls that arrive while others are under way share the next one.
public enum GroupCommit: Sendable, Hashable {
    /// Ordinary additions and completions go in groups while there are more than a few at a time: Redis needs about half of the
    /// processor time for a job. A call that has no company, and one that is unusual in any way, travels by itself; none
    /// ever waits for company. The jobs in Redis are what the single calls leave.
    case automatic
    /// One call for one job, as in BullMQ for Node.
    case off
}
