// The snippets of the article "Mixed fleets".

import BullMQ

func shared(redis: Redis) throws {
    let queue = try Queue("media-jobs", redis: redis, options: QueueOptions(pauseMode: .v5Safe))
    let worker = try Worker("media-jobs", redis: redis, options: WorkerOptions(pauseMode: .v5Safe)) {
        Handler { job in job.data }
    }
    _ = (queue, worker)
}

func recover(queue: Queue) async throws {
    let lost = try await queue.recoverLostJobs()
    print("\(lost.count) jobs are stored but nowhere in line")
    try await queue.recoverLostJobs(dryRun: false)
}
