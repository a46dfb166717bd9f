// The snippets of the article "Watching events".

import BullMQ

func watch(redis: Redis) async throws {
    for try await event in try QueueEvents("videos", redis: redis) {
        switch event.kind {
        case .completed(let id, let result): print("job \(id) completed: \(result)")
        case .failed(let id, let reason): print("job \(id) failed: \(reason)")
        case .stalled(let id): print("job \(id) was taken back from a worker that vanished")
        default: break
        }
    }
}

func goOn(redis: Redis, queue: Queue, handle: (QueueEvent) async throws -> Void) async throws {
    var last = try await queue.eventPosition()
    for try await event in try QueueEvents("videos", redis: redis, from: last) {
        try await handle(event)
        last = .after(event.id)
    }
}

func waitForResult(redis: Redis, queue: Queue, video: Video) async throws {
    let events = try QueueEvents("videos", redis: redis)
    let job = try await queue.add(Videos.encode, video)
    do {
        let bytes = try await job.result(timeout: .seconds(60), events: events)
        print("encoded \(bytes) bytes")
    } catch let error as BullMQError where error.code == .jobFailed {
        print("failed: \(error.message)")
    } catch let error as BullMQError where error.code == .timeout {
        print("not finished yet; the job goes on all the same")
    }
}

func publish(redis: Redis) async throws {
    let producer = try QueueEventsProducer("videos", redis: redis)
    try await producer.publish("quotaLow", ["tenant": "acme", "minutesLeft": "12"])
}

func listenToOneself(queue: Queue) async {
    for await event in queue.localEvents() {
        if case .cleaned(let ids, let state) = event { print("cleaned \(ids.count) \(state.rawValue) jobs") }
    }
}

func lookInstead(queue: Queue, id: String) async throws {
    guard let job = try await queue.job(id) else { return print("no such job (any more)") }
    let state = try await job.state()
    print(state?.rawValue ?? "nowhere", job.progress, job.failedReason ?? "", job.returnValue?.text ?? "")
}
