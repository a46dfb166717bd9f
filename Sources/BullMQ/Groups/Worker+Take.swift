import Synchronization

/// Filling many free slots at a time.
extension Worker {
    /// A fetch brought a job, so there are probably more: takes those that may run now in one call.
    func takeMore(_ runner: JobRunner) async throws {
        guard finishing.isOn else { return }
        let tokens = state.withLock { $0.loop.furtherTokens(atMost: 50) }.map { "\(id):\($0)" }
        guard !tokens.isEmpty else { return }
        let jobs: [(record: JobRecord, token: String)]
        do {
            let taken = try await interruptible { try await self.finishing.take(tokens) }
            guard let taken else { return }
            let isNewlyDrained = state.withLock { state in
                let now = Milliseconds.now
                for _ in taken.jobs { _ = state.loop.fetched(.job, now: now) }
                guard taken.jobs.count < tokens.count else { return false }
                return state.loop.fetched(.none(limitedFor: 0, dueAt: taken.dueAt), now: now)
            }
            if isNewlyDrained { broadcast.send(.drained) }
            jobs = zip(taken.jobs, tokens).map { ($0, $1) }
        } catch {
            jobs = try await recovered(tokens, after: error)
        }
        for (record, token) in jobs { start(runner, record, token) }
    }
}
