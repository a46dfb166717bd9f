// Owns: which job runs when, and how many at a time, against a real Redis.

import BullMQTesting
import FoundationEssentials
import LiveTesting
import Testing

@testable import BullMQ

@Suite("A worker", .live, .timeLimit(.minutes(3)))
struct WorkerOrderTests {
    /// Runs a worker until so many jobs ran; returns their names in the order in which they were started.
    private func order(
        of count: Int, in live: LiveQueue, _ options: WorkerOptions = WorkerOptions()
    ) async throws -> [String] {
        let started = Log<String>()
        return try await live.withWorker(options) {
            Handler { job in
                await started.append(job.name)
                return .null
            }
        } _: { _ async throws in
            try await started.first(count)
        }
    }

    @Test("takes jobs in the order in which they came, newest first where asked, and by priority last")
    func order() async throws {
        let live = try await LiveQueue.make()
        try await live.add("low", JobOptions(priority: 9))
        try await live.add("a")
        try await live.add("high", JobOptions(priority: 1))
        try await live.add("b")
        try await live.add("high again", JobOptions(priority: 1))
        try await live.add("urgent", JobOptions(lifo: true))
        #expect(try await order(of: 6, in: live) == ["urgent", "a", "b", "high", "high again", "low"])
    }

    @Test("runs delayed jobs when they are due, not before, in the order of their times")
    func delayed() async throws {
        let live = try await LiveQueue.make()
        let jobs = try await live.queue.addBulk([
            BulkJob(name: "late", options: JobOptions(delay: .milliseconds(250))),
            BulkJob(name: "early", options: JobOptions(delay: .milliseconds(120))),
        ])
        try await live.withWorker {
            Handler { _ in .null }
        } _: { running async throws in
            try await running.drained()
            _ = try await live.ending(of: jobs[0])
        }
        for (id, delay) in [("2", 0.12), ("1", 0.25)] {
            let job = try await live.stored(id)
            let wait = try #require(job.processedOn).timeIntervalSince(job.timestamp)
            // Far below the ten seconds of a wait that missed its marker.
            #expect(wait >= delay && wait < delay + 8, "\(job.name) waited \(wait) s")
        }
        let completed = try await live.history().filter { $0.hasPrefix("completed") }
        #expect(completed == ["completed:2", "completed:1"])
    }

    @Test("that waits for work notices a job at once, and one that is due earlier than those known")
    func wakesUp() async throws {
        let live = try await LiveQueue.make()
        try await live.withWorker(WorkerOptions(drainDelay: .seconds(60))) {
            Handler { _ in .null }
        } _: { running async throws in
            try await running.drained()
            try await live.add("distant", JobOptions(delay: .seconds(3600)))
            let soon = try await live.add("soon", JobOptions(delay: .milliseconds(80)))
            _ = try await live.ending(of: soon)
            let now = try await live.add("now")
            _ = try await live.ending(of: now)
        }
    }

    @Test("processes as many jobs at a time as its concurrency says, no more and no fewer", arguments: [1, 3])
    func concurrency(_ concurrency: Int) async throws {
        let live = try await LiveQueue.make()
        for _ in 0..<(concurrency + 2) { try await live.add() }
        let started = Log<String>()
        let gate = Gate()
        try await live.withWorker(WorkerOptions(concurrency: concurrency)) {
            Handler { job in
                await started.append(job.id)
                try await gate.wait()
                return .null
            }
        } _: { _ async throws in
            try await started.first(concurrency)
            let counts = try await live.queue.counts()
            #expect(counts.active == concurrency)
            #expect(counts.waiting == 2)
            await gate.open()
            try await started.first(concurrency + 2)
        }
    }

    @Test("can be given more concurrency while it runs, and less")
    func changingConcurrency() async throws {
        let live = try await LiveQueue.make()
        for _ in 0..<6 { try await live.add() }
        let started = Log<String>()
        let gates = [Gate(), Gate(), Gate(), Gate(), Gate(), Gate()]
        try await live.withWorker {
            Handler { job in
                await started.append(job.id)
                try await gates[(Int(job.id) ?? 1) - 1].wait()
                return .null
            }
        } _: { running async throws in
            try await started.first(1)
            try running.worker.setConcurrency(3)
            try await started.first(3)
            try running.worker.setConcurrency(1)
            await gates[0].open()
            await gates[1].open()
            _ = try await live.ending(of: live.stored("1"))
            _ = try await live.ending(of: live.stored("2"))
            #expect(try await live.queue.counts().active == 1)
            await gates[2].open()
            #expect(try await started.first(4).last == "4")
            #expect(throws: BullMQError.self) { try running.worker.setConcurrency(0) }
        }
    }

    @Test("keeps to the queue's global concurrency together with other workers, and goes on when a slot is free")
    func globalConcurrency() async throws {
        let live = try await LiveQueue.make()
        try await live.queue.setGlobalConcurrency(1)
        for _ in 0..<4 { try await live.add() }
        let active = Log<Int>()
        let handler = Handler { _ in
            await active.append(try await live.queue.counts().active)
            return .null
        }
        try await live.withWorker(WorkerOptions(concurrency: 3, drainDelay: .milliseconds(50))) {
            handler
        } _: { _ async throws in
            try await live.withWorker(WorkerOptions(concurrency: 3, drainDelay: .milliseconds(50))) {
                handler
            } _: { _ async throws in
                #expect(try await active.first(4) == [1, 1, 1, 1])
            }
        }
    }

    @Test("starts no more jobs in a window than its limiter allows", arguments: [true, false])
    func limiter(isGlobal: Bool) async throws {
        let live = try await LiveQueue.make()
        let limit = RateLimit(max: 2, per: .milliseconds(200))
        if isGlobal { try await live.queue.setGlobalRateLimit(limit) }
        for _ in 0..<5 { try await live.add() }
        _ = try await order(of: 5, in: live, WorkerOptions(concurrency: 5, limiter: isGlobal ? nil : limit))
        var starts: [Double] = []
        for id in 1...5 {
            starts.append(try #require(try await live.stored("\(id)").processedOn).timeIntervalSince1970)
        }
        starts.sort()
        // Any three starts in a row span two windows. A start is stamped before the server counts it, so this is less exact.
        for index in 0..<3 { #expect(starts[index + 2] - starts[index] >= 0.1, "\(starts)") }
    }

    @Test("keeps promoting delayed jobs while it is rate limited")
    func limitedButDelayed() async throws {
        let live = try await LiveQueue.make()
        try await live.queue.setGlobalRateLimit(RateLimit(max: 1, per: .seconds(3600)))
        try await live.add("first")
        let delayed = try await live.add("delayed", JobOptions(delay: .milliseconds(60)))
        try await live.withWorker(WorkerOptions(maximumRateLimitDelay: .milliseconds(30))) {
            Handler { _ in .null }
        } _: { _ async throws in
            let iterator = live.events.makeAsyncIterator()
            while let event = try await iterator.next() {
                if event.kind == .waiting(jobID: delayed.id, from: "delayed") { break }
            }
            #expect(try await live.queue.state(of: delayed.id) == .waiting)
            try await live.queue.removeRateLimit()
            _ = try await live.ending(of: delayed)
        }
    }
}
