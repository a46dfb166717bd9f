// Owns: every way to add a job, against a real Redis.

import BullMQTesting
import FoundationEssentials
import LiveTesting
import Testing

@testable import BullMQ

@Suite("Adding", .live, .timeLimit(.minutes(3)))
struct QueueAddTests {
    @Test("stores data to the byte, under an id that counts up, with the time of now")
    func standard() async throws {
        let live = try await LiveQueue.make()
        let before = Date()
        let data = try JSONText(validating: #"{ "ü": [1.0, "\u00e9"] }"#)
        let job = try await live.queue.add(name: "first", data: data)
        try await live.add("second")
        #expect(job.id == "1")
        #expect(job.data == data)
        let stored = try await live.stored("1")
        #expect(stored.name == "first")
        #expect(stored.data == data)
        #expect(stored.timestamp == job.timestamp)
        #expect(abs(stored.timestamp.timeIntervalSince(before)) < 5)
        #expect(stored.progress.text == "0")
        #expect(stored.attemptsMade == 0 && stored.attemptsStarted == 0 && stored.stalledCount == 0)
        #expect(stored.processedOn == nil && stored.finishedOn == nil && stored.returnValue == nil)
        #expect(try await live.stored("2").data.text == "{}")
    }

    @Test(
        "puts a job where its options send it",
        arguments: [
            (JobOptions(), .waiting), (JobOptions(priority: 0, delay: .zero), .waiting),
            (JobOptions(priority: 3), .prioritized), (JobOptions(delay: .seconds(60)), .delayed),
            (JobOptions(priority: 3, delay: .seconds(60)), .delayed),
        ] as [(JobOptions, JobState)])
    func routes(options: JobOptions, state: JobState) async throws {
        let live = try await LiveQueue.make()
        let job = try await live.add("work", options)
        #expect(try await job.state() == state)
        let stored = try await live.stored(job.id)
        #expect(stored.priority == options.priority ?? 0)
        #expect(stored.delay == options.delay ?? .zero)
    }

    @Test("counts a delay from the job's own time")
    func timestamp() async throws {
        let live = try await LiveQueue.make()
        let past = Date(timeIntervalSinceNow: -100)
        try await live.add("work", JobOptions(delay: .seconds(160), timestamp: past))
        let score = try #require(try await live.send("ZSCORE", live.key("delayed"), "1").string.flatMap(Double.init))
        let due = (score / 4096).rounded(.down) / 1000
        #expect(abs(due - past.timeIntervalSince1970 - 160) < 0.002)
    }

    @Test("of an id that exists adds nothing and says which job has it")
    func duplicate() async throws {
        let live = try await LiveQueue.make()
        try await live.queue.add(name: "a", data: JSONText(.integer(1)), options: JobOptions(jobID: "mine"))
        let again = try await live.queue.add(name: "b", data: JSONText(.integer(2)), options: JobOptions(jobID: "mine"))
        #expect(again.id == "mine")
        #expect(try await live.stored("mine").data.text == "1")
        #expect(try await live.queue.counts().waiting == 1)
        #expect(try await live.history().last == "duplicated:mine")
    }

    @Test("drops a duplicate until the first job has finished")
    func simpleDeduplication() async throws {
        let live = try await LiveQueue.make()
        let options = JobOptions(deduplication: .simple(id: "d"))
        let first = try await live.add("work", options)
        #expect(try await live.add("work", options).id == first.id)
        #expect(try await live.queue.jobID(deduplicatedBy: "d") == first.id)
        #expect(try await live.history().last == "deduplicated:1")
        try await live.withWorker {
            Handler { _ in .null }
        } _: { _ async throws in
            _ = try await live.ending(of: first)
        }
        #expect(try await live.queue.jobID(deduplicatedBy: "d") == nil)
        #expect(try await live.add("work", options).id != first.id)
    }

    @Test("drops duplicates for a time, which each of them may extend", arguments: [false, true])
    func throttle(extends: Bool) async throws {
        let live = try await LiveQueue.make()
        let options = JobOptions(
            deduplication: Deduplication(id: "d", ttl: .seconds(100), extend: extends))
        try await live.add("work", options)
        try await live.send("PEXPIRE", live.key("de:d"), "5000")
        try await live.add("work", options)
        let ttl = try #require(try await live.send("PTTL", live.key("de:d")).integer)
        #expect(extends ? ttl > 90_000 : ttl <= 5000)
        #expect(try await live.queue.counts().waiting == 1)
    }

    @Test("replaces an older duplicate that is still delayed")
    func debounce() async throws {
        let live = try await LiveQueue.make()
        let options = JobOptions(delay: .seconds(60), deduplication: .debounce(id: "d", ttl: .seconds(60)))
        let older = try await live.add("work", options)
        let newer = try await live.add("work", options)
        #expect(newer.id != older.id)
        #expect(try await live.queue.job(older.id) == nil)
        #expect(try await newer.state() == .delayed)
        #expect(try await live.queue.jobID(deduplicatedBy: "d") == newer.id)
    }

    @Test("keeps the newest duplicate of a running job and adds it afterwards")
    func keepLast() async throws {
        let live = try await LiveQueue.make()
        let (gate, seen) = (Gate(), Log<String>())
        func add(_ number: Int) async throws {
            try await live.queue.add(
                name: "work", data: JSONText(.integer(Int64(number))),
                options: JobOptions(deduplication: .keepLast(id: "d")))
        }
        try await add(1)
        try await live.withWorker {
            Handler { job in
                await seen.append(job.data.text)
                try await gate.wait()
                return .null
            }
        } _: { _ async throws in
            try await seen.first(1)
            try await add(2)
            try await add(3)
            await gate.open()
            #expect(try await seen.first(2) == ["1", "3"])
        }
    }

    @Test("frees a deduplication id by hand, for everybody or only for its owner")
    func freeing() async throws {
        let live = try await LiveQueue.make()
        let options = JobOptions(deduplication: .simple(id: "d"))
        let first = try await live.add("work", options)
        #expect(try await live.queue.removeDeduplicationKey("d"))
        #expect(try await !live.queue.removeDeduplicationKey("d"))
        let second = try await live.add("work", options)
        #expect(try await !first.removeDeduplicationKey())
        #expect(try await second.removeDeduplicationKey())
        #expect(try await !live.add().removeDeduplicationKey())
    }

    @Test("of a child needs its parent, and registers there")
    func parent() async throws {
        let live = try await LiveQueue.make()
        let parent = try await live.add("parent")
        let child = try await live.add("child", JobOptions(parent: live.queue.reference(to: parent)))
        #expect(child.parentKey == live.key(parent.id))
        #expect(
            try await live.send("SMEMBERS", live.key("\(parent.id):dependencies")).array?.map(\.string)
                == [live.key(child.id)])
        let lost = ParentReference(id: "99", queue: live.queue.qualifiedName)
        let error = await #expect(throws: BullMQError.self) { try await live.add("child", JobOptions(parent: lost)) }
        #expect(error?.code == .missingParent)
        #expect(error?.message == "Missing key for parent job \(live.key("99")). addJob")
        // A child that belongs to a living parent cannot be given to another one.
        let owned = JobOptions(jobID: "owned", parent: live.queue.reference(to: parent))
        try await live.add("child", owned)
        let other = try await live.add("other")
        let replaced = await #expect(throws: BullMQError.self) {
            try await live.add("child", JobOptions(jobID: "owned", parent: live.queue.reference(to: other)))
        }
        #expect(replaced?.code == .parentCannotBeReplaced)
    }

    @Test("in bulk keeps the order, whatever the routes", arguments: [BulkAtomicity.allOrNothing, .pipelined])
    func bulk(atomicity: BulkAtomicity) async throws {
        let live = try await LiveQueue.make()
        let type = JobType<[Int], NoResult>("typed")
        let jobs = try await live.queue.addBulk(
            [
                BulkJob(name: "a"), BulkJob(name: "b", options: JobOptions(priority: 1)), BulkJob(type, [1]),
                BulkJob(name: "c", options: JobOptions(jobID: "c")),
                BulkJob(name: "d", options: JobOptions(delay: .hours(1))),
                BulkJob(name: "e", options: JobOptions(lifo: true)),
            ], atomicity: atomicity)
        #expect(jobs.map(\.id) == ["1", "2", "3", "c", "5", "6"])
        #expect(jobs.map(\.name) == ["a", "b", "typed", "c", "d", "e"])
        #expect(try await live.queue.jobs(in: [.waiting], range: 0..<10).map(\.name) == ["e", "a", "typed", "c"])
        #expect(try await live.stored("3").data.text == "[1]")
        #expect(try await live.queue.addBulk([]).isEmpty)
    }

    @Test("in bulk checks all jobs before it sends one")
    func bulkValidation() async throws {
        let live = try await LiveQueue.make()
        await #expect(throws: BullMQError.self) {
            try await live.queue.addBulk([BulkJob(name: "a"), BulkJob(name: "b", options: JobOptions(attempts: -1))])
        }
        #expect(try await live.send("EXISTS", live.key("id"), live.key("meta")).integer == 0)
    }

    @Test(
        "in bulk adds nothing when data cannot be encoded", arguments: [BulkAtomicity.allOrNothing, .pipelined])
    func bulkEncoding(atomicity: BulkAtomicity) async throws {
        let live = try await LiveQueue.make()
        let type = JobType<[Double], NoResult>("numbers")
        await #expect(throws: EncodingError.self) {
            try await live.queue.addBulk([BulkJob(type, [1]), BulkJob(type, [.infinity])], atomicity: atomicity)
        }
        #expect(try await live.queue.counts().waiting == 0)
        #expect(try await live.queue.addBulk([BulkJob(type, [1])], atomicity: atomicity).count == 1)
    }

    @Test(
        "in bulk adds each job once while somebody flushes the scripts",
        arguments: [BulkAtomicity.allOrNothing, .pipelined])
    func bulkUnderFlush(atomicity: BulkAtomicity) async throws {
        let live = try await LiveQueue.make()
        let names = (0..<2000).map { "\($0)" }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while !Task.isCancelled { _ = try await live.send("SCRIPT", "FLUSH") }
            }
            for start in stride(from: 0, to: names.count, by: 500) {
                try await live.queue.addBulk(
                    names[start..<(start + 500)].map { BulkJob(name: $0) }, atomicity: atomicity)
            }
            group.cancelAll()
            do { try await group.waitForAll() } catch is CancellationError {}
        }
        #expect(Set(try await live.queue.jobs(in: [.waiting], range: 0..<3000).map(\.name)) == Set(names))
        #expect(try await live.queue.counts().waiting == names.count)
    }

    @Test("in bulk shows other clients all jobs or none")
    func bulkIsAtomic() async throws {
        let live = try await LiveQueue.make()
        async let addition = live.queue.addBulk((0..<300).map { BulkJob(name: "\($0)") })
        var counts: Set<Int> = []
        repeat { counts.insert(try await live.queue.counts().waiting) } while !counts.contains(300)
        _ = try await addition
        #expect(counts.isSubset(of: [0, 300]), "\(counts)")
    }

    @Test(
        "in bulk says which job could not be added, and adds the others only if pipelined",
        arguments: [BulkAtomicity.allOrNothing, .pipelined])
    func bulkError(atomicity: BulkAtomicity) async throws {
        let live = try await LiveQueue.make()
        let lost = ParentReference(id: "99", queue: live.queue.qualifiedName)
        let error = await #expect(throws: BullMQError.self) {
            try await live.queue.addBulk(
                [
                    BulkJob(name: "a"), BulkJob(name: "b", options: JobOptions(parent: lost)), BulkJob(name: "c"),
                ], atomicity: atomicity)
        }
        #expect(error?.code == .missingParent)
        #expect(try await live.queue.counts().waiting == (atomicity == .pipelined ? 2 : 0))
    }

    @Test("works although the server forgot all scripts", arguments: [false, true])
    func scriptFlush(inBulk: Bool) async throws {
        try await withRedisServer { server async throws in
            let live = try await LiveQueue.make(redis: Redis(url: server.unixURL))
            try await live.add("first")
            try await live.add("delayed", JobOptions(delay: .hours(1)))
            try await live.send("SCRIPT", "FLUSH")
            if inBulk {
                try await live.queue.addBulk([BulkJob(name: "second"), BulkJob(name: "third")])
            } else {
                try await live.add("second")
                try await live.add("third")
            }
            #expect(try await live.queue.counts().waiting == 3)
            await live.redis.close()
        }
    }

    @Test("writes the queue's record once, and leaves an event cap alone that was chosen before")
    func metadata() async throws {
        let live = try await LiveQueue.make()
        try await live.add()
        func meta(_ field: String) async throws -> String? {
            try await live.send("HGET", live.key("meta"), field).string
        }
        #expect(try await meta("version") == "bullmq:6.2.0")
        #expect(try await meta("opts.maxLenEvents") == "10000")
        let capped = try Queue(live.name, redis: live.redis, options: QueueOptions(maximumEvents: 77))
        try await capped.add(name: "x")
        #expect(try await meta("opts.maxLenEvents") == "77")
        try await Queue(live.name, redis: live.redis).add(name: "x")
        #expect(try await meta("opts.maxLenEvents") == "77")
        let silent = try await LiveQueue.make()
        try await Queue(silent.name, redis: silent.redis, options: QueueOptions(skipsMetadataUpdate: true)).add(
            name: "x")
        #expect(try await silent.send("HEXISTS", silent.key("meta"), "version").integer == 0)
    }

    @Test(
        "to a queue without a proper name is refused",
        arguments: [("", "Queue name must be provided"), ("a:b", "Queue name cannot contain :")])
    func names(name: String, message: String) throws {
        let redis = try Redis(url: "redis://127.0.0.1:1")
        #expect(throws: BullMQError.self) { try Queue(name, redis: redis) }
        let error = #expect(throws: BullMQError.self) { try QueueEvents(name, redis: redis) }
        #expect(error?.message == message)
    }
}
