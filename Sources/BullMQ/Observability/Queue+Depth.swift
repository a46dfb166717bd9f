extension Queue {
    /// Counts the jobs of each state and records the counts as the gauge `bullmq.queue.jobs` (BullMQ's
    /// `recordJobCountsMetric`; protocol: client, section 12). Without metrics it only counts.
    ///
    /// - Parameter states: those that are recorded; all by default.
    /// - Returns: the counts of all states.
    @discardableResult
    public func recordJobCounts(of states: [JobState] = JobState.allCases) async throws -> JobCounts {
        let counts = try await counts()
        if let depth = store.telemetry?.depth {
            for state in states { depth.record(counts[state], in: state) }
        }
        return counts
    }
}
