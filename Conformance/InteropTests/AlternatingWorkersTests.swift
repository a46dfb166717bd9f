import BullMQ
import PeerTesting
import Peers
import Stage
import Testing
import Witness

@Suite("Two workers of different kinds on one queue", .timeLimit(.minutes(1)))
struct AlternatingWorkersTests {
    @Test("take turns with the attempts of one job, each counting on from the other", arguments: PeerRuntime.allCases)
    func retries(runtime: PeerRuntime) async throws {
        try await runtime.require()
        try await withStage { stage in
            // The pause before an attempt never ends by itself: the test promotes the job when the other worker's turn
            // has come.
            let job = try await stage.queue.add(
                name: "fail", data: JSONText(["times": 3]),
                options: JobOptions(attempts: 4, backoff: .fixed(.seconds(3600))))
            try await stage.withWorker {
                ScriptedHandlers.all
            } _: { swift in
                try await stage.follow(until: ["delayed"], of: [job.id])
                await swift.pause()
                let peer = try await stage.peer(.worker(queue: stage.queue.name), on: runtime)
                try await job.promote()
                try await stage.follow(until: ["delayed"], of: [job.id], times: 2)
                try peer.tell(["do": "pause"])
                try await peer.report("its pause") { $0["done"] == "pause" }
                swift.resume()
                try await job.promote()
                try await stage.follow(until: ["delayed"], of: [job.id], times: 3)
                await swift.pause()
                try peer.tell(["do": "resume"])
                try await peer.report("its resumption") { $0["done"] == "resume" }
                try await job.promote()
                try await stage.followToEnd(of: [job.id])
                try await peer.finish()
            }
            let stored = try await stage.hash(job.id)
            #expect(
                try JSONWitness.value(of: stored["returnvalue"] ?? "") == ["by": .text(runtime.rawValue), "attempt": 4])
            #expect(stored["atm"] == "4")
            #expect(stored["ats"] == "4")
            #expect(stored["failedReason"] == "swift attempt 3")
            let traces = try #require(try JSONWitness.value(of: stored["stacktrace"] ?? "").elements)
            let reasons = ["swift attempt 1", "\(runtime) attempt 2", "swift attempt 3"]
            #expect(traces.count == reasons.count)
            for (trace, reason) in zip(traces, reasons) { #expect(trace.string?.contains(reason) == true) }
        }
    }

    @Test("share the jobs, and each job is done by exactly one of them", arguments: PeerRuntime.allCases)
    func shared(runtime: PeerRuntime) async throws {
        try await runtime.require()
        try await withStage { stage in
            let peer = try await stage.peer(.worker(queue: stage.queue.name, options: ["concurrency": 4]), on: runtime)
            try await stage.withWorker(WorkerOptions(concurrency: 4)) {
                ScriptedHandlers.all
            } _: { _ in
                let jobs = try await stage.queue.addBulk(
                    (0..<200).map { _ in BulkJob(name: "slow", data: JSONText(["ms": 2])) })
                let entries = try await stage.followToEnd(of: jobs.map(\.id))
                let active = entries.filter { $0["event"] == "active" }.compactMap { $0["jobId"]?.text }
                #expect(active.count == 200)
                #expect(Set(active) == Set(jobs.map(\.id)))
            }
            try await peer.finish()
            let picture = try await stage.picture()
            for id in 1...200 { #expect(picture.hash(Bytes("\(id)"))?["ats"] == "1") }
            let byPeer = try peer.reports.count { $0["processing"] != nil }
            #expect((1..<200).contains(byPeer))
        }
    }
}
