// The snippets of the article "Administering queues".

import BullMQ

func inspect(queue: Queue) async throws {
    let counts = try await queue.counts()
    print("\(counts.pending) to do, \(counts.active) running, \(counts.failed) failed")
    for try await job in queue.jobs(in: [.failed], order: .newestFirst) {
        print(job.id, job.name, job.attemptsMade, job.failedReason ?? "", job.finishedOn ?? job.timestamp)
    }
    let firstPage = try await queue.jobs(in: [.waiting, .prioritized], range: 0..<20)
    _ = firstPage
}

func logs(queue: Queue) async throws {
    let (rows, count) = try await queue.logs(of: "42", range: 0..<100)
    _ = (rows, count)
}

func change(queue: Queue) async throws {
    if let job = try await queue.job("42") {
        try await job.changePriority(to: 1)
        try await job.updateData(Mail(to: "grace@example.org", subject: "Hello"))
    }
}

func repair(job: Job) async throws {
    switch try await job.state() {
    case .failed: try await job.retry(resetAttemptsMade: true)
    case .delayed: try await job.promote()
    case .waiting, .prioritized: try await job.remove()
    default: break
    }
}

func control(queue: Queue) async throws {
    try await queue.pause()
    let isPaused = try await queue.isPaused()
    try await queue.resume()
    _ = isPaused
    try await queue.setGlobalConcurrency(10)
    try await queue.setGlobalRateLimit(RateLimit(max: 1000, per: .seconds(60)))
    try await queue.retryJobs(from: .failed)
    try await queue.promoteJobs()
    let removed = try await queue.clean(.completed, olderThan: .seconds(7 * 86_400), limit: 10_000)
    try await queue.drain()
    _ = removed
}

func obliterate(queue: Queue) async throws {
    try await queue.obliterate()
}

func metrics(queue: Queue) async throws {
    let lastHour = try await queue.metrics(of: .completed, range: 0..<60)
    print("\(lastHour.points.reduce(0, +)) jobs in the last hour, \(lastHour.total) in all")
}

func prometheus(queue: Queue) async throws -> String {
    let text = try await queue.prometheusMetrics(labels: ["region": "eu"])
    return text
}

func workers(queue: Queue) async throws {
    for worker in try await queue.workers() {
        print(worker.workerName ?? "unnamed", worker.address ?? "", "connected for \(worker.age ?? .zero)")
    }
    for warning in try await queue.serverWarnings() { print(warning) }
}

func record(queue: Queue) async throws {
    let meta = try await queue.meta()
    print(meta.version ?? "unannounced", meta.isPaused, meta.concurrency ?? 0, meta.fields)
}

func orphans(queue: Queue) async throws {
    let orphans = try await queue.removeOrphanedJobs()
    print("removed \(orphans.removed); lost but kept: \(orphans.lostJobs)")
}
