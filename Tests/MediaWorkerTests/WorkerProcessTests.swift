// The worker as a process: what becomes of jobs, how it stops, how it says what is wrong with its settings.

import BullMQ
import BullMQTesting
import Foundation
import NIOHTTP1
import Testing

@testable import MediaJobs

@Suite(.serialized) struct WorkerProcessTests {
    /// The executable lies beside the test bundle, which is mapped into this process.
    static let program: String = {
        let maps = (try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8)) ?? ""
        let bundle = maps.split(separator: "\n").first { $0.hasSuffix(".xctest") }?.drop { $0 != "/" } ?? ""
        return URL(fileURLWithPath: String(bundle)).deletingLastPathComponent()
            .appendingPathComponent("media-worker").path
    }()

    /// A worker process with its own folders and queue, on the shared server.
    struct Bench {
        let folder: TestFolder
        let queue: Queue
        let events: QueueEvents
        let worker: ChildProcess

        init(_ environment: [String: String] = [:]) async throws {
            folder = try TestFolder()
            try folder.file("in/red.png", MediaJobTests.picture)
            let server = try await RedisServer.shared
            let redis = try Redis(url: server.url)
            queue = try Queue(RedisServer.uniqueName("media"), redis: redis)
            events = try QueueEvents(queue.name, redis: redis)
            var all = [
                "REDIS_URL": server.url, "MEDIA_QUEUE": queue.name, "MEDIA_ROOT": folder.url.path + "/in",
                "MEDIA_OUTPUT": folder.url.path + "/out", "MEDIA_TEMP": folder.url.path + "/tmp",
                "PATH": "/usr/bin:/bin",
            ]
            all.merge(environment) { $1 }
            worker = try await ChildProcess.start(WorkerProcessTests.program, environment: all)
        }

        func add(
            _ name: String, _ input: String, _ params: String, options: JobOptions = JobOptions()
        ) async throws -> Job {
            let data = #"{"operation":"\#(name)","input_url":"\#(input)","params":\#(params)}"#
            return try await queue.add(name: name, data: try JSONText(validating: data), options: options)
        }

        /// Why a job failed, and after how many attempts.
        func failure(of job: Job) async throws -> (reason: String, attempts: Int) {
            let error = await #expect(throws: BullMQError.self) {
                try await job.finished(within: .seconds(60), events: events)
            }
            #expect(error?.code == .jobFailed)
            let end = try #require(try await job.refreshed())
            return (end.failedReason ?? "", end.attemptsMade)
        }

        func stop() async -> ProcessEnd {
            let end = await worker.stop(grace: .seconds(30))
            await queue.redis.close()
            return end
        }
    }

    @Test("jobs of every kind end as they should, and SIGTERM ends the worker cleanly") func jobs() async throws {
        let server = try await TestServer { path in
            switch path {
            case "/red.png": .init(body: MediaJobTests.picture)
            case "/busy": .init(status: .serviceUnavailable)
            default: .init(status: .notFound)
            }
        }
        let host = "127.0.0.1:\(server.port)"
        let bench = try await Bench(["MEDIA_TRUSTED_HOSTS": host])
        let retries = JobOptions(attempts: 3, backoff: .fixed(.milliseconds(20)))

        let local = try await bench.add("convert_image", "file:red.png", #"{"format":"jpeg"}"#)
        let result = try await local.finished(within: .seconds(60), events: bench.events).decode(Result.self)
        #expect(result.width == 4 && result.height == 2 && result.format == "jpeg")
        #expect(result.path == bench.folder.url.path + "/out/\(local.id)/red-convert_image.jpg")
        #expect(try Data(contentsOf: URL(fileURLWithPath: result.path)).count == result.bytes)
        #expect(try await local.refreshed()?.progress.text == "100")

        let remote = try await bench.add(
            "resize_image", "http://\(host)/red.png", #"{"width":2,"filename":"small"}"#)
        let fetched = try await remote.finished(within: .seconds(60), events: bench.events).decode(Result.self)
        #expect(fetched.width == 2 && fetched.path.hasSuffix("/\(remote.id)/small.png"))

        for (name, input, params, reason) in [
            ("resize_image", "file:red.png", #"{"widht":2}"#, #"unknown parameter "widht""#),
            ("resize_image", "file:../in/red.png", #"{"width":2}"#, "outside the folder"),
            ("resize_image", "file:absent.png", #"{"width":2}"#, "does not exist"),
            ("resize_image", "http://\(host)/absent", #"{"width":2}"#, "status 404"),
            ("resize_image", "http://127.0.0.1/red.png", #"{"width":2}"#, "not a public address"),
            ("transmogrify", "file:red.png", "{}", "transmogrify"),
        ] {
            let failure = try await bench.failure(of: try await bench.add(name, input, params, options: retries))
            #expect(failure.reason.contains(reason) && failure.attempts == 1, "\(failure)")
        }

        let busy = try await bench.add("resize_image", "http://\(host)/busy", #"{"width":2}"#, options: retries)
        let failure = try await bench.failure(of: busy)
        #expect(failure.reason.contains("status 503") && failure.attempts == 3, "\(failure)")

        #expect(await bench.stop() == .exited(0))
        #expect(try bench.folder.names("tmp").isEmpty)
        #expect(try bench.folder.names("out") == [local.id, remote.id].sorted())
        await server.stop()
    }

    struct Result: Decodable {
        var path: String
        var bytes: Int
        var width: Int
        var height: Int
        var format: String
    }

    @Test("settings that cannot work are named, with an exit code for each kind")
    func settings() async throws {
        for (arguments, status, words) in [
            (["--concurrency", "0"], 78, "MEDIA_CONCURRENCY must be from 1 to 64"),
            (["--redis-url", "nonsense"], 78, "Redis URL"), (["--log-level", "loud"], 78, "LOG_LEVEL"),
            (["--trusted-hosts", "a"], 78, "host:port"), (["--root", "/nonexistent"], 73, "folder for file: inputs"),
            (["--temporary", "/dev/null/x"], 73, "temporary folder"), (["--bogus"], 64, "Unknown option"),
        ] as [([String], Int32, String)] {
            let (end, _, errors) = try await ChildProcess.run(Self.program, arguments)
            #expect(end == .exited(status) && errors.joined().contains(words), "\(arguments): \(end) \(errors)")
        }
        let (end, _, errors) = try await ChildProcess.run(
            Self.program, environment: ["MEDIA_GRACE": "soon", "PATH": "/usr/bin:/bin"])
        #expect(end == .exited(78) && errors.joined().contains("MEDIA_GRACE must be a number"))
    }
}
