// Holds the README's walk-through to its promise: its program does what the text says.

import BullMQ
import BullMQTesting
import Foundation
import Testing

@Suite struct QuickStartTests {
    @Test func `a picture is asked for, made and reported as the README says`() async throws {
        let server = try await RedisServer.start()
        let worker = try await start("work", on: server)
        let onlooker = try await start("watch", on: server)
        let producer = try await start("add", "a.jpg", on: server)

        let end = try await withDeadline(.seconds(30), waitingFor: "the producer to end") {
            await producer.waitUntilEnd()
        }
        #expect(producer.output.lines == ["added job 1", "made small/a.jpg, 640 pixels wide"])
        #expect(end.isSuccess, "\(producer.errors.lines)")

        let redis = try Redis(url: server.url)
        let queue = try Queue("thumbnails", redis: redis)
        let job = try #require(try await queue.job("1"))
        #expect(try job.data.value() == ["file": "a.jpg", "width": 640])
        #expect(try await job.logs() == ["asked for 640 pixels"])
        #expect(job.options.attempts == 3)

        // The onlooker may have begun after the first job, so it is shown others until it tells of one.
        let seen = Task { try await onlooker.output.first { $0.contains("completed") }.line }
        try await withDeadline(.seconds(30), waitingFor: "the onlooker to see a job complete") {
            let events = try QueueEvents("thumbnails", redis: redis)
            while onlooker.output.lines.isEmpty {
                let job = try await queue.add(name: "resize_image", data: job.data)
                _ = try await job.finished(within: nil, events: events)
            }
            _ = try await seen.value
        }
        #expect(onlooker.output.lines.contains { $0.hasSuffix(#"completed: {"path":"small/a.jpg","width":640}"#) })

        #expect(await worker.stop().isSuccess, "\(worker.errors.lines)")
        await onlooker.stop()
        await redis.close()
        await server.stop()
    }

    private func start(_ arguments: String..., on server: RedisServer) async throws -> ChildProcess {
        // Tests and tools are built into one folder.
        let own = Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0])
        let program = own.resolvingSymlinksInPath().deletingLastPathComponent().appendingPathComponent("quick-start")
        let environment = ProcessInfo.processInfo.environment.merging(["REDIS_URL": server.url]) { $1 }
        // What is printed into a pipe would else appear only when much of it has gathered.
        return try await ChildProcess.start("stdbuf", ["-oL", program.path] + arguments, environment: environment)
    }
}
