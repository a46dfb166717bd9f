// Owns one performance of a scenario by one client: what it is asked, and what it answered.

import BullMQ
import Synchronization
import Witness

/// A scenario's hold on the client that performs it.
final class Play: Sendable {
    private let client: any Client
    private let record = Mutex(Record())

    /// What happened besides what is in Redis.
    struct Record: Sendable {
        var answers: [WitnessedJSON] = []
        var hasWorked = false
    }

    init(_ client: any Client) { self.client = client }

    var outcome: Record { record.withLock { $0 } }

    private func note(_ answer: WitnessedJSON) { record.withLock { $0.answers.append(answer) } }

    /// Adds a job; returns its id.
    @discardableResult
    func add(
        _ name: String, _ data: WitnessedJSON = [:], _ settings: JobSetting...,
        parent: (id: String, queue: String)? = nil,
        to queue: String = "main"
    ) async throws -> String {
        let id = try await client.add(JobPart(name: name, data: data, settings: settings, parent: parent), to: queue)
        note(.text(id))
        return id
    }

    /// Adds jobs in one go; returns their ids.
    @discardableResult
    func addBulk(_ jobs: [JobPart], to queue: String = "main") async throws -> [String] {
        let ids = try await client.addBulk(jobs, to: queue)
        note(.array(ids.map { .text($0) }))
        return ids
    }

    /// Adds a flow; returns the root's id.
    @discardableResult
    func add(_ flow: FlowPart) async throws -> String {
        let id = try await client.add(flow)
        note(.text(id))
        return id
    }

    @discardableResult
    func ask(_ act: QueueAct, on queue: String = "main") async throws -> WitnessedJSON {
        let answer = try await client.perform(act, on: queue)
        note(answer)
        return answer
    }

    func ask(_ act: JobAct, of id: String, in queue: String = "main") async throws {
        note(try await client.perform(act, on: id, of: queue))
    }

    /// What the client is asked here is refused.
    func refused(_ body: () async throws -> Void) async throws {
        do {
            try await body()
            note("not refused")
        } catch is Refusal {
            note("refused")
        }
    }

    /// Lets a worker, one job at a time unless told otherwise, work a queue until each of these jobs has ended.
    func work(_ queue: String = "main", _ worker: WorkerPart = WorkerPart(), until jobs: String...) async throws {
        try await work(queue, worker, until: Awaited(jobs: jobs))
    }

    /// Lets a worker work a queue until these events have come.
    func work(_ queue: String = "main", _ worker: WorkerPart = WorkerPart(), until awaited: Awaited) async throws {
        record.withLock { $0.hasWorked = true }
        try await client.work(queue, worker, until: awaited, holding: nil) {}
    }

    /// Adds a job and runs `body` while a worker processes it; then lets it, and these other jobs, end.
    func whileActive(
        _ settings: JobSetting..., until others: [String] = [], _ body: () async throws -> Void
    ) async throws {
        record.withLock { $0.hasWorked = true }
        let id = try await client.add(JobPart(name: "hold", settings: settings), to: "main")
        try await client.work(
            "main", WorkerPart(), until: Awaited(jobs: [id] + others), holding: id, meanwhile: body)
    }
}
