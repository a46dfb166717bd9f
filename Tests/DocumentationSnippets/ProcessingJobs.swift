// The snippets of the article "Processing jobs".

import BullMQ
import Logging

struct Video: Codable, Sendable {
    var url: String
    var chapters: [String]
}

enum Videos {
    static let encode = JobType<Video, Int>("encode_video")
}

struct ServerBusy: Error {
    var retryAfter: Duration
}

struct UploadError: Error {
    var isPermanent: Bool
}

func encode(_ chapter: String) async throws {}
func upload(_ video: Video) async throws -> Int { video.chapters.count }
let logger = Logger(label: "snippets")

func makeWorker(redis: Redis) throws -> Worker {
    let worker = try Worker("videos", redis: redis, options: WorkerOptions(concurrency: 2, logger: logger)) {
        Handler(Videos.encode, timeout: .seconds(1200)) { job in
            for (number, chapter) in job.payload.chapters.enumerated() {
                try await encode(chapter)
                try await job.updateProgress(100 * (number + 1) / job.payload.chapters.count)
            }
            return try await upload(job.payload)
        }
        Handler(named: "echo") { job in job.data }
        Handler { job in throw JobOutcome.unrecoverable("\(job.name) is not served any more") }
    }
    return worker
}

func outcomes() -> Handler {
    Handler(Videos.encode) { job in
        guard !job.payload.chapters.isEmpty else { throw JobOutcome.unrecoverable("the video has no chapters") }
        do {
            return try await upload(job.payload)
        } catch let error as ServerBusy {
            throw JobOutcome.delay(for: error.retryAfter)
        }
    }
}

func discarding() -> Handler {
    Handler(Videos.encode) { job in
        do {
            return try await upload(job.payload)
        } catch let error as UploadError where error.isPermanent {
            job.discard()
            throw error
        }
    }
}

func cancelling() -> Handler {
    Handler(Videos.encode, timeout: .seconds(600)) { job in
        for chapter in job.payload.chapters {
            guard !Task.isCancelled else {
                let reason = job.cancellationReason?.description ?? "unknown"
                logger.notice("stopped early", metadata: ["job": "\(job.id)", "reason": "\(reason)"])
                throw CancellationError()
            }
            try await encode(chapter)
        }
        return job.payload.chapters.count
    }
}

func cancelFromOutside(worker: Worker, id: String) {
    let wasRunning = worker.cancel(id, reason: "the user closed the page")
    _ = wasRunning
}

func limitRates(redis: Redis, handler: Handler) throws -> Worker {
    let options = WorkerOptions(
        name: "encoder-1", concurrency: 8, limiter: RateLimit(max: 100, per: .seconds(1)), lockDuration: .seconds(60),
        jobTimeout: .seconds(1200), gracePeriod: .seconds(20))
    return try Worker("videos", redis: redis, options: options) { handler }
}

func askForAPause() -> Handler {
    Handler(Videos.encode) { job in
        do {
            return try await upload(job.payload)
        } catch let error as ServerBusy {
            throw JobOutcome.rateLimited(for: error.retryAfter)
        }
    }
}

func customBackoff() -> WorkerOptions {
    let options = WorkerOptions(backoff: { attempt, type, error, job in
        switch type {
        case "linear": .seconds(10 * attempt)
        case "patient": error is ServerBusy ? .seconds(300) : .seconds(5)
        default: nil
        }
    })
    return options
}

func useCustomBackoff(queue: Queue, video: Video) async throws {
    try await queue.add(Videos.encode, video, options: JobOptions(attempts: 10, backoff: .custom("linear")))
}

func inline(redis: Redis, handler: Handler) throws -> Worker {
    let options = WorkerOptions(concurrency: 100, execution: .inline)
    return try Worker("videos", redis: redis, options: options) { handler }
}

func workerEvents(worker: Worker) async {
    for await event in worker.events() {
        switch event {
        case .completed(let job, let result): print("\(job.name) \(job.id) made \(result)")
        case .failed(let job, let error): print("\(job.name) \(job.id), attempt \(job.attemptsMade + 1): \(error)")
        case .error(let error): print("outside of handlers: \(error)")
        default: break
        }
    }
}

func takeByHand(redis: Redis) async throws {
    let worker = try ManualWorker("videos", redis: redis, options: WorkerOptions(lockDuration: .seconds(120)))
    while let taken = try await worker.nextJob(waitingAtMost: .seconds(30)) {
        do {
            let video = try taken.job.data.decode(Video.self)
            for chapter in video.chapters {
                try await encode(chapter)
                guard try await taken.extendLock(by: .seconds(120)) else { throw CancellationError() }
            }
            try await taken.complete(try await upload(video))
        } catch {
            try await taken.fail(error)
        }
    }
    await worker.close()
}
