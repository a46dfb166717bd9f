// Owns: flows on a Redis Cluster.

import BullMQTesting
import LiveTesting
import Testing

@testable import BullMQ

@Suite("A flow on a cluster", .timeLimit(.minutes(5)))
struct ClusterFlowTests {
    @Test("joins queues of one slot, is worked and read there", .heavy)
    func oneSlot() async throws {
        try await withRedisCluster { cluster async throws in
            let redis = try Redis(url: cluster.url)
            let flows = try FlowProducer(redis: redis, options: FlowProducerOptions(prefix: "{flow}"))
            let flow = try await flows.add(
                FlowNode(name: "parent", in: "parents") { FlowNode(name: "child", in: "children") })
            let options = WorkerOptions(prefix: "{flow}")
            let workers = try ["parents", "children"].map { name in
                try Worker(name, redis: redis, options: options) {
                    Handler { job in try await job.childrenValues().values.first ?? JSONText(1) }
                }
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in workers { group.addTask { try await worker.run() } }
                let events = try QueueEvents("parents", redis: redis, from: .beginning, prefix: "{flow}")
                #expect(try await flow.job.finished(within: .seconds(60), events: events).text == "1")
                for worker in workers { await worker.close() }
                try await group.waitForAll()
            }
            let read = try await flows.flow(id: flow.job.id, queue: "parents")
            #expect(read?.jobs.map(\.returnValue?.text) == ["1", "1"])
            await redis.close()
        }
    }

    @Test("is refused before anything is sent if its queues lie in several slots")
    func severalSlots() async throws {
        let flows = try FlowProducer(redis: Redis(url: "redis+cluster://127.0.0.1:1"))
        let error = await #expect(throws: BullMQError.self) {
            try await flows.add(FlowNode(name: "parent", in: "{a}") { FlowNode(name: "child", in: "{b}") })
        }
        #expect(error?.code == .invalidArgument)
        #expect(error?.message.hasSuffix("give queues bull:{a} and bull:{b} the same braces") == true)
    }
}
