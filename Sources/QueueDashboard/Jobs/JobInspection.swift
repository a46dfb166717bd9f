// Owns: everything about one job: its record, its log, its flow, and why it is not running.

import BullMQ
import HTTPTypes

extension QueueDashboard {
    private func job(_ query: Query) async throws -> (Queue, Job) {
        let queue = try queue(query.required("queue"))
        let id = try query.required("id")
        guard let job = try await queue.job(id) else {
            throw DashboardError(.notFound, "There is no job \(id) in queue \(queue.name)")
        }
        return (queue, job)
    }

    /// `GET job`.
    func job(_ query: Query) async throws -> JSONValue {
        let (queue, job) = try await job(query)
        async let explanation = queue.explain(job.id)
        async let options = redis.send(RedisCommand("HGET", "\(queue.qualifiedName):\(job.id)", "opts"))
        let why = try await explanation
        return [
            "job": job.detail(state: why.state, options: try await options.string),
            "explanation": .array(why.reasons.map { .string($0.description) }),
        ]
    }

    /// `GET job/explanation`; it answers for ids without a job too, since one may be parked.
    func explanation(_ query: Query) async throws -> JSONValue {
        let why = try await queue(query.required("queue")).explain(query.required("id"))
        return [
            "state": why.state.map { .string($0.rawValue) } ?? .null,
            "explanation": .array(why.reasons.map { .string($0.description) }),
        ]
    }

    /// `GET job/logs`: a page of rows, the oldest first.
    func logs(_ query: Query) async throws -> JSONValue {
        let queue = try queue(query.required("queue"))
        let start = try query.integer("cursor", in: Query.positions, default: 0)
        let limit = try query.integer("limit", in: 1...1000, default: 200)
        let logs = try await queue.logs(of: try query.required("id"), range: start..<(start + limit))
        return [
            "rows": .array(logs.rows.map { .string($0.cut(to: 4000)) }), "count": JSONValue(logs.count),
            "next": start + logs.rows.count < logs.count ? JSONValue(start + logs.rows.count) : .null,
        ]
    }

    /// `GET job/flow`: the whole tree to which the job belongs.
    func flow(_ query: Query) async throws -> JSONValue {
        let (queue, job) = try await job(query)
        let top = try await top(above: job, in: queue)
        let producer = try FlowProducer(redis: redis, options: FlowProducerOptions(prefix: options.prefix))
        guard let tree = try await producer.flow(id: top.id, queue: top.queue, depth: 8, maximumChildren: 50) else {
            return ["tree": .null]
        }
        let states = try await states(of: tree.jobs.prefix(500))
        return ["tree": json(tree, states)]
    }

    /// Climbs to the job that has no parent, or whose parent is gone.
    private func top(above job: Job, in queue: Queue) async throws -> (id: String, queue: String) {
        var top = (id: job.id, queue: queue.name)
        var parent = job.parentKey
        for _ in 0..<20 {
            guard let key = parent, key.hasPrefix(options.prefix + ":") else { break }
            let parts = key.dropFirst(options.prefix.count + 1).split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { break }
            let name = String(parts[0])
            let above = try Queue(name, redis: redis, options: QueueOptions(prefix: options.prefix))
            guard let job = try await above.job(String(parts[1])) else { break }
            top = (id: job.id, queue: name)
            parent = job.parentKey
        }
        return top
    }

    private struct Place: Hashable, Sendable {
        var queue: String
        var id: String
    }

    private func states(of jobs: some Sequence<Job>) async throws -> [Place: JobState] {
        try await withThrowingTaskGroup(of: (Place, JobState?).self) { group in
            for job in jobs {
                group.addTask { (Place(queue: job.queueName, id: job.id), try await job.state()) }
            }
            var states: [Place: JobState] = [:]
            for try await (place, state) in group { states[place] = state }
            return states
        }
    }

    private func json(_ tree: FlowTree, _ states: [Place: JobState]) -> JSONValue {
        let job = tree.job
        let state = states[Place(queue: job.queueName, id: job.id)]
        return [
            "id": .string(job.id), "queue": .string(job.queueName), "name": .string(job.name),
            "state": state.map { .string($0.rawValue) } ?? .null,
            "isShown": .bool(queues.contains { $0.name == job.queueName }),
            "children": .array(tree.children.map { json($0, states) }),
            "missing": .array(tree.missingChildren.prefix(50).map { .string($0) }),
            "hasMore": .bool(tree.hasMoreChildren),
        ]
    }
}
