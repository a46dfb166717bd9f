import BullMQ
import FoundationEssentials
import PeerTesting
import Peers
import Stage
import Testing
import Witness

@Suite("A job scheduler", .timeLimit(.minutes(1)))
struct SchedulerTests {
    /// The series ends by itself after so many runs.
    private static let limit = 4

    /// Waits until so many jobs of the queue have completed; returns their ids in that order.
    private func completions(_ count: Int, of stage: Stage) async throws -> [String] {
        var ids: [String] = []
        let events = try QueueEvents(stage.queue.name, redis: stage.redis, from: .beginning, prefix: stage.prefix)
        for try await event in events {
            if case .completed(let id, _) = event.kind { ids.append(id) }
            if ids.count == count { break }
        }
        return ids
    }

    /// Nothing waits, and every run was its own.
    private func checkEnd(of stage: Stage, ids: [String]) async throws {
        #expect(Set(ids).count == Self.limit)
        let counts = try await stage.queue.counts()
        #expect(counts.completed == Self.limit)
        #expect(counts.pending == 0)
        let scheduler = try #require(try await stage.queue.schedulers.get("s:1"))
        #expect(scheduler.iterationCount == Self.limit)
        for id in ids {
            let job = try #require(try await stage.queue.job(id))
            #expect(job.schedulerID == "s:1")
            #expect(job.name == "echo")
            #expect(try job.returnValue?.value() == ["text": "grün"])
        }
    }

    @Test("of an official package is carried on by Swift", arguments: PeerRuntime.allCases)
    func packageToSwift(runtime: PeerRuntime) async throws {
        try await runtime.require()
        try await withStage { stage in
            let peer = try await stage.peer(.inspector, on: runtime)
            try await peer.upsertScheduler(
                "s:1", ["every": 100, "limit": .integer(Int64(Self.limit))], "echo", ["text": "grün"],
                on: stage.queue.name)
            let ids = try await stage.withWorker {
                ScriptedHandlers.all
            } _: { _ in
                try await completions(Self.limit, of: stage)
            }
            try await checkEnd(of: stage, ids: ids)
            try await peer.finish()
        }
    }

    @Test("of Swift is carried on by an official package", arguments: PeerRuntime.allCases)
    func swiftToPackage(runtime: PeerRuntime) async throws {
        try await runtime.require()
        try await withStage { stage in
            try await stage.queue.schedulers.upsert(
                "s:1", .every(.milliseconds(100), limit: Self.limit), name: "echo", data: JSONText(["text": "grün"]))
            let peer = try await stage.peer(.worker(queue: stage.queue.name), on: runtime)
            let ids = try await completions(Self.limit, of: stage)
            try await peer.finish()
            try await checkEnd(of: stage, ids: ids)
        }
    }

    @Test("is carried on by workers of both kinds together, without a second chain", arguments: PeerRuntime.allCases)
    func together(runtime: PeerRuntime) async throws {
        try await runtime.require()
        try await withStage { stage in
            let peer = try await stage.peer(.worker(queue: stage.queue.name), on: runtime)
            let ids = try await stage.withWorker {
                ScriptedHandlers.all
            } _: { _ in
                try await stage.queue.schedulers.upsert(
                    "s:1", .every(.milliseconds(100), limit: Self.limit), name: "echo",
                    data: JSONText(["text": "grün"]))
                return try await completions(Self.limit, of: stage)
            }
            try await peer.finish()
            try await checkEnd(of: stage, ids: ids)
        }
    }

    @Test("with a pattern of seconds is carried on by both kinds in turn", arguments: PeerRuntime.allCases)
    func pattern(runtime: PeerRuntime) async throws {
        try await runtime.require()
        try await withStage { stage in
            let peer = try await stage.peer(.worker(queue: stage.queue.name), on: runtime)
            let ids = try await stage.withWorker {
                ScriptedHandlers.all
            } _: { _ in
                try await stage.queue.schedulers.upsert(
                    "s:1", .cron("* * * * * *", timeZone: "UTC", limit: Self.limit), name: "echo",
                    data: JSONText(["text": "grün"]))
                return try await completions(Self.limit, of: stage)
            }
            try await peer.finish()
            try await checkEnd(of: stage, ids: ids)
        }
    }

    /// The same rule in Swift and as the packages take it; far enough from their slots for both to find the same one.
    private static let rules: [(swift: RepeatRule, peer: WitnessedJSON)] = [
        (.cron("0 0 3 1 1 *", timeZone: "Asia/Tokyo"), ["pattern": "0 0 3 1 1 *", "tz": "Asia/Tokyo"]),
        (.cron("30 4 * * 1-5", timeZone: "UTC", limit: 3), ["pattern": "30 4 * * 1-5", "tz": "UTC", "limit": 3]),
        (
            .every(.days(100_000), offset: .days(90_000), limit: 7),
            ["every": 8_640_000_000_000, "offset": 7_776_000_000_000, "limit": 7]
        ),
    ]

    @Test("is stored by Swift as the official packages store it", arguments: PeerRuntime.allCases, rules.indices)
    func stored(runtime: PeerRuntime, index: Int) async throws {
        try await runtime.require()
        try await withStage { stage in
            let rule = Self.rules[index]
            let queue = stage.queue
            let peer = try await stage.peer(.inspector, on: runtime)
            try await queue.schedulers.upsert(
                "ours", rule.swift, name: "echo", data: JSONText(["v": 1]), options: JobOptions(attempts: 3))
            try await peer.upsertScheduler("theirs", rule.peer, "echo", ["v": 1], ["attempts": 3], on: queue.name)
            #expect(try await stage.hash("repeat:ours") == stage.hash("repeat:theirs"))

            let ours = try #require(try await queue.schedulers.get("ours"))
            let theirs = try #require(try await queue.schedulers.get("theirs"))
            #expect(ours.next == theirs.next)
            #expect(ours.rule == theirs.rule)
            #expect(ours.templateOptions == theirs.templateOptions)
            let slot = Int64((ours.next.timeIntervalSince1970 * 1000).rounded())
            let options = try await [("ours", slot), ("theirs", slot)].asyncMap { id, slot in
                try JSONWitness.value(of: try await stage.hash("repeat:\(id):\(slot)")["opts"] ?? "")
            }
            #expect(options[0]["repeat"] == options[1]["repeat"])
            #expect(options[0]["attempts"] == options[1]["attempts"])
            // For intervals the Python package leaves a time of its own here, which nobody reads.
            if case .pattern = rule.swift.rhythm { #expect(options[0]["prevMillis"] == options[1]["prevMillis"]) }

            // What the package reads of ours is what it reads of its own.
            let read = try await peer.call("getJobSchedulers", on: queue.name).elements ?? []
            #expect(read.count == 2)
            #expect(read.first?["iterationCount"] == 1)
            #expect(read.first?["next"] == read.last?["next"])
            #expect(read.first?["template"] == read.last?["template"])
            try await peer.finish()
        }
    }

    @Test("is changed by either kind for the other", arguments: PeerRuntime.allCases, Side.allCases)
    func changed(runtime: PeerRuntime, creator: Side) async throws {
        try await runtime.require()
        try await withStage { stage in
            let queue = stage.queue
            let peer = try await stage.peer(.inspector, on: runtime)
            func upsert(_ hour: Int, by side: Side) async throws {
                switch side {
                case .swift:
                    try await queue.schedulers.upsert(
                        "s:1", .cron("0 0 \(hour) 1 1 *", timeZone: "UTC"), name: "echo",
                        data: JSONText(["hour": .integer(Int64(hour))]))
                case .package:
                    try await peer.upsertScheduler(
                        "s:1", ["pattern": .text("0 0 \(hour) 1 1 *"), "tz": "UTC"], "echo",
                        ["hour": .integer(Int64(hour))], on: queue.name)
                }
            }
            try await upsert(3, by: creator)
            let old = try #require(try await queue.schedulers.get("s:1"))
            try await upsert(4, by: creator.other)
            let new = try #require(try await queue.schedulers.get("s:1"))
            #expect(new.next == old.next.addingTimeInterval(3600))
            #expect(new.rule?.rhythm == .pattern("0 0 4 1 1 *", timeZone: "UTC"))

            // One job waits, for the new time and with the new data.
            let jobs = try await queue.jobs(in: [.delayed], order: nil).reduce(into: []) { $0.append($1) }
            #expect(jobs.count == 1)
            #expect(try jobs.first?.data.value() == ["hour": 4])
            let read = try await peer.call("getJobSchedulers", on: queue.name).elements
            #expect(read?.count == 1)
            #expect(read?.first?["pattern"] == "0 0 4 1 1 *")
            try await peer.finish()
        }
    }

    @Test("is removed by either kind for the other", arguments: PeerRuntime.allCases)
    func removed(runtime: PeerRuntime) async throws {
        try await runtime.require()
        try await withStage { stage in
            let queue = stage.queue
            let peer = try await stage.peer(.inspector, on: runtime)
            try await queue.schedulers.upsert("ours", .cron("0 0 3 1 1 *"))
            try await peer.upsertScheduler("theirs", ["pattern": "0 0 3 1 1 *"], "echo", [:], on: queue.name)
            #expect(try await queue.schedulers.remove("theirs"))
            try await peer.call("removeJobScheduler", on: queue.name, "ours")
            #expect(try await queue.schedulers.count() == 0)
            #expect(try await queue.counts().pending == 0)
            try await peer.finish()
        }
    }
}

extension Peer {
    /// Creates a scheduler (through an inspector); the packages take the template in different forms.
    fileprivate func upsertScheduler(
        _ id: String, _ rule: WitnessedJSON, _ name: String, _ data: WitnessedJSON, _ options: WitnessedJSON = [:],
        on queue: String
    ) async throws {
        switch runtime {
        case .python:
            try await call("upsertJobScheduler", on: queue, .text(id), rule, .text(name), data, options)
        case .node:
            try await call(
                "upsertJobScheduler", on: queue, .text(id), rule,
                ["name": .text(name), "data": data, "opts": options])
        }
    }
}

extension Sequence {
    fileprivate func asyncMap<Value>(_ transform: (Element) async throws -> Value) async rethrows -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await transform(element)) }
        return values
    }
}
