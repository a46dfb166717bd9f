// Owns performing scenarios with this library.

import BullMQ
import Stage
import Witness

/// The library, on queues whose names begin with `scenario`.
struct LibraryClient: Client {
    let stage: Stage
    let scenario: String

    private func queue(_ name: String) throws -> Queue {
        try Queue(scenario + name, redis: stage.redis, options: QueueOptions(prefix: stage.prefix))
    }

    private func refusing<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as BullMQError {
            throw Refusal(words: "\(error)")
        }
    }

    private func options(of job: JobPart) -> JobOptions {
        var options = JobOptions(job.settings)
        if let parent = job.parent {
            options.parent = ParentReference(id: parent.id, queue: "\(stage.prefix):\(scenario)\(parent.queue)")
        }
        return options
    }

    func add(_ job: JobPart, to queue: String) async throws -> String {
        try await refusing {
            try await self.queue(queue).add(
                name: job.name, data: JSONText(validating: job.data.text), options: options(of: job)
            ).id
        }
    }

    func addBulk(_ jobs: [JobPart], to queue: String) async throws -> [String] {
        try await refusing {
            try await self.queue(queue).addBulk(
                try jobs.map {
                    BulkJob(name: $0.name, data: try JSONText(validating: $0.data.text), options: options(of: $0))
                }
            ).map(\.id)
        }
    }

    func add(_ flow: FlowPart) async throws -> String {
        try await refusing {
            let producer = try FlowProducer(redis: stage.redis, options: FlowProducerOptions(prefix: stage.prefix))
            return try await producer.add(node(flow)).job.id
        }
    }

    private func node(_ part: FlowPart) throws -> FlowNode {
        FlowNode(
            name: part.name, data: try JSONText(validating: part.data.text), in: scenario + part.queue,
            options: JobOptions(part.settings), children: try part.children.map(node))
    }

    func perform(_ act: QueueAct, on queue: String) async throws -> WitnessedJSON {
        let queue = try self.queue(queue)
        return try await refusing {
            switch act {
            case .pause: try await queue.pause()
            case .resume: try await queue.resume()
            case .drain(let delayed): try await queue.drain(includingDelayed: delayed)
            case .clean(let state, let limit):
                return .array(try await queue.clean(state, olderThan: .zero, limit: limit).sorted().map { .text($0) })
            case .obliterate(let force): try await queue.obliterate(force: force)
            case .promoteJobs: try await queue.promoteJobs()
            case .retryJobs(let state): try await queue.retryJobs(from: state)
            case .remove(let id, let children): return .bool(try await queue.remove(id, withChildren: children))
            case .setGlobalConcurrency(let maximum): try await queue.setGlobalConcurrency(maximum)
            case .removeGlobalConcurrency: try await queue.setGlobalConcurrency(nil)
            case .setGlobalRateLimit(let maximum, let window):
                try await queue.setGlobalRateLimit(RateLimit(max: maximum, per: .milliseconds(window)))
            case .removeGlobalRateLimit: try await queue.setGlobalRateLimit(nil)
            case .rateLimit(let time): try await queue.rateLimit(for: .milliseconds(time))
            case .removeRateLimit: try await queue.removeRateLimit()
            case .trimEvents(let count): try await queue.trimEvents(to: count)
            case .schedule(let id, let rule, let job):
                let next = try await queue.schedulers.upsert(
                    id, rule.library, name: job.name, data: JSONText(validating: job.data.text),
                    options: JobOptions(job.settings))
                return next.map { .text($0.id) } ?? .null
            case .removeScheduler(let id): return .bool(try await queue.schedulers.remove(id))
            }
            return .null
        }
    }

    func perform(_ act: JobAct, on id: String, of queue: String) async throws -> WitnessedJSON {
        guard let job = try await self.queue(queue).job(id) else { throw Refusal(words: "there is no job \(id)") }
        return try await refusing {
            switch act {
            case .promote: try await job.promote()
            case .retry(let state, let made, let started):
                try await job.retry(from: state, resetAttemptsMade: made, resetAttemptsStarted: started)
            case .updateData(let data): try await job.updateData(JSONText(validating: data.text))
            case .updateProgress(let progress): try await job.updateProgress(JSONText(validating: progress.text))
            case .log(let row): return .number(try await job.log(row))
            case .changePriority(let priority): try await job.changePriority(to: priority)
            case .remove: try await job.remove()
            }
            return .null
        }
    }

    func work(
        _ queue: String, _ worker: WorkerPart, until awaited: Awaited, holding held: String?,
        meanwhile: () async throws -> Void
    ) async throws {
        let gate = Gate()
        try await stage.withWorker(worker.library, on: scenario + queue) {
            ScriptedHandlers.hold(behind: gate)
            ScriptedHandlers.all
        } _: { _ in
            try await stage.follow(scenario + queue, holding: held, until: awaited, meanwhile: meanwhile) {
                gate.open()
            }
        }
    }
}
