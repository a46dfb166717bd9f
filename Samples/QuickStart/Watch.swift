// The onlooker: prints what happens in the queue, whoever does it.

import BullMQ

func watch(_ redis: Redis) async throws {
    for try await event in try QueueEvents("thumbnails", redis: redis) {
        switch event.kind {
        case .progress(let id, let progress): print("job \(id) is at \(progress)")
        case .completed(let id, let result): print("job \(id) completed: \(result)")
        case .failed(let id, let reason): print("job \(id) failed: \(reason)")
        default: break
        }
    }
}
