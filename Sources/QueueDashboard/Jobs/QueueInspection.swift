// Owns: what the page shows of a queue besides its jobs: settings, recorded minutes, schedulers, workers.

import BullMQ

extension QueueDashboard {
    /// `GET queue`.
    func details(_ query: Query) async throws -> JSONValue {
        let queue = try queue(query.required("queue"))
        async let counts = queue.counts()
        async let meta = queue.meta()
        async let completed = queue.metrics(of: .completed, range: 0..<60)
        async let failed = queue.metrics(of: .failed, range: 0..<60)
        async let pause = queue.rateLimitRemaining()
        async let schedulers = queue.schedulers.count()
        let settings = try await meta
        let limit: JSONValue =
            settings.rateLimit.map { ["maximum": JSONValue($0.max), "duration": .integer($0.duration.milliseconds)] }
            ?? .null
        return [
            "queue": .string(queue.name), "counts": try await counts.json, "paused": .bool(settings.isPaused),
            "version": settings.version.map { .string($0) } ?? .null,
            "concurrency": settings.concurrency.map { JSONValue($0) } ?? .null, "rateLimit": limit,
            "rateLimitedFor": try await pause.map { .integer($0.milliseconds) } ?? .null,
            "schedulers": JSONValue(try await schedulers),
            "minutes": ["completed": try await completed.json, "failed": try await failed.json],
        ]
    }

    /// `GET schedulers`: a page of a queue's schedulers, the next to run first.
    func schedulers(_ query: Query) async throws -> JSONValue {
        let queue = try queue(query.required("queue"))
        let start = try query.integer("cursor", in: Query.positions, default: 0)
        let limit = try query.integer("limit", in: 1...200, default: 50)
        async let total = queue.schedulers.count()
        let list = try await queue.schedulers.list(range: start..<(start + limit))
        let count = try await total
        return [
            "queue": .string(queue.name), "schedulers": .array(list.map(\.json)), "count": JSONValue(count),
            "next": start + list.count < count && !list.isEmpty ? JSONValue(start + list.count) : .null,
        ]
    }

    /// `GET workers`: the connected workers of all queues, or of one.
    func workers(_ query: Query) async throws -> JSONValue {
        let chosen = if let name = query.text("queue") { [try queue(name)] } else { queues }
        var list: [JSONValue] = []
        for queue in chosen {
            for worker in try await queue.workers() where list.count < 1000 {
                list.append([
                    "queue": .string(queue.name), "name": worker.workerName.map { .string($0) } ?? .null,
                    "address": worker.address.map { .string($0) } ?? .null,
                    "age": worker.age.map { .integer($0.components.seconds) } ?? .null,
                    "idle": worker.idle.map { .integer($0.components.seconds) } ?? .null,
                    "library": worker.fields["lib-name"].map { .string($0) } ?? .null,
                    "command": worker.fields["cmd"].map { .string($0) } ?? .null,
                ])
            }
        }
        return ["workers": .array(list)]
    }
}

extension JobMetrics {
    fileprivate var json: JSONValue {
        ["total": JSONValue(total), "points": .array(points.prefix(60).map { JSONValue($0) })]
    }
}

extension JobScheduler {
    fileprivate var json: JSONValue {
        [
            "id": .string(id), "name": name.map { .string($0) } ?? .null, "next": next.json,
            "pattern": pattern.map { .string($0) } ?? .null, "timeZone": timeZone.map { .string($0) } ?? .null,
            "every": every.map { .integer($0.milliseconds) } ?? .null,
            "iterations": iterationCount.map { JSONValue($0) } ?? .null, "limit": limit.map { JSONValue($0) } ?? .null,
            "endDate": endDate?.json ?? .null, "data": templateData?.json(limit: 500) ?? .null,
        ]
    }
}
