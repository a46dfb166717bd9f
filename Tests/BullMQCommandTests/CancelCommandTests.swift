// Owns: cancelling jobs from the command line.

import BullMQ
import BullMQTesting
import LiveTesting
import Testing

@Suite("Cancelling from the command line", .live, .timeLimit(.minutes(3)))
struct CancelCommandTests {
    @Test("reaches the worker that has the job, with the reason", arguments: [false, true])
    func cancels(json: Bool) async throws {
        let tool = try await CommandLineTool()
        let queue = try tool.queue("videos")
        let events = try QueueEvents("videos", redis: tool.redis, from: .beginning, prefix: tool.prefix)
        let job = try await queue.add(name: "encode")
        let (started, starts) = AsyncStream.makeStream(of: Void.self)
        try await tool.withWorker("videos", WorkerOptions(acceptsRemoteCancellation: true)) { _ in
            starts.yield()
            try await Task.sleep(for: .seconds(600))
            return .null
        } _: { worker in
            for await _ in started { break }
            let command = ["cancel", "videos", job.id, "--reason", "no longer wanted"]
            let child = try await tool.start(command + (json ? ["--json"] : []))
            #expect(await child.waitUntilEnd() == .exited(0))
            let line = try #require(try await child.output.line(at: 0))
            if json {
                #expect(
                    try JSONValue(parsing: line) == ["cancelled": .string(job.id), "worker": .string(worker.id)])
            } else {
                #expect(line == "cancelled by worker \(worker.id)")
            }
            let error = await #expect(throws: BullMQError.self) {
                try await job.finished(within: .seconds(30), events: events)
            }
            #expect(error?.message == "cancelled: no longer wanted")
        }
    }

    @Test("says so if the worker does not listen")
    func unanswered() async throws {
        let tool = try await CommandLineTool()
        let job = try await tool.queue("videos").add(name: "encode")
        let (started, starts) = AsyncStream.makeStream(of: Void.self)
        let (gate, opening) = AsyncStream.makeStream(of: Void.self)
        try await tool.withWorker("videos") { _ in
            starts.yield()
            for await _ in gate { break }
            return .null
        } _: { _ in
            for await _ in started { break }
            let run = try await tool.run("cancel", "videos", job.id, "--patience", "100ms")
            #expect(run.status == .exited(1) && run.output.isEmpty)
            #expect(run.errors.first?.hasPrefix("bullmq: No worker answered") == true)
            opening.finish()
        }
    }

    @Test("is refused for a job that does not run, with what it does instead")
    func notRunning() async throws {
        let tool = try await CommandLineTool()
        let job = try await tool.queue("videos").add(name: "encode")
        let waiting = try await tool.run("cancel", "videos", job.id)
        #expect(waiting.status == .exited(1))
        #expect(waiting.errors == ["bullmq: \(job.id): it is waiting, not active"])
        let missing = try await tool.run("cancel", "videos", "nobody", "--json")
        #expect(missing.status == .exited(1) && missing.output.isEmpty)
        #expect(missing.errors == ["bullmq: nobody: there is no such job in videos"])
    }
}
