// The snippets of the article "Limiting rates and concurrency".

import BullMQ

func changeConcurrency(redis: Redis, handler: Handler) throws {
    let worker = try Worker("videos", redis: redis, options: WorkerOptions(concurrency: 2)) { handler }
    try worker.setConcurrency(8)
}

func limitConcurrency(queue: Queue) async throws {
    try await queue.setGlobalConcurrency(10)
    let isFull = try await queue.isMaxed()
    let maximum = try await queue.globalConcurrency()
    try await queue.setGlobalConcurrency(nil)
    _ = (isFull, maximum)
}

func limitRates(queue: Queue) async throws {
    let limited = WorkerOptions(concurrency: 8, limiter: RateLimit(max: 100, per: .seconds(1)))
    try await queue.setGlobalRateLimit(RateLimit(max: 1000, per: .seconds(60)))
    let rate = try await queue.globalRateLimit()
    try await queue.setGlobalRateLimit(nil)
    _ = (limited, rate)
}

func pauseByHand(queue: Queue) async throws {
    try await queue.rateLimit(for: .seconds(60))
    if let rest = try await queue.rateLimitRemaining() { print("nothing starts for \(rest)") }
    try await queue.removeRateLimit()
}
