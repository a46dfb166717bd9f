// Owns: doing something to the selected jobs, or to all that match, in bounded steps, and showing before what will be done.

import BullMQ
import FoundationEssentials
import HTTPTypes
import Logging

extension QueueDashboard {
    /// The most jobs one request acts on; the page asks again while there are more.
    private static let step = 500
    /// How many jobs are acted on at a time.
    private static let width = 50
    /// How many jobs a preview shows.
    private static let examples = 5

    /// `POST jobs/action`: `{"queue", "action", "ids": […]}` or `{"queue", "action", "state", "search", "cursor", "asOf"}`, with
    /// `"preview": true` to change nothing.
    func act(_ command: Command) async throws -> JSONValue {
        let queue = try queue(command.required("queue"))
        let action = try JobAction(command)
        if let ids = command.fields["ids"]?.arrayValue {
            let ids = ids.compactMap(\.stringValue)
            guard (1...Self.step).contains(ids.count) else {
                throw DashboardError(.badRequest, "The field ids must name 1 to \(Self.step) jobs")
            }
            return try await act(action, on: ids, of: queue, command)
        }
        return try await act(action, onAllOf: queue, command)
    }

    private func act(
        _ action: JobAction, on ids: [String], of queue: Queue, _ command: Command
    ) async throws -> JSONValue {
        let found = try await Self.inParallel(ids) { id -> (Job, JobState)? in
            guard let job = try await queue.job(id), let state = try await queue.state(of: id) else { return nil }
            return (job, state)
        }
        let jobs = found.compactMap { $0 }
        if command.flag("preview") {
            let eligible = jobs.filter { action.applies(to: $0.1) }
            return preview(count: eligible.count, isExact: true, of: ids.count, examples: eligible)
        }
        var outcome = try await perform(action, on: jobs, of: queue, command)
        let missing = Set(ids).subtracting(jobs.map(\.0.id))
        outcome.failures += missing.sorted().map { ($0, "There is no such job") }
        return outcome.json(next: nil)
    }

    private func act(_ action: JobAction, onAllOf queue: Queue, _ command: Command) async throws -> JSONValue {
        let state = try command.state()
        guard action.applies(to: state) else {
            throw DashboardError(.badRequest, "Jobs that are \(state.rawValue) do not allow this")
        }
        let asOf = try command.integer("asOf", in: 0...Int.max)
        let filter = JobFilter(
            text: command.text("search"),
            finishedBefore: asOf.map { Date(timeIntervalSince1970: Double($0) / 1000) })
        if command.flag("preview") {
            return try await preview(state, filter, of: queue)
        }
        let position = try command.integer("cursor", in: Query.positions) ?? 0
        let page = try await queue.page(of: state, filter, from: position, limit: Self.step, order: .oldestFirst)
        let outcome = try await perform(action, on: page.jobs.map { ($0, state) }, of: queue, command)
        let left = action.movesJob ? page.scanned - outcome.done : page.scanned
        return outcome.json(next: page.hasMore ? position + left : nil)
    }

    private func preview(_ state: JobState, _ filter: JobFilter, of queue: Queue) async throws -> JSONValue {
        let total = try await queue.count(of: [state])
        if filter.isEverything {
            let page = try await queue.page(
                of: state, filter, from: 0, limit: Self.examples, order: .oldestFirst)
            return preview(count: total, isExact: true, of: total, examples: page.jobs.map { ($0, state) })
        }
        let page = try await queue.page(of: state, filter, from: 0, limit: Queue.scanLimit, order: .oldestFirst)
        return preview(
            count: page.jobs.count, isExact: !page.hasMore, of: total, examples: page.jobs.map { ($0, state) })
    }

    /// `count` of `total` jobs are concerned, or more where it is not exact.
    func preview(count: Int, isExact: Bool, of total: Int, examples: [(Job, JobState)]) -> JSONValue {
        [
            "preview": true, "count": JSONValue(count), "exact": .bool(isExact), "total": JSONValue(total),
            "asOf": Date().json,
            "examples": .array(examples.prefix(Self.examples).map { $0.0.summary(state: $0.1) }),
        ]
    }

    private struct Outcome: Sendable {
        var done = 0
        var failures: [(id: String, reason: String)] = []

        func json(next: Int?) -> JSONValue {
            [
                "ok": true, "done": JSONValue(done), "failed": JSONValue(failures.count),
                "failures": .array(
                    failures.prefix(20).map { ["id": .string($0.id), "error": .string($0.reason)] }),
                "next": next.map { JSONValue($0) } ?? .null,
            ]
        }
    }

    /// What fails for one job does not keep it from being done to the others; what fails for all does.
    private func perform(
        _ action: JobAction, on jobs: [(Job, JobState)], of queue: Queue, _ command: Command
    ) async throws -> Outcome {
        let failures = try await Self.inParallel(jobs) { job, state -> (id: String, reason: String)? in
            do {
                try await action.perform(on: job, in: state, of: queue)
                return nil
            } catch let error as BullMQError {
                return (job.id, error.message)
            }
        }.compactMap { $0 }
        logger.notice(
            "Jobs were changed through the dashboard",
            metadata: [
                "queue": "\(queue.name)", "action": "\(command.text("action") ?? "")",
                "done": "\(jobs.count - failures.count)", "failed": "\(failures.count)",
            ])
        return Outcome(done: jobs.count - failures.count, failures: failures)
    }

    /// The results in the order of the elements; some of them are worked on at a time.
    private static func inParallel<Element: Sendable, Result: Sendable>(
        _ elements: [Element], _ work: @escaping @Sendable (Element) async throws -> Result
    ) async throws -> [Result] {
        try await withThrowingTaskGroup(of: (Int, Result).self) { group in
            var results: [(Int, Result)] = []
            for (index, element) in elements.enumerated() {
                if index >= width, let result = try await group.next() { results.append(result) }
                group.addTask { (index, try await work(element)) }
            }
            for try await result in group { results.append(result) }
            return results.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}
