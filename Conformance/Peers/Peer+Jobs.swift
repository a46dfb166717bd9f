// Owns the questions tests ask most often, as functions.

public import Witness

extension Peer {
    /// Adds a job (to a producer).
    ///
    /// - Returns: The job's id.
    public func add(
        _ name: String, _ data: WitnessedJSON = [:], to queue: String, options: WitnessedJSON = [:]
    ) async throws -> String {
        let job: WitnessedJSON = ["queue": .text(queue), "name": .text(name), "data": data, "opts": options]
        return try await ask(job)["ids"]?[0]?.string ?? ""
    }

    /// Adds many jobs in one go (to a producer).
    ///
    /// - Returns: The ids in the same order.
    public func addBulk(
        _ jobs: [(name: String, data: WitnessedJSON, options: WitnessedJSON)], to queue: String
    ) async throws -> [String] {
        let entries = jobs.map { ["name": .text($0.name), "data": $0.data, "opts": $0.options] as WitnessedJSON }
        let answer = try await ask(["queue": .text(queue), "bulk": .array(entries)])
        return answer["ids"]?.elements?.compactMap(\.string) ?? []
    }

    /// A job as the package reads it (from an inspector).
    ///
    /// - Returns: Its properties under the names of the Node package, and its `state`; `nil` when there is no such job.
    public func job(_ id: String, in queue: String) async throws -> WitnessedJSON? {
        let job = try await ask(["queue": .text(queue), "id": .text(id)])["job"]
        return job == .null ? nil : job
    }

    /// Calls a method of the package's queue (through an inspector).
    @discardableResult
    public func call(_ method: String, on queue: String, _ arguments: WitnessedJSON...) async throws -> WitnessedJSON {
        let answer = try await ask(["queue": .text(queue), "call": .text(method), "args": .array(arguments)])
        return answer["result"] ?? .null
    }

    /// Waits until the worker or the events peer reports this event for this job.
    @discardableResult
    public nonisolated func event(
        _ name: String, of job: String, within limit: Duration = .seconds(30)
    ) async throws -> WitnessedJSON {
        try await report(within: limit, "\(name) of job \(job)") { report in
            report["event"] == .text(name) && (report["id"] == .text(job) || report["args"]?["jobId"] == .text(job))
        }
    }
}
