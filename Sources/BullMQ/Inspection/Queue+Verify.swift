extension Queue {
    /// Checks the keys of this queue: that each job is in exactly one place, parents and children know each other, schedulers
    /// have their iteration, and so on; see ``QueueFinding/Kind``. Changes nothing.
    ///
    /// It reads page by page (`SCAN`, never `KEYS`) while the queue is in use; whatever looks wrong is examined once more in one
    /// script before it is reported. Memory grows by some 16 bytes for each job in a list.
    ///
    /// - Parameter limit: most findings; 10 000 by default.
    public func verify(limit: Int = 10_000) async throws -> VerificationReport {
        try Self.require(limit > 0, "limit", "\(limit)", "1 or more")
        return try await QueueVerifier(store: store, limit: limit).report()
    }

    /// The same as ``verify(limit:)``, with progress on the way to the report.
    public func verification(limit: Int = 10_000) -> AsyncThrowingStream<VerificationStep, any Error> {
        let store = store
        return AsyncThrowingStream(bufferingPolicy: .unbounded) { steps in
            let work = Task {
                do {
                    try Self.require(limit > 0, "limit", "\(limit)", "1 or more")
                    let report = try await QueueVerifier(store: store, limit: limit).report {
                        steps.yield(.progress($0))
                    }
                    steps.yield(.report(report))
                    steps.finish()
                } catch {
                    steps.finish(throwing: error)
                }
            }
            steps.onTermination = { _ in work.cancel() }
        }
    }
}
