import ArgumentParser
import BullMQ

/// Jobs chosen by their ids, or all of a state.
struct SelectedJobs: ParsableArguments {
    @Argument(help: "The queue.")
    var queue: String
    @Argument(help: "Ids of jobs.")
    var ids: [String] = []
    @Flag(help: "All jobs concerned instead of single ones.")
    var all = false

    func validate() throws {
        guard ids.isEmpty == all else { throw ValidationError("Give either ids or --all.") }
    }
}

/// What became of each of several jobs.
struct JobOutcomes {
    private var done: [String] = []
    private var failures: [(id: String, reason: String)] = []

    /// Does something to each job; one that cannot be changed does not keep the others from it.
    static func of(_ ids: [String], _ deed: (String) async throws -> Void) async throws -> JobOutcomes {
        var outcomes = JobOutcomes()
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

    /// - Parameter verb: such as "retried".
    func report(_ verb: String, _ output: Output) throws {
        for failure in failures { output.complain("\(failure.id): \(failure.reason)") }
        output.answer(
            [
                verb: .array(done.map(JSONValue.string)),
                "failed": .array(failures.map { ["id": .string($0.id), "reason": .string($0.reason)] }),
            ],
            done.isEmpty ? "" : "\(verb): \(done.joined(separator: " "))")
        if !failures.isEmpty { throw ExitStatus.no }
    }
}

extension Queue {
    /// A job that must exist.
    func existing(_ id: String) async throws -> Job {
        guard let job = try await job(id) else { throw BullMQError(.missingJob, "there is no such job in \(name)") }
        return job
    }
}
