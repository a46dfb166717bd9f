// The worker as a process: what becomes of jobs, how it stops, how it says what is wrong with its settings.

import BullMQ
import BullMQTesting
import Foundation
import LanguageModelTesting
import NIOHTTP1
import Testing

@testable import MediaJobs

@Suite(.serialized) struct WorkerProcessTests {
    /// The executable lies beside the test bundle, which is mapped into this process.
    static let program = program(named: "media-worker")

    static func program(named name: String) -> String {
        let maps = (try? String(contentsOfFile: "/proc/self/maps", encoding: .utf8)) ?? ""
        let bundle = maps.split(separator: "\n").first { $0.hasSuffix(".xctest") }?.drop { $0 != "/" } ?? ""
        return URL(fileURLWithPath: String(bundle)).deletingLastPathComponent()
            .appendingPathComponent(name).path
    }

    /// A worker process with its own folders and queue, on the shared server.
    struct Bench {
        let folder: TestFolder
        let queue: Queue
        let events: QueueEvents
        let worker: ChildProcess
        let environment: [String: String]

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
            self.environment = all
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
            ("resize_image", "file:red.png", "[1]", "params must be an object"),
            ("resize_image", "http://user:hunter2@example.com/", #"{"width":2}"#, "must not carry a user name"),
        ] {
            let failure = try await bench.failure(of: try await bench.add(name, input, params, options: retries))
            #expect(failure.reason.contains(reason) && failure.attempts == 1, "\(failure)")
            #expect(!failure.reason.contains("hunter2"))
        }

        let busy = try await bench.add("resize_image", "http://\(host)/busy", #"{"width":2}"#, options: retries)
        let failure = try await bench.failure(of: busy)
        #expect(failure.reason.contains("status 503") && failure.attempts == 3, "\(failure)")

        #expect(await bench.stop() == .exited(0))
        #expect(try bench.folder.names("tmp").isEmpty)
        #expect(try bench.folder.names("out") == [local.id, remote.id].sorted())
        #expect(!bench.worker.errors.lines.joined().contains("hunter2"))
        await server.stop()
    }

    struct Result: Decodable {
        var path: String
        var bytes: Int
        var width: Int
        var height: Int
        var format: String
    }

    @Test("a job can be cancelled from afar while it fetches, and leaves nothing") func remoteCancellation()
        async throws
    {
        let server = try await TestServer { _ in
            .init(body: MediaJobTests.picture, announced: 1_000_000, hangs: true)
        }
        let host = "127.0.0.1:\(server.port)"
        let bench = try await Bench(["MEDIA_TRUSTED_HOSTS": host])
        let job = try await bench.add("download", "http://\(host)/slow", "{}")
        while server.requests.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
        guard case .acknowledged = try await bench.queue.cancel(job.id, reason: "not needed any more") else {
            Issue.record("the worker did not answer")
            return
        }
        let failure = try await bench.failure(of: job)
        #expect(failure.reason.contains("not needed any more"), "\(failure)")
        let left = try bench.folder.names("tmp")
        #expect(try bench.folder.names("tmp/\(try #require(left.first))").isEmpty)
        #expect(await bench.stop() == .exited(0))
        #expect(try bench.folder.names().contains("out") == false)
        await server.stop()
    }

    @Test("a job that is under way at the end of the grace period goes back in line") func shutdown() async throws {
        let server = try await TestServer { _ in
            .init(body: MediaJobTests.picture, announced: 1_000_000, hangs: true)
        }
        let host = "127.0.0.1:\(server.port)"
        let bench = try await Bench(["MEDIA_TRUSTED_HOSTS": host, "MEDIA_GRACE": "0"])
        let job = try await bench.add("download", "http://\(host)/slow", "{}")
        while server.requests.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
        #expect(await bench.worker.stop(grace: .seconds(30)) == .exited(0))
        let state = try await bench.queue.state(of: job.id)
        #expect(state == .waiting, "\(String(describing: state))")
        #expect(try bench.folder.names("tmp").isEmpty)
        await bench.queue.redis.close()
        await server.stop()
    }

    @Test("a limit for all workers is stored in the queue, and kept") func globalConcurrency() async throws {
        let server = try await TestServer { _ in
            .init(body: MediaJobTests.picture, announced: 1_000_000, hangs: true)
        }
        let host = "127.0.0.1:\(server.port)"
        let bench = try await Bench([
            "MEDIA_TRUSTED_HOSTS": host, "MEDIA_GRACE": "0", "MEDIA_CONCURRENCY": "4", "MEDIA_GLOBAL_CONCURRENCY": "1",
        ])
        let done = try await bench.add("convert_image", "file:red.png", #"{"format":"jpeg"}"#)
        _ = try await done.finished(within: .seconds(60), events: bench.events)
        #expect(try await bench.queue.globalConcurrency() == 1)
        for number in 1...3 { _ = try await bench.add("download", "http://\(host)/slow\(number)", "{}") }
        while server.requests.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
        #expect(try await bench.queue.isMaxed())
        #expect(try await bench.queue.counts().active == 1)
        #expect(await bench.stop() == .exited(0))
        await server.stop()
    }

    @Test("what a killed worker left in its temporary folder is removed by the next one") func killed() async throws {
        let server = try await TestServer { _ in
            .init(body: MediaJobTests.picture, announced: 1_000_000, hangs: true)
        }
        let host = "127.0.0.1:\(server.port)"
        let bench = try await Bench(["MEDIA_TRUSTED_HOSTS": host])
        _ = try await bench.add("download", "http://\(host)/slow", "{}")
        while server.requests.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
        bench.worker.send(.kill)
        #expect(await bench.worker.waitUntilEnd() == .signalled(.kill))
        let left = try #require(try bench.folder.names("tmp").first)
        #expect(try !bench.folder.names("tmp/\(left)").isEmpty)
        let next = try await ChildProcess.start(Self.program, environment: bench.environment)
        let job = try await bench.add("convert_image", "file:red.png", #"{"format":"jpeg"}"#)
        _ = try await job.finished(within: .seconds(60), events: bench.events)
        #expect(try !bench.folder.names("tmp").contains(left))
        #expect(await next.stop(grace: .seconds(30)) == .exited(0))
        await bench.queue.redis.close()
        await server.stop()
    }

    @Test("a job that takes too long, or too much memory, fails") func ceilings() async throws {
        let server = try await TestServer { _ in
            .init(body: MediaJobTests.picture, announced: 1_000_000, hangs: true)
        }
        let host = "127.0.0.1:\(server.port)"
        let slow = try await Bench(["MEDIA_TRUSTED_HOSTS": host, "MEDIA_TIMEOUT": "1"])
        let late = try await slow.failure(of: try await slow.add("download", "http://\(host)/slow", "{}"))
        #expect(late.reason.contains("timed out"), "\(late)")
        #expect(await slow.stop() == .exited(0))
        await server.stop()
        // A picture of 90 megapixels in a process that may have 200 MB.
        let small = try await Bench(["MEDIA_MEMORY": "200"])
        let (made, _, errors) = try await ChildProcess.run(
            "/usr/bin/ffmpeg",
            [
                "-v", "error", "-f", "lavfi", "-i", "color=gray:s=9500x9500", "-frames:v", "1",
                small.folder.url.path + "/in/large.png",
            ])
        #expect(made == .exited(0), "\(errors)")
        let large = try await small.failure(
            of: try await small.add(
                "convert_image", "file:large.png", #"{"format":"webp"}"#, options: JobOptions(attempts: 3)))
        #expect(large.reason.contains("out_of_memory") && large.attempts == 1, "\(large)")
        let next = try await small.add("convert_image", "file:red.png", #"{"format":"webp"}"#)
        _ = try await next.finished(within: .seconds(60), events: small.events)
        #expect(await small.stop() == .exited(0))
    }

    @Test("captions are written by the model of the environment") func captions() async throws {
        let model = try await ModelServer([CaptionTests.answer("Red")])
        let bench = try await Bench(["LLM_BASE_URL": model.baseURL, "LLM_MODEL": "m", "LLM_API_KEY": "sk-secret"])
        let job = try await bench.add("caption_generation", "file:red.png", "{}")
        let result = try await job.finished(within: .seconds(60), events: bench.events)
        #expect(result.text.contains(#""text":"Red""#) && result.text.contains(#""model":"test-vision""#))
        #expect(await bench.stop() == .exited(0))
        #expect(!bench.worker.errors.lines.joined().contains("sk-secret"))
        await model.stop()
    }

    @Test("settings that cannot work are named, with an exit code for each kind")
    func settings() async throws {
        for (arguments, status, words) in [
            (["--concurrency", "0"], 78, "MEDIA_CONCURRENCY must be from 1 to 64"),
            (["--memory", "1"], 78, "MEDIA_MEMORY"), (["--redis-url", "nonsense"], 78, "Redis URL"),
            (["--log-level", "loud"], 78, "LOG_LEVEL"),
            (["--trusted-hosts", "a"], 78, "host:port"), (["--root", "/nonexistent"], 73, "folder for file: inputs"),
            (["--temporary", "/dev/null/x"], 73, "temporary folder"),
            (["--output", "/dev/null/x"], 73, "folder for results"),
            (["--scan-command", "clamscan"], 78, "MEDIA_SCAN_COMMAND"),
            (["--directus-url", "http://127.0.0.1:1"], 78, "DIRECTUS_TOKEN"),
            (["--reconcile", "0"], 78, "MEDIA_RECONCILE"),
            (["--bogus"], 64, "Unknown option"),
        ] as [([String], Int32, String)] {
            let (end, _, errors) = try await ChildProcess.run(Self.program, arguments)
            #expect(end == .exited(status) && errors.joined().contains(words), "\(arguments): \(end) \(errors)")
        }
        let (end, _, errors) = try await ChildProcess.run(
            Self.program, environment: ["MEDIA_GRACE": "soon", "PATH": "/usr/bin:/bin"])
        #expect(end == .exited(78) && errors.joined().contains("MEDIA_GRACE must be a number"))
        let (half, _, reasons) = try await ChildProcess.run(
            Self.program, environment: ["LLM_MODEL": "m", "PATH": "/usr/bin:/bin"])
        #expect(half == .exited(78) && reasons.joined().contains("LLM_BASE_URL is not"))
        let (odd, _, remarks) = try await ChildProcess.run(
            Self.program,
            environment: ["DIRECTUS_URL": "directus", "DIRECTUS_TOKEN": "hush-hush", "PATH": "/usr/bin:/bin"])
        #expect(odd == .exited(78) && remarks.joined().contains("DIRECTUS_URL") && !remarks.joined().contains("hush"))
        let (short, _, complaints) = try await ChildProcess.run(
            Self.program, environment: ["MEDIA_WATERMARK_KEY": "hush", "PATH": "/usr/bin:/bin"])
        #expect(short == .exited(78) && complaints.joined().contains("MEDIA_WATERMARK_KEY"))
        #expect(!complaints.joined().contains("hush"))
    }
}
