// The snippets of the article "Calls in groups".

import BullMQ

func singleCalls(redis: Redis) throws -> (Queue, Worker) {
    let queue = try Queue("mails", redis: redis, options: QueueOptions(groupCommit: .off))
    let worker = try Worker("mails", redis: redis, options: WorkerOptions(concurrency: 50, groupCommit: .off)) {
        Handler(named: "send") { _ in .null }
    }
    return (queue, worker)
}
