// Owns: queues and workers on a Redis Cluster.

import BullMQTesting
import LiveTesting
import Testing

@testable import BullMQ

@Suite("On a cluster", .heavy, .timeLimit(.minutes(5)))
struct ClusterWorkerTests {
    @Test("every job of queues in different slots runs once, also while masters change")
    func failOver() async throws {
        try await withRedisCluster { cluster async throws in
            let redis = try Redis(url: cluster.url)
            let done = Log<String>()
            let queues = try ["{alpha}", "{beta}"].map { try Queue($0, redis: redis) }
            let workers = try queues.map { queue in
                try Worker(queue.name, redis: redis, options: WorkerOptions(concurrency: 4)) {
                    Handler { job in
                        await done.append("\(queue.name) \(job.id)")
                        return .null
                    }
                }
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in workers { group.addTask { try await worker.run() } }
                for round in 0..<3 {
                    for queue in queues {
                        _ = try await queue.addBulk((0..<50).map { BulkJob(name: "job-\(round * 50 + $0)") })
                    }
                    if round < 2 { try await cluster.failOver(HashSlots.slot(of: queues[round].name)) }
                }
                let seen = try await done.first(300)
                #expect(Set(seen).count == 300)
                for worker in workers { await worker.close() }
                try await group.waitForAll()
            }
            for queue in queues {
                #expect(try await queue.counts().completed == 150)
            }
            await redis.close()
        }
    }

    @Test("a queue whose keys would be scattered is refused")
    func scattered() throws {
        let redis = try Redis(url: "redis+cluster://localhost:7000")
        let error = #expect(throws: BullMQError.self) { try Queue("mail", redis: redis) }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.contains("({bull})") == true && error?.message.contains("({mail})") == true)
        #expect(throws: Never.self) {
            try Queue("mail", redis: redis, options: QueueOptions(prefix: "{bull}"))
        }
    }
}

private enum HashSlots {
    /// The slots of the queues of these tests, as `CLUSTER KEYSLOT` tells them.
    static func slot(of name: String) -> Int { name == "{alpha}" ? alpha : beta }
    private static let alpha = 865
    private static let beta = 15419
}
