// Owns: what is measured, and what it gives rise to.

import LiveTesting
import NIOCore
import Testing

@testable import BullMQ
@testable import QueueDashboard

@Suite("Conclusions from measurements")
struct LiveFiguresTests {
    private func stream(last: String, added: Int64) -> RESPValue {
        .array([.text("last-generated-id"), .text(last), .text("entries-added"), .integer(added)])
    }

    private func events(_ names: [String], from start: Int = 1) -> RESPValue {
        .array(
            names.enumerated().map { index, name in
                .array([
                    .text("\(start + index)-0"), .array([.text("event"), .text(name), .text("jobId"), .text("7")]),
                ])
            })
    }

    @Test("the first look at the events only takes their position")
    func firstLook() {
        var tally = EventTally()
        #expect(tally.take(stream: stream(last: "5-0", added: 5), events: nil) == .init())
        #expect(tally.position == "5-0")
    }

    @Test("events are counted by what they tell, and read on from the last one")
    func counting() {
        var tally = EventTally()
        _ = tally.take(stream: stream(last: "0-0", added: 0), events: nil)
        let finished = tally.take(
            stream: stream(last: "4-0", added: 4), events: events(["added", "completed", "failed", "completed"]))
        #expect(finished == .init(completed: 2, failed: 1))
        #expect(tally.position == "4-0")
    }

    @Test("where there are more events than are read, those read speak for all")
    func projection() {
        var tally = EventTally()
        _ = tally.take(stream: stream(last: "0-0", added: 0), events: nil)
        let names = (0..<EventTally.page).map { $0 % 2 == 0 ? "completed" : "active" }
        let finished = tally.take(stream: stream(last: "9000-0", added: 4000), events: events(names))
        #expect(finished == .init(completed: 2000, failed: 0, isEstimate: true))
        #expect(tally.position == "9000-0")
    }

    @Test("a stream that began anew is followed from there")
    func newStream() {
        var tally = EventTally()
        _ = tally.take(stream: stream(last: "500-2", added: 9), events: nil)
        #expect(tally.take(stream: stream(last: "500-1", added: 1), events: events([])) == .init())
        #expect(tally.position == "500-1")
    }

    @Test("the failure rate is that of the last hour, and nothing while too few have finished")
    func window() {
        var window = FinishedWindow()
        window.add(completed: 10, failed: 8, at: 0)
        #expect(window.failureRate(minimum: 20) == nil)
        window.add(completed: 5, failed: 1, at: 1800)
        #expect(window.failureRate(minimum: 20) == 9.0 / 24.0)
        window.add(completed: 18, failed: 0, at: 3600)
        #expect(window.failureRate(minimum: 20) == 1.0 / 24.0)
    }

    private func sample(_ change: (inout QueueSample) -> Void) -> QueueSample {
        var sample = QueueSample(name: "media-jobs", at: 0, counts: JobCounts(), isPaused: false, workers: 1)
        change(&sample)
        return sample
    }

    @Test("alerts come when a threshold is exceeded, and not before")
    func alerts() {
        let thresholds = AlertThresholds()
        func kinds(_ change: (inout QueueSample) -> Void) -> [String] {
            DashboardAlert.alerts(for: sample(change), thresholds).map(\.kind)
        }
        #expect(kinds { _ in } == [])
        #expect(kinds { $0.counts = JobCounts(prioritized: 60, waiting: 40) } == [])
        #expect(kinds { $0.counts = JobCounts(prioritized: 61, waiting: 40) } == ["waiting"])
        #expect(kinds { $0.failureRate = 0.1 } == [])
        #expect(kinds { $0.failureRate = 0.11 } == ["failureRate"])
        #expect(kinds { $0.abandonedFor = 1_800_000 } == [])
        #expect(kinds { $0.abandonedFor = 1_800_001 } == ["stalled"])
        #expect(
            kinds {
                $0.workers = 0
                $0.counts = JobCounts(waiting: 1)
            } == ["noWorkers"])
        #expect(
            kinds {
                $0.workers = 0
                $0.isPaused = true
                $0.counts = JobCounts(waiting: 1)
            } == [])
    }

    @Test("latency is the middle, and what one in twenty exceeds")
    func latency() {
        #expect(Latency([]) == nil)
        #expect(Latency([5])?.high == 5)
        let many = Latency(Array(1...100))
        #expect(many?.median == 51)
        #expect(many?.high == 96)
    }
}

@Suite("Measuring real queues", .live, .timeLimit(.minutes(1)))
struct SamplerTests {
    @Test("a sample tells what finished since the last one, and how long it took")
    func sample() async throws {
        let stage = try await DashboardStage.make()
        let first = try #require(try await stage.dashboard.sampler.snapshot(noOlderThan: .zero).samples.first)
        #expect(first.completedPerSecond == nil)
        for _ in 1...4 { try await stage.queue.add(name: "work") }
        try await stage.work(off: 4) { job in
            if job.id == "1" { throw JobOutcome.unrecoverable("no") }
            return .null
        }
        let second = try #require(try await stage.dashboard.sampler.snapshot(noOlderThan: .zero).samples.first)
        #expect(second.completedLastHour == 3)
        #expect(second.failedLastHour == 1)
        #expect(try #require(second.completedPerSecond) > 0)
        #expect(second.counts == JobCounts(completed: 3, failed: 1))
        #expect(second.running != nil)
        #expect(await stage.dashboard.sampler.history[stage.queue.name]?.count == 2)
    }

    @Test("who looks at the same time shares a measurement")
    func sharing() async throws {
        let stage = try await DashboardStage.make()
        let sampler = stage.dashboard.sampler
        let times = try await withThrowingTaskGroup(of: ContinuousClock.Instant.self) { group in
            for _ in 0..<50 { group.addTask { try await sampler.snapshot(noOlderThan: .seconds(10)).takenAt } }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(times.count == 1)
        #expect(await sampler.history[stage.queue.name]?.count == 1)
    }

    @Test("an active job that no worker holds is found by its age")
    func abandoned() async throws {
        let stage = try await DashboardStage.make()
        let job = try await stage.queue.add(name: "work")
        let base = stage.queue.qualifiedName + ":"
        _ = try await stage.redis.send(RedisCommand("LMOVE", base + "wait", base + "active", "LEFT", "LEFT"))
        _ = try await stage.redis.send(RedisCommand("HSET", base + job.id, "processedOn", "1000"))
        let snapshot = try await stage.dashboard.sampler.snapshot(noOlderThan: .zero)
        #expect(try #require(snapshot.samples.first?.abandonedFor) > 1_000_000_000)
        #expect(snapshot.alerts.contains { $0.kind == "stalled" })
        _ = try await stage.redis.send(RedisCommand("SET", base + job.id + ":lock", "token"))
        let held = try await stage.dashboard.sampler.snapshot(noOlderThan: .zero)
        #expect(held.samples.first?.abandonedFor == nil)
    }
}

extension RESPValue {
    fileprivate static func text(_ text: String) -> RESPValue { .bulkString(.init(string: text)) }
}
