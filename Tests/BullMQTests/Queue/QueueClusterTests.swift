// Owns: what tools ask of a queue on a Redis Cluster.

import BullMQTesting
import LiveTesting
import Testing

@testable import BullMQ

@Suite("Tools on a cluster", .heavy, .timeLimit(.minutes(5)))
struct QueueClusterTests {
    @Test("find a queue's workers, record and remains on the node that has them, for queues on different nodes")
    func everyNode() async throws {
        try await withRedisCluster { cluster async throws in
            let redis = try Redis(url: cluster.url)
            for name in ["{alpha}", "{beta}", "{gamma}"] {
                let queue = try Queue(name, redis: redis)
                let worker = try ManualWorker(name, redis: redis, options: WorkerOptions(name: "by-hand"))
                let waiting = Task { try await worker.nextJob(waitingAtMost: .seconds(30)) }
                let found = try await withDeadline(.seconds(20), waitingFor: "a worker of \(name)") {
                    while true {
                        let workers = try await queue.workers()
                        if !workers.isEmpty { return workers }
                        try await Task.sleep(for: .milliseconds(5))
                    }
                }
                #expect(found.map(\.workerName) == ["by-hand"])
                try await queue.add(name: "work")
                #expect(try await waiting.value?.job.id == "1")
                #expect(try await queue.meta().version == "bullmq:6.2.0")
                _ = try await redis.send(RedisCommand("RPUSH", queue.store.keys.logs("gone"), "row"))
                #expect(try await queue.removeOrphanedJobs() == OrphanRemoval(removed: 1, lostJobs: []))
                await worker.close()
            }
            await redis.close()
        }
    }
}
