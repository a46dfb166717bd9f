extension Queue {
    /// Finds jobs that are stored but neither finished nor in line, as left by a client of BullMQ 5 that resumed or paused a queue
    /// which others had paused (protocol: versions, section 2.6), and puts them back.
    ///
    /// Each returns to where it belongs: in line, to its priority, to the delayed jobs if its time has not come, or to those that
    /// wait for children. Do this before any removal of orphaned jobs, which would delete them for good.
    ///
    /// - Parameters:
    ///   - dryRun: only finds them; true by default.
    ///   - limit: most jobs; 100 000 by default.
    /// - Returns: the ids. With `dryRun` false, of those put back: each is tested again in the script that does it.
    @discardableResult
    public func recoverLostJobs(dryRun: Bool = true, limit: Int = 100_000) async throws -> [String] {
        try Self.require(limit > 0, "limit", "\(limit)", "1 or more")
        let report = try await QueueVerifier(store: store, limit: limit, findsOnlyLostJobs: true).report()
        return try await report.repair(dryRun: dryRun).map(\.subject)
    }
}
