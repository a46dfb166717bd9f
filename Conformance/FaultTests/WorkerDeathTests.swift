import BullMQ
import BullMQTesting
import Stage
import Testing
import Witness

@Suite("A worker process", .timeLimit(.minutes(1)))
struct WorkerDeathTests {
    /// A handler that ends what the other worker's `hang` never would.
    private static let finisher = [Handler { _ in JSONText("finished") }]

    @Test("that is killed in the middle of jobs loses none: another worker recovers each once")
    func killed() async throws {
        try await withStage { stage in
            let process = try await WorkerProcess.start(
                on: stage, options: ["concurrency": 3, "lockDuration": 600, "stalledInterval": 200])
            let jobs = try await stage.queue.addBulk((0..<8).map { _ in BulkJob(name: "hang") })
            let taken = jobs.prefix(3).map(\.id)
            for id in taken { try await process.hasTaken(id) }
            await process.kill()

            let options = WorkerOptions(
                concurrency: 2, stalledInterval: .milliseconds(200), lockDuration: .milliseconds(600))
            let verdict = try await stage.withWorker(options) {
                Self.finisher
            } _: { _ in
                try await Verdict.after(stage, acknowledged: Set(jobs.map(\.id)))
            }
            #expect(verdict.complaints == [])
            #expect(verdict.recovered == Set(taken))
            let picture = try await stage.picture()
            let stalled = picture.stream("events").filter { $0["event"] == "stalled" }.compactMap { $0["jobId"]?.text }
            #expect(stalled.sorted() == taken.sorted())
            for job in jobs { #expect(picture.hash(Bytes(job.id))?["returnvalue"] == "\"finished\"") }
        }
    }

    @Test("that is asked to finish ends its running job within a long grace period, and takes no other")
    func longGrace() async throws {
        try await withStage { stage in
            let process = try await WorkerProcess.start(on: stage, options: ["gracePeriod": 15_000])
            let running = try await stage.queue.add(name: "slow", data: JSONText(["ms": 500]))
            let waiting = try await stage.queue.add(name: "slow", data: JSONText(["ms": 0]))
            try await process.hasTaken(running.id)
            #expect(try await process.terminate() == .exited(0))

            let picture = try await stage.picture()
            #expect(picture.hash(Bytes(running.id))?["returnvalue"] == "500")
            #expect(picture["wait"]?.content == .list([Bytes(waiting.id)]))
            #expect(picture["active"] == nil)
            #expect(picture[Bytes("\(running.id):lock")] == nil)
        }
    }

    @Test("that is asked to finish puts its running job back in line after a short grace period")
    func shortGrace() async throws {
        try await withStage { stage in
            let process = try await WorkerProcess.start(on: stage, options: ["gracePeriod": 200])
            let job = try await stage.queue.add(name: "hang")
            try await process.hasTaken(job.id)
            #expect(try await process.terminate() == .exited(0))

            let picture = try await stage.picture()
            #expect(picture["wait"]?.content == .list([Bytes(job.id)]))
            #expect(picture["active"] == nil)
            #expect(picture[Bytes("\(job.id):lock")] == nil)
            // To be interrupted is no attempt, and no stall.
            let hash = try #require(picture.hash(Bytes(job.id)))
            #expect(hash["ats"] == "1")
            #expect(hash["atm"] == nil)
            #expect(hash["stc"] == nil)
            #expect(hash["failedReason"] == nil)

            try await stage.withWorker {
                Self.finisher
            } _: { _ in
                try await stage.followToEnd(of: [job.id])
            }
            let done = try await stage.hash(job.id)
            #expect(done["returnvalue"] == "\"finished\"")
            #expect(done["ats"] == "2")
            #expect(done["atm"] == "1")
        }
    }
}
