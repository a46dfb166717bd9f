import ArgumentParser
import BullMQ

/// `bullmq retry`
struct RetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Put finished jobs in line again.")

    @OptionGroup var selection: SelectedJobs
    @Option(help: "With --all: failed (the default) or completed.")
    var state: StateArgument?
    @Flag(help: "Count the attempts of single jobs anew.")
    var resetAttempts = false
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard [nil, .failed, .completed].contains(state?.state) else {
            throw ValidationError("Only failed and completed jobs can be retried.")
        }
        guard selection.all || state == nil else { throw ValidationError("--state belongs to --all.") }
        guard !selection.all || !resetAttempts else {
            throw ValidationError("--reset-attempts is for single jobs, not for --all.")
        }
    }

    func run() async throws {
        try await connection.run { session in
            let queue = try await session.knownQueue(selection.queue)
            guard selection.all else {
                let outcomes = try await Outcomes.of(selection.ids) { id in
                    let state = try await queue.state(of: id, among: [.failed, .completed])
                    if confirmation.dryRun { return }
                    try await queue.existing(id).retry(
                        from: state == .completed ? .completed : .failed, resetAttemptsMade: resetAttempts,
                        resetAttemptsStarted: resetAttempts)
                }
                return try outcomes.report("retried", isDryRun: confirmation.dryRun, session.output)
            }
            let state = state?.state ?? .failed
            let count = try await queue.count(of: [state])
            guard
                try confirmation.allows("retry \(count.of("\(state.rawValue) job")) of \(queue.name)", session.output)
            else { return }
            try await queue.retryJobs(from: state)
            try session.output.answer(["retried": .integer(Int64(count))], "retried: \(count)")
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
            let queue = try await session.knownQueue(selection.queue)
            guard selection.all else {
                let outcomes = try await Outcomes.of(selection.ids) { id in
                    _ = try await queue.state(of: id, among: [.delayed])
                    if !confirmation.dryRun { try await queue.existing(id).promote() }
                }
                return try outcomes.report("promoted", isDryRun: confirmation.dryRun, session.output)
            }
            let count = try await queue.count(of: [.delayed])
            guard try confirmation.allows("promote \(count.of("delayed job")) of \(queue.name)", session.output) else {
                return
            }
            try await queue.promoteJobs()
            try session.output.answer(["promoted": .integer(Int64(count))], "promoted: \(count)")
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
            let queue = try await session.knownQueue(queue)
            let children = keepChildren ? "" : " with all children"
            guard
                try confirmation.allows("remove \(ids.count.of("job")) of \(queue.name)\(children)", session.output)
            else { return }
            let outcomes = try await Outcomes.of(ids) { id in
                try await queue.existing(id).remove(withChildren: !keepChildren)
            }
            try outcomes.report("removed", session.output)
        }
    }
}
