/// Adds the jobs of one queue object, in groups where that is the same as one by one.
final class AddGroups: Sendable {
    private let store: QueueStore
    /// Nil when no call may be shared.
    private let groups: CallGroups<NewJob, String>?

    init(store: QueueStore, groupCommit: GroupCommit) {
        self.store = store
        groups =
            groupCommit == .off
            ? nil
            : CallGroups(connection: store.connection) { jobs in
                store.additionCall(jobs[...]).map { command in
                    .init(command: command) { try QueueStore.plainIDs($0, jobs.count) }
                }
            } perform: { jobs in
                do {
                    return try await store.addPlain(jobs[...])
                } catch let error as RedisError where error.code == .errorReply {
                    // Raised before anything was added; by itself each job gets an error that is its own.
                    return jobs.map { _ in nil }
                }
            }
    }

    /// Adds one job and returns the id under which it is known; see ``QueueStore/add(_:)``.
    func add(_ job: NewJob) async throws -> String {
        guard let groups, job.isPlain else { return try await store.add(job) }
        if groups.goesAlone() {
            defer { groups.leave() }
            return try await store.add(job)
        }
        if let id = try await groups.answer(to: job, isCancellable: true) { return id }
        return try await store.add(job)
    }

    /// Adds jobs back to back; see ``QueueStore/addPipelined(_:inGroupsOf:)``.
    func addPipelined(_ jobs: [NewJob]) async throws -> [Job] {
        try await store.addPipelined(jobs, inGroupsOf: groups == nil ? 1 : 50)
    }
}
