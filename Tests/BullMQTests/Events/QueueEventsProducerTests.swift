// Owns: events of applications on a queue's stream, against a real Redis.

import BullMQTesting
import LiveTesting
import Testing

@testable import BullMQ

@Suite("An application's event", .live, .timeLimit(.minutes(3)))
struct QueueEventsProducerTests {
    @Test("reaches everybody who reads the queue's events, with its fields and its id")
    func publish() async throws {
        let live = try await LiveQueue.make()
        let producer = try QueueEventsProducer(live.name, redis: live.redis)
        #expect(producer.queueName == live.name)
        let first = try await producer.publish("quotaLow", ["jobId": "7", "left": "12 %"])
        let second = try await producer.publish("bare")
        let iterator = live.events.makeAsyncIterator()
        let event = try #require(try await iterator.next())
        #expect(event.id == first)
        #expect(event.kind == .other(name: "quotaLow", fields: ["jobId": "7", "left": "12 %"]))
        #expect(event.jobID == "7")
        #expect(try await iterator.next()?.id == second)
    }

    @Test("cuts the stream only if it is asked to")
    func trimming() async throws {
        let live = try await LiveQueue.make()
        let producer = try QueueEventsProducer(live.name, redis: live.redis)
        for _ in 0..<300 { try await producer.publish("tick") }
        #expect(try await live.send("XLEN", live.key("events")).integer == 300)
        try await producer.publish("tick", keepingNewest: 10)
        #expect(try #require(try await live.send("XLEN", live.key("events")).integer) < 200)
    }

    @Test("is refused if it could be taken for BullMQ's own")
    func refused() async throws {
        let producer = try QueueEventsProducer("q", redis: Redis(url: "redis://127.0.0.1:1"))
        func message(_ name: String, _ fields: [String: String] = [:], _ maximum: Int? = nil) async -> String? {
            await #expect(throws: BullMQError.self) {
                try await producer.publish(name, fields, keepingNewest: maximum)
            }?.message
        }
        #expect(
            await message("completed")
                == "The argument name is \"completed\", but must be another name than those of BullMQ's own events")
        #expect(await message("") == "The argument name is empty, but must be a name")
        #expect(
            await message("x", ["event": "y"])
                == "The argument fields is using event, but must be without a field of that name")
        #expect(await message("x", [:], 0) == "The argument keepingNewest is 0, but must be 1 or more")
    }
}
