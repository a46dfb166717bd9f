// Owns: reading the event stream and waiting for results, against a real Redis.

import BullMQTesting
import LiveTesting
import Testing

@testable import BullMQ

@Suite("The events of a queue", .live, .timeLimit(.minutes(3)))
struct QueueEventsTests {
    /// Reads so many events from a position.
    private func read(_ count: Int, _ events: QueueEvents) async throws -> [QueueEvent] {
        try await withDeadline(.seconds(15), waitingFor: "\(count) events") {
            var seen: [QueueEvent] = []
            for try await event in events {
                seen.append(event)
                if seen.count == count { break }
            }
            return seen
        }
    }

    private func events(
        of live: LiveQueue, from position: QueueEvents.Position, redis: Redis? = nil
    ) throws -> QueueEvents {
        try QueueEvents(live.name, redis: redis ?? live.redis, from: position)
    }

    @Test("are read from the beginning, and on from any one of them")
    func cursor() async throws {
        let live = try await LiveQueue.make()
        try await live.add("a")
        try await live.add("b")
        let all = try await read(4, events(of: live, from: .beginning))
        #expect(
            all.map(\.kind) == [
                .added(jobID: "1", name: "a"), .waiting(jobID: "1", from: nil), .added(jobID: "2", name: "b"),
                .waiting(jobID: "2", from: nil),
            ])
        let rest = try await read(2, events(of: live, from: .after(all[1].id)))
        #expect(rest.map(\.id) == all.suffix(2).map(\.id))
    }

    @Test("are seen without a gap from a position that was asked for, page after page")
    func position() async throws {
        let live = try await LiveQueue.make()
        try await live.add("before")
        let position = try await live.queue.eventPosition()
        try await live.queue.addBulk((0..<700).map { BulkJob(name: "\($0)") })
        let seen = try await read(1400, events(of: live, from: position))
        let added = seen.compactMap { event -> String? in
            if case .added(_, let name) = event.kind { name } else { nil }
        }
        #expect(added == (0..<700).map { "\($0)" })
    }

    @Test("from now on leave out what happened before")
    func now() async throws {
        let live = try await LiveQueue.make()
        try await live.add("before")
        let reader = EventReader(store: live.queue.store, clientName: "", position: .now)
        try await reader.begin()
        try await live.add("after")
        #expect(try await reader.next()?.kind == .added(jobID: "2", name: "after"))
    }

    @Test("go on after the connection was lost")
    func reconnect() async throws {
        let proxy = try await FaultProxy.start(before: .shared)
        let redis = try Redis(url: proxy.url)
        let live = try await LiveQueue.make()
        let seen = Log<QueueEvent.Kind>()
        let events = try events(of: live, from: .beginning, redis: redis)
        let reading = Task { for try await event in events { await seen.append(event.kind) } }
        try await live.add("a")
        try await seen.first(2)
        try await proxy.resetConnections()
        try await live.add("b")
        try await proxy.resetConnections()
        #expect(try await seen.first(4).last == .waiting(jobID: "2", from: nil))
        reading.cancel()
        try await reading.value
        await redis.close()
        try await proxy.stop()
    }

    @Test("are read on a connection that other clients recognise")
    func clientName() async throws {
        let live = try await LiveQueue.make()
        let reading = Task { for try await _ in live.events {} }
        let name = ClientName.queueEvents(prefix: "bull", queue: live.name)
        #expect(name.hasSuffix(":qe"))
        try await withDeadline(.seconds(10), waitingFor: "the reader's connection") {
            while try await !live.clientNames().contains(name) { try await Task.sleep(for: .milliseconds(5)) }
        }
        reading.cancel()
        try await reading.value
        try await withDeadline(.seconds(10), waitingFor: "the reader's connection to be closed") {
            while try await live.clientNames().contains(name) { try await Task.sleep(for: .milliseconds(5)) }
        }
    }

    @Test("end a client's name in the exact form of BullMQ")
    func nameForm() {
        #expect(ClientName.worker(prefix: "bull", queue: "t", name: "wk") == "bull:dA==:w:wk")
        #expect(ClientName.worker(prefix: "bull", queue: "t", name: nil) == "bull:dA==")
        #expect(ClientName.queueEvents(prefix: "{p}", queue: "ü") == "{p}:w7w=:qe")
    }
}

@Suite("Waiting for a job", .live, .timeLimit(.minutes(3)))
struct JobResultTests {
    private static let double = JobType<Int, Int>("double")

    @Test("brings its result, whether it finished before or finishes later, to everybody who waits")
    func success() async throws {
        let live = try await LiveQueue.make()
        let job = try await live.queue.add(Self.double, 21)
        let gate = Gate()
        try await live.withWorker {
            Handler(Self.double) { job in
                try await gate.wait()
                return job.payload * 2
            }
        } _: { _ async throws in
            async let first = job.result(timeout: .seconds(10), events: live.events)
            async let second = job.result(timeout: .seconds(10), events: live.events)
            await gate.open()
            #expect(try await [first, second] == [42, 42])
            #expect(try await job.result(events: live.events) == 42)
        }
    }

    @Test("throws its failure")
    func failure() async throws {
        let live = try await LiveQueue.make()
        let job = try await live.queue.add(Self.double, 21)
        try await live.withWorker {
            Handler(Self.double) { _ in throw JobOutcome.unrecoverable("too large") }
        } _: { _ async throws in
            for _ in 0..<2 {
                let error = await #expect(throws: BullMQError.self) {
                    try await job.result(timeout: .seconds(10), events: live.events)
                }
                #expect(error?.code == .jobFailed)
                #expect(error?.message == "too large")
            }
        }
    }

    @Test("ends after a time, and when the task is cancelled, without disturbing others who wait")
    func timeout() async throws {
        let live = try await LiveQueue.make()
        let job = try await live.queue.add(Self.double, 21)
        let patient = Task { try await job.result(timeout: .seconds(20), events: live.events) }
        let error = await #expect(throws: BullMQError.self) {
            try await job.result(timeout: .milliseconds(50), events: live.events)
        }
        #expect(error?.code == .timeout)
        #expect(
            error?.message
                == "Job wait double timed out before finishing, no finish notification arrived after 50ms (id=1)")
        let impatient = Task { try await job.result(events: live.events) }
        impatient.cancel()
        await #expect(throws: CancellationError.self) { try await impatient.value }
        try await live.withWorker {
            Handler(Self.double) { job in job.payload }
        } _: { _ async throws in
            #expect(try await patient.value == 21)
        }
    }

    @Test("is told of the end of a job that was removed as soon as it completed, even if it asks late")
    func removedOnCompletion() async throws {
        let live = try await LiveQueue.make()
        let job = try await live.queue.add(Self.double, 21, options: JobOptions(removeOnComplete: .remove))
        // More events than are looked at in one go.
        try await live.queue.addBulk((0..<300).map { _ in BulkJob(Self.double, 1) })
        try await live.withWorker {
            Handler(Self.double) { job in job.payload }
        } _: { running async throws in
            try await running.drained()
            #expect(try await live.queue.job(job.id) == nil)
            #expect(try await job.result(timeout: .seconds(10), events: live.events) == 21)
        }
    }

    @Test("is refused for a job that does not exist, and for the events of another queue")
    func refused() async throws {
        let live = try await LiveQueue.make()
        let job = try await live.queue.add(Self.double, 21)
        try await job.remove()
        let missing = await #expect(throws: BullMQError.self) { try await job.result(events: live.events) }
        #expect(missing?.code == .missingJob)
        #expect(missing?.message == "Missing key for job \(live.key("1")). isFinished")
        let other = try await LiveQueue.make()
        let foreign = await #expect(throws: BullMQError.self) { try await job.result(events: other.events) }
        #expect(foreign?.code == .invalidArgument)
    }

    @Test("fails to decode a result of another type")
    func undecodable() async throws {
        let live = try await LiveQueue.make()
        let job = try await live.queue.add(Self.double, 21)
        try await live.withWorker {
            Handler { _ in JSONText(.string("many")) }
        } _: { _ async throws in
            _ = await #expect(throws: DecodingError.self) {
                try await job.result(timeout: .seconds(10), events: live.events)
            }
        }
    }
}
