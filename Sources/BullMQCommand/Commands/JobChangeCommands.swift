import ArgumentParser
import BullMQ

/// `bullmq retry`
struct RetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Put finished jobs in line again.")

    @OptionGroup var selection: SelectedJobs
    @Option(help: "With --all: failed or completed.")
    var state: StateArgument = StateArgument(.failed)
    @Flag(help: "Count attempts anew.")
    var resetAttempts = false
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard state.state == .failed || state.state == .completed else {
            throw ValidationError("Only failed and completed jobs can be retried.")
        }
    }

    func run() async throws {
        try await connection.run { session in
            let queue = try session.queue(selection.queue)
            guard selection.all else {
                if confirmation.dryRun { return session.output.note("This would retry \(selection.ids.count) jobs.") }
                return try await JobOutcomes.of(selection.ids) { id in
                    let job = try await queue.existing(id)
                    let isCompleted = try await queue.state(of: id) == .completed
                    try await job.retry(
                        from: isCompleted ? .completed : .failed, resetAttemptsMade: resetAttempts,
                        resetAttemptsStarted: resetAttempts)
                }.report("retried", session.output)
            }
            let count = try await queue.count(of: [state.state])
            guard
                try confirmation.allows("retry \(count) \(state.state.rawValue) jobs of \(queue.name)", session.output)
            else { return }
            try await queue.retryJobs(from: state.state)
            session.output.answer(["retried": .integer(Int64(count))], "retried: \(count)")
        }
    }
}

/// `bullmq promote`
struct PromoteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promote", abstract: "Let delayed jobs run now.")

    @OptionGroup var selection: SelectedJobs
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.run { session in
            let queue = try session.queue(selection.queue)
            guard selection.all else {
                if confirmation.dryRun { return session.output.note("This would promote \(selection.ids.count) jobs.") }
                return try await JobOutcomes.of(selection.ids) { try await queue.existing($0).promote() }
                    .report("promoted", session.output)
            }
            let count = try await queue.count(of: [.delayed])
            guard try confirmation.allows("promote \(count) delayed jobs of \(queue.name)", session.output) else {
                return
            }
            try await queue.promoteJobs()
            session.output.answer(["promoted": .integer(Int64(count))], "promoted: \(count)")
        }
    }
}

/// `bullmq remove`
struct RemoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove", abstract: "Remove jobs with everything that belongs to them.",
        discussion: "For all jobs of a state see clean.")

    @Argument(help: "The queue.")
    var queue: String
    @Argument(help: "Ids of jobs.")
    var ids: [String]
    @Flag(help: "Leave the children of a job.")
    var keepChildren = false
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.run { session in
            let queue = try session.queue(queue)
            let children = keepChildren ? "" : " with their children"
            guard try confirmation.allows("remove \(ids.count) jobs\(children) of \(queue.name)", session.output)
            else { return }
            try await JobOutcomes.of(ids) { id in
                try await queue.existing(id).remove(withChildren: !keepChildren)
            }.report("removed", session.output)
        }
    }
}
