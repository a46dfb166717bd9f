// The producer: adds a job and waits for its result.

import BullMQ

func add(_ redis: Redis, file: String) async throws {
    let queue = try Queue("thumbnails", redis: redis)
    let events = try QueueEvents("thumbnails", redis: redis)

    let job = try await queue.add(Media.resize, Resize(file: file, width: 640))
    print("added job \(job.id)")

    let picture = try await job.result(timeout: .seconds(60), events: events)
    print("made \(picture.path), \(picture.width) pixels wide")
    await redis.close()
}
