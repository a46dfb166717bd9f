// Owns: what is done to a queue as a whole.

import BullMQ
import FoundationEssentials
import HTTPTypes
import Logging

extension QueueDashboard {
    /// `POST queue/action`: `{"queue", "action", …}`, with `"preview": true` to change nothing where something would be removed.
    func actOnQueue(_ command: Command) async throws -> JSONValue {
        let queue = try queue(command.required("queue"))
        let action = try command.required("action")
        if command.flag("preview") { return try await preview(action, of: queue, command) }
        var answer: JSONObject = ["ok": true]
        switch action {
        case "pause": try await queue.pause()
        case "resume": try await queue.resume()
        case "drain": try await queue.drain(includingDelayed: command.flag("includingDelayed"))
        case "clean":
            let removed = try await queue.clean(
                command.state(), olderThan: age(command), limit: command.integer("limit", in: 1...100_000) ?? 10_000)
            answer["done"] = JSONValue(removed.count)
        case "obliterate":
            guard command.text("confirmation") == queue.name else {
                throw DashboardError(.badRequest, "The field confirmation must be the name of the queue")
            }
            try await queue.obliterate(force: command.flag("force"))
        case "concurrency": try await queue.setGlobalConcurrency(command.integer("maximum", in: 1...1_000_000))
        case "rateLimit": try await queue.setGlobalRateLimit(rateLimit(command))
        case "endRateLimit": try await queue.removeRateLimit()
        case "removeScheduler":
            let id = try command.required("id")
            guard try await queue.schedulers.remove(id) else {
                throw DashboardError(.notFound, "There is no scheduler \(id) in queue \(queue.name)")
            }
        default: throw DashboardError(.badRequest, "There is no action \(action) for queues")
        }
        logger.notice(
            "A queue was changed through the dashboard",
            metadata: ["queue": "\(queue.name)", "action": "\(action)"])
        return .object(answer)
    }

    private func age(_ command: Command) throws(DashboardError) -> Duration {
        .seconds(try command.integer("olderThan", in: 0...(10 * 366 * 86_400)) ?? 0)
    }

    /// Nil lifts the limit.
    private func rateLimit(_ command: Command) throws(DashboardError) -> RateLimit? {
        guard let maximum = try command.integer("maximum", in: 1...1_000_000_000) else { return nil }
        guard let window = try command.integer("duration", in: 1...86_400_000) else {
            throw DashboardError(.badRequest, "Missing field: duration")
        }
        return RateLimit(max: maximum, per: .milliseconds(window))
    }

    private func preview(_ action: String, of queue: Queue, _ command: Command) async throws -> JSONValue {
        let counts = try await queue.counts()
        switch action {
        case "drain":
            let states: [JobState] =
                command.flag("includingDelayed") ? [.waiting, .prioritized, .delayed] : [.waiting, .prioritized]
            return try await preview(states, counts, of: queue)
        case "obliterate": return try await preview(JobState.allCases, counts, of: queue)
        case "clean":
            let state = try command.state()
            let end = Date(timeIntervalSinceNow: -Double(try age(command).milliseconds) / 1000)
            let page = try await queue.page(
                of: state, JobFilter(text: nil), from: 0, limit: Queue.scanLimit, order: .oldestFirst)
            let old = page.jobs.filter { ($0.finishedOn ?? $0.processedOn ?? $0.timestamp) <= end }
            return preview(
                count: old.count, isExact: !page.hasMore, of: counts[state], examples: old.map { ($0, state) })
        default: throw DashboardError(.badRequest, "There is no preview of \(action)")
        }
    }

    private func preview(_ states: [JobState], _ counts: JobCounts, of queue: Queue) async throws -> JSONValue {
        var examples: [(Job, JobState)] = []
        for state in states where examples.count < 5 {
            examples += try await queue.jobs(in: [state], range: 0..<5).map { ($0, state) }
        }
        let count = states.reduce(0) { $0 + counts[$1] }
        return preview(count: count, isExact: true, of: count, examples: examples)
    }
}
