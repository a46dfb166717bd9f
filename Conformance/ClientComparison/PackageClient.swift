// Owns performing scenarios with an official package.

import BullMQ
import Peers
import Stage
import Witness

/// An official package, on queues whose names begin with `scenario`.
struct PackageClient: Client {
    let stage: Stage
    let scenario: String
    let runtime: PeerRuntime
    let producer: Peer
    let inspector: Peer

    private func refusing<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as PeerError {
            throw Refusal(words: "\(error)")
        }
    }

    private func options(of job: JobPart) -> WitnessedJSON {
        var options = job.settings.package
        if let parent = job.parent {
            options["parent"] = [
                "id": .text(parent.id), "queue": .text("\(stage.prefix):\(scenario)\(parent.queue)"),
            ]
        }
        return .object(options)
    }

    func add(_ job: JobPart, to queue: String) async throws -> String {
        try await refusing {
            try await producer.add(job.name, job.data, to: scenario + queue, options: options(of: job))
        }
    }

    func addBulk(_ jobs: [JobPart], to queue: String) async throws -> [String] {
        try await refusing {
            try await producer.addBulk(
                jobs.map { ($0.name, $0.data, options(of: $0)) }, to: scenario + queue)
        }
    }

    func add(_ flow: FlowPart) async throws -> String {
        try await refusing { try await producer.ask(["flow": node(flow)])["flow"]?["id"]?.string ?? "" }
    }

    private func node(_ part: FlowPart) -> WitnessedJSON {
        var node: [Bytes: WitnessedJSON] = [
            "name": .text(part.name), "queueName": .text(scenario + part.queue), "data": part.data,
            "opts": .object(part.settings.package),
        ]
        if !part.children.isEmpty { node["children"] = .array(part.children.map(self.node)) }
        return .object(node)
    }

    func perform(_ act: QueueAct, on queue: String) async throws -> WitnessedJSON {
        func call(_ method: String, _ arguments: WitnessedJSON...) async throws -> WitnessedJSON {
            let answer = try await inspector.ask([
                "queue": .text(scenario + queue), "call": .text(method), "args": .array(arguments),
            ])
            return answer["result"] ?? .null
        }
        return try await refusing {
            switch act {
            case .pause: _ = try await call("pause")
            case .resume: _ = try await call("resume")
            case .drain(let delayed): _ = try await call("drain", .bool(delayed))
            case .clean(let state, let limit):
                let name = state == .waiting ? "wait" : state.rawValue
                let ids = try await call("clean", 0, .number(limit), .text(name))
                return .array((ids.elements ?? []).compactMap(\.string).sorted().map { .text($0) })
            case .obliterate(let force):
                _ = try await call("obliterate", runtime == .node ? ["force": .bool(force)] : .bool(force))
            case .promoteJobs: _ = try await call("promoteJobs")
            case .retryJobs(let state): _ = try await call("retryJobs", ["state": .text(state.rawValue)])
            case .remove(let id, let children):
                let removed = try await call("remove", .text(id), ["removeChildren": .bool(children)])
                // The Python package returns what the script returned, where others raise an error.
                if let code = removed.integer, code < 0 { throw Refusal(words: "code \(code)") }
                return .bool(removed == 1)
            case .setGlobalConcurrency(let maximum): _ = try await call("setGlobalConcurrency", .number(maximum))
            case .removeGlobalConcurrency: _ = try await call("removeGlobalConcurrency")
            case .setGlobalRateLimit(let maximum, let window):
                _ = try await call("setGlobalRateLimit", .number(maximum), .number(window))
            case .removeGlobalRateLimit: _ = try await call("removeGlobalRateLimit")
            case .rateLimit(let time): _ = try await call("rateLimit", .number(time))
            case .removeRateLimit: _ = try await call("removeRateLimitKey")
            case .trimEvents(let count): _ = try await call("trimEvents", .number(count))
            case .schedule(let id, let rule, let job):
                let options = WitnessedJSON.object(job.settings.package)
                let next =
                    switch runtime {
                    case .python:
                        try await call(
                            "upsertJobScheduler", .text(id), rule.package, .text(job.name), job.data, options)
                    case .node:
                        try await call(
                            "upsertJobScheduler", .text(id), rule.package,
                            ["name": .text(job.name), "data": job.data, "opts": options])
                    }
                return next["id"] ?? .null
            case .removeScheduler(let id):
                let removed = try await call("removeJobScheduler", .text(id))
                // The Python package returns what the script returned: 0 when the scheduler was there.
                return .bool(removed == 0 || removed == true)
            }
            return .null
        }
    }

    func perform(_ act: JobAct, on id: String, of queue: String) async throws -> WitnessedJSON {
        func call(_ method: String, _ arguments: WitnessedJSON...) async throws -> WitnessedJSON {
            let answer = try await inspector.ask([
                "queue": .text(scenario + queue), "id": .text(id), "call": .text(method), "args": .array(arguments),
            ])
            return answer["result"] ?? .null
        }
        return try await refusing {
            switch act {
            case .promote: _ = try await call("promote")
            case .retry(let state, let made, let started):
                var options: [Bytes: WitnessedJSON] = [:]
                if made { options["resetAttemptsMade"] = true }
                if started { options["resetAttemptsStarted"] = true }
                _ = try await call("retry", .text(state.rawValue), .object(options))
            case .updateData(let data): _ = try await call("updateData", data)
            case .updateProgress(let progress): _ = try await call("updateProgress", progress)
            case .log(let row): return try await call("log", .text(row))
            case .changePriority(let priority): _ = try await call("changePriority", ["priority": .number(priority)])
            case .remove: _ = try await call("remove")
            }
            return .null
        }
    }

    func work(
        _ queue: String, _ worker: WorkerPart, until awaited: Awaited, holding held: String?,
        meanwhile: () async throws -> Void
    ) async throws {
        let peer = try await stage.peer(
            .worker(queue: scenario + queue, options: .object(worker.package)), on: runtime)
        try await stage.follow(scenario + queue, holding: held, until: awaited, meanwhile: meanwhile) {
            try peer.tell(["do": "release"])
        }
        try await peer.finish()
    }
}
