import BullMQ
import PeerTesting
import Peers
import Stage
import Testing
import Witness

@Suite("Events", .timeLimit(.minutes(1)))
struct EventTests {
    @Test("of an official package's work are read by Swift", arguments: PeerRuntime.allCases)
    func swiftReads(runtime: PeerRuntime) async throws {
        try await runtime.require()
        try await withStage { stage in
            let producer = try await stage.peer(.producer, on: runtime)
            let id = try await producer.add(
                "progress", ["progress": [["pct": 50]]], to: stage.queue.name, options: ["delay": 5])
            let failing = try await producer.add("fail", ["times": 1, "message": "no"], to: stage.queue.name)
            let worker = try await stage.peer(.worker(queue: stage.queue.name), on: runtime)
            let events = try QueueEvents(
                stage.queue.name, redis: stage.redis, from: .beginning, prefix: stage.prefix)
            var kinds: [String: [QueueEvent.Kind]] = [:]
            var open: Set = [id, failing]
            for try await event in events {
                guard let job = event.jobID else { continue }
                kinds[job, default: []].append(event.kind)
                switch event.kind {
                case .completed, .retriesExhausted: open.remove(job)
                default: break
                }
                if open.isEmpty { break }
            }
            let due = try #require(
                kinds[id]?.compactMap { kind in
                    if case .delayed(_, let dueAt) = kind { dueAt } else { nil }
                }.first)
            #expect(
                kinds[id] == [
                    .added(jobID: id, name: "progress"), .delayed(jobID: id, dueAt: due),
                    .waiting(jobID: id, from: "delayed"), .active(jobID: id),
                    .progress(jobID: id, JSONText(["pct": 50])), .completed(jobID: id, result: JSONText("done")),
                ])
            #expect(
                kinds[failing] == [
                    .added(jobID: failing, name: "fail"), .waiting(jobID: failing, from: nil), .active(jobID: failing),
                    .failed(jobID: failing, reason: "no"), .retriesExhausted(jobID: failing, attemptsMade: 1),
                ])
            try await worker.finish()
            try await producer.finish()
        }
    }

    @Test("of Swift's work are read by an official package", arguments: PeerRuntime.allCases)
    func peerReads(runtime: PeerRuntime) async throws {
        try await runtime.require()
        try await withStage { stage in
            let events = try await stage.peer(.events(queue: stage.queue.name), on: runtime)
            let job = try await stage.queue.add(
                name: "progress", data: JSONText(["progress": [["pct": 50]]]),
                options: JobOptions(delay: .milliseconds(5)))
            let failing = try await stage.queue.add(name: "fail", data: JSONText(["times": 1, "message": "no"]))
            try await stage.withWorker {
                ScriptedHandlers.all
            } _: { _ in
                try await stage.followToEnd(of: [job.id, failing.id])
            }
            for name in ["added", "delayed", "waiting", "active"] { try await events.event(name, of: job.id) }
            let progress = try await events.event("progress", of: job.id)
            #expect(progress["args"]?["data"] == ["pct": 50])
            let completed = try await events.event("completed", of: job.id)
            #expect(completed["args"]?["returnvalue"] == "done")
            let failed = try await events.event("failed", of: failing.id)
            #expect(failed["args"]?["failedReason"] == "no")
            let exhausted = try await events.event("retries-exhausted", of: failing.id)
            #expect(exhausted["args"]?["attemptsMade"] == "1")
            try await events.finish()
        }
    }
}
