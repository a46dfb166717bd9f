import ArgumentParser
import BullMQ

/// Jobs chosen by their ids, or all of a state.
struct SelectedJobs: ParsableArguments {
    @Argument(help: "The queue.")
    var queue: String
    @Argument(help: "Ids of jobs.")
    var ids: [String] = []
    @Flag(help: "All jobs concerned instead of single ones; asks first.")
    var all = false

    func validate() throws {
        guard ids.isEmpty == all else { throw ValidationError("Give either ids or --all.") }
    }
}

/// What became of each of several jobs, or whatever else has an id.
struct Outcomes {
    private var done: [String] = []
    private var failures: [(id: String, reason: String)] = []

    /// Does something for each id; one for which it cannot be done does not keep the others from it.
    static func of(_ ids: [String], _ deed: (String) async throws -> Void) async throws -> Outcomes {
        var outcomes = Outcomes()
        for id in ids {
            do {
                try await deed(id)
                outcomes.done.append(id)
            } catch let error as BullMQError {
                outcomes.failures.append((id, error.message))
            }
        }
        return outcomes
    }

    /// - Parameters:
    ///   - verb: such as "retried".
    ///   - isDryRun: whether that was only found to be possible.
    /// - Throws: `ExitStatus.no` if something could not be done.
    func report(_ verb: String, isDryRun: Bool = false, _ output: Output) throws {
        for failure in failures { output.complain("\(failure.id): \(failure.reason)") }
        let ids = JSONValue.array(done.map(JSONValue.string))
        let reasons = JSONValue.array(failures.map { ["id": .string($0.id), "reason": .string($0.reason)] })
        let text = done.isEmpty ? "" : "\(verb): \(done.joined(separator: " "))"
        try output.answer(
            isDryRun ? ["dryRun": [verb: ids, "failed": reasons]] : [verb: ids, "failed": reasons],
            isDryRun && !text.isEmpty ? "would be \(text)" : text)
        if !failures.isEmpty { throw ExitStatus.no }
    }
}

extension Queue {
    /// A job that must exist.
    func existing(_ id: String) async throws -> Job {
        guard let job = try await job(id) else { throw BullMQError(.missingJob, "there is no such job in \(name)") }
        return job
    }

    /// The state of a job that must exist in one of these states.
    func state(of id: String, among states: [JobState]) async throws -> JobState {
        let state = try await state(of: id)
        if let state, states.contains(state) { return state }
        _ = try await existing(id)
        let wanted = states.map(\.rawValue).joined(separator: " or ")
        throw BullMQError(.wrongState, "it is \(state?.rawValue ?? "in no state"), not \(wanted)")
    }
}
