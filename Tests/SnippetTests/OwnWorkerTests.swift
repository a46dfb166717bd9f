// The snippets of the article "Testing workers and producers", run as what they are: tests.

import BullMQ
import BullMQTesting
import Testing

struct Resize: Codable, Sendable {
    var file: String
    var width: Int
}

struct Picture: Codable, Sendable {
    var path: String
    var width: Int
}

enum Media {
    static let resize = JobType<Resize, Picture>("resize_image", defaults: JobOptions(attempts: 2))
}

/// The handler under test.
private let resizing = Handler(Media.resize) { job in
    guard job.payload.width > 0 else { throw JobOutcome.unrecoverable("a picture is at least one pixel wide") }
    return Picture(path: "small/\(job.payload.file)", width: job.payload.width)
}

@Suite struct ResizingTests {
    @Test func `a picture is resized`() async throws {
        try await withRedisServer { server in
            let redis = try Redis(url: server.url)
            let queue = try Queue("thumbnails", redis: redis)
            let events = try QueueEvents("thumbnails", redis: redis)
            let worker = try Worker("thumbnails", redis: redis) { resizing }
            async let working: Void = worker.run()

            let job = try await queue.add(Media.resize, Resize(file: "a.jpg", width: 640))
            let picture = try await job.result(timeout: .seconds(10), events: events)
            #expect(picture.path == "small/a.jpg")

            let wrong = try await queue.add(Media.resize, Resize(file: "a.jpg", width: 0))
            await #expect(throws: BullMQError.self) {
                _ = try await wrong.result(timeout: .seconds(10), events: events)
            }
            #expect(try await queue.job(wrong.id)?.attemptsMade == 1)

            await worker.close()
            try await working
            await redis.close()
        }
    }

    @Test func `an upload asks for a thumbnail`() async throws {
        let redis = try Redis(url: await RedisServer.shared.unixURL)
        let queue = try Queue(RedisServer.uniqueName("thumbnails"), redis: redis)
        try await receiveUpload("a.jpg", thumbnails: queue)

        let worker = try ManualWorker(queue.name, redis: redis)
        let taken = try #require(try await worker.nextJob())
        #expect(taken.job.name == Media.resize.name)
        #expect(try taken.job.data.decode(Resize.self).file == "a.jpg")
        try await taken.complete(Picture(path: "small/a.jpg", width: 320))
        #expect(try await worker.nextJob() == nil)
        await redis.close()
    }

    @Test func `an upload is taken although Redis is away`() async throws {
        try await withRedisServer { server in
            let proxy = try await FaultProxy.start(before: server)
            var configuration = try RedisConfiguration(url: proxy.url)
            configuration.offlineTimeout = .seconds(1)
            configuration.reconnect.maximum = .milliseconds(50)
            let redis = Redis(configuration: configuration)
            let queue = try Queue("thumbnails", redis: redis)

            try await proxy.apply(.refusing)
            await #expect(throws: RedisError.self) { try await receiveUpload("a.jpg", thumbnails: queue) }
            try await proxy.heal()
            try await receiveUpload("a.jpg", thumbnails: queue)
            #expect(try await queue.counts().waiting == 1)

            await redis.close()
            try await proxy.stop()
        }
    }

    private func receiveUpload(_ file: String, thumbnails: Queue) async throws {
        try await thumbnails.add(Media.resize, Resize(file: file, width: 320))
    }
}
