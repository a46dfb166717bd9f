/// Adding flows (protocol: scripts-add, sections 3.4 and 4.2).
extension QueueStore {
    /// Adds the jobs of a plan, whatever their queues, in one transaction.
    ///
    /// - Returns: for each job the id under which it is known.
    /// - Throws: `BullMQError` with code `invalidArgument`, before anything is sent, if the queues lie in several slots of a cluster.
    static func add(_ plan: FlowPlan) async throws -> [String] {
        guard let first = plan.entries.first?.store else { return [] }
        let (connection, scripts) = (first.connection, first.scripts)
        for entry in plan.entries where entry.store.connection !== connection {
            throw BullMQError(
                .invalidArgument,
                """
                Redis at \(first.redis.configuration.endpoint) is a cluster, where all queues of what is added at once must lie in one \
                slot: give queues \(first.keys.qualifiedName) and \(entry.store.keys.qualifiedName) the same braces
                """)
        }
        var routes: Set<NewJob.Route> = []
        for entry in plan.entries where routes.insert(entry.job.route).inserted {
            _ = try await scripts.digest(of: entry.store.addHeads[entry.job.route].script)
        }
        let replies = try await connection.transaction { unit in
            var known: Set<NewJob.Route> = []
            for entry in plan.entries { entry.store.append(entry.job, to: &unit, &known) }
        }
        guard replies.count == plan.entries.count else {
            throw BullMQError(
                .unexpectedReply,
                "The addition of a flow of \(plan.entries.count) jobs was answered with \(replies.count) results")
        }
        var ids: [String] = []
        ids.reserveCapacity(replies.count)
        var refusals: [FlowRefusal] = []
        for (position, (reply, entry)) in zip(replies, plan.entries).enumerated() {
            do {
                if case .error(let error) = reply {
                    throw RedisError(
                        .errorReply, "Job \(entry.job.name) cannot be added: \(error.message)", underlying: error)
                }
                ids.append(try entry.store.id(from: reply, of: entry.job))
            } catch {
                refusals.append(FlowRefusal(position: position, error: error))
            }
        }
        if let first = refusals.first { throw first.explained(in: plan, count: refusals.count) }
        return ids
    }
}

/// A job of a flow that was not added.
private struct FlowRefusal {
    let position: Int
    let error: any Error

    /// BullMQ's own words if there is only one root and this is it; for others also which job that was, and what became of the rest.
    func explained(in plan: FlowPlan, count: Int) -> any Error {
        guard let error = error as? BullMQError, plan.rootCount > 1 || position > 0 else { return error }
        let entry = plan.entries[position]
        let place = position < plan.rootCount ? "the root of a flow" : "a child in a flow"
        return BullMQError(
            error.code,
            "Job \(entry.job.name) (\(entry.job.id)) of queue \(entry.store.name), \(place), was not added: \(error.message). "
                + "Redis has the other jobs: \(count) of \(plan.entries.count) were refused")
    }
}
