// Owns: measuring one queue, and what is remembered between measurements.

import BullMQ
import FoundationEssentials

/// Measures one queue with a fixed number of commands, however many jobs it has.
struct QueueProbe: Sendable {
    /// How many of the newest completed jobs tell how long jobs take.
    private static let timedJobs = 20
    /// How many of the oldest active jobs are checked for a worker.
    private static let checkedJobs = 10
    /// How many measurements the charts show: five minutes of them at two seconds.
    static let historyLength = 150
    /// The list of clients grows with the fleet, so it is read only now and then.
    private static let workersEvery: Duration = .seconds(10)

    let queue: Queue
    private var tally = EventTally()
    private var window = FinishedWindow()
    private(set) var history: [HistoryPoint] = []
    private var lastLook: ContinuousClock.Instant?
    private var workers: (count: Int?, at: ContinuousClock.Instant)?

    init(_ queue: Queue) { self.queue = queue }

    mutating func sample(minimumFinished: Int) async throws -> QueueSample {
        let base = queue.qualifiedName + ":"
        let redis = queue.redis
        let events = tally.commands(key: base + "events")
        let fixed = [
            RedisCommand("HMGET", base + "meta", "paused", "concurrency"),
            RedisCommand("ZREVRANGE", base + "completed", "0", String(Self.timedJobs - 1)),
            RedisCommand("LRANGE", base + "active", String(-Self.checkedJobs), "-1"),
        ]
        let counts = try await queue.counts()
        let now = ContinuousClock.now
        let replies = try await redis.pipeline(fixed + events, forKey: base + "meta")
        let finished = tally.take(stream: replies[3], events: replies.count > 4 ? replies[4] : nil)
        let milliseconds = Int64(Date().timeIntervalSince1970 * 1000)
        var sample = QueueSample(
            name: queue.name, at: milliseconds, counts: counts,
            isPaused: replies[0].array?.first?.integer == 1,
            concurrency: replies[0].array?.last?.integer.map { Int($0) })
        try await time(
            &sample, completed: Self.ids(replies[1]), active: Self.ids(replies[2]), base: base, now: milliseconds)
        if let lastLook {
            let seconds = (now - lastLook) / Duration.seconds(1)
            if seconds > 0 {
                sample.completedPerSecond = Double(finished.completed) / seconds
                sample.failedPerSecond = Double(finished.failed) / seconds
                sample.isEstimate = finished.isEstimate
            }
        }
        lastLook = now
        window.add(completed: finished.completed, failed: finished.failed, at: milliseconds / 1000)
        sample.completedLastHour = window.completed
        sample.failedLastHour = window.failed
        sample.failureRate = window.failureRate(minimum: minimumFinished)
        sample.workers = try await workerCount(now)
        history.append(sample.point)
        if history.count > Self.historyLength { history.removeFirst() }
        return sample
    }

    /// Looks at some jobs: how long the completed ones took, and whether somebody works on the active ones.
    private func time(
        _ sample: inout QueueSample, completed: [String], active: [String], base: String, now: Int64
    ) async throws {
        var commands = completed.map {
            RedisCommand("HMGET", base + $0, "timestamp", "processedOn", "finishedOn", "delay")
        }
        for id in active {
            commands.append(RedisCommand("HGET", base + id, "processedOn"))
            commands.append(RedisCommand("EXISTS", base + id + ":lock"))
        }
        let replies = try await queue.redis.pipeline(commands, forKey: base + "meta")
        var waits: [Int64] = []
        var runs: [Int64] = []
        for reply in replies.prefix(completed.count) {
            guard let fields = reply.array, fields.count == 4, let added = fields[0].integer,
                let taken = fields[1].integer, let ended = fields[2].integer
            else { continue }
            waits.append(max(0, taken - added - (fields[3].integer ?? 0)))
            runs.append(max(0, ended - taken))
        }
        sample.waiting = Latency(waits)
        sample.running = Latency(runs)
        for index in active.indices {
            let taken = replies[completed.count + 2 * index].integer
            let isHeld = replies[completed.count + 2 * index + 1].integer == 1
            if let taken, !isHeld { sample.abandonedFor = max(sample.abandonedFor ?? 0, now - taken) }
        }
    }

    private mutating func workerCount(_ now: ContinuousClock.Instant) async throws -> Int? {
        if let workers, now - workers.at < Self.workersEvery { return workers.count }
        var count: Int?
        do {
            count = try await queue.workerCount()
        } catch let error as RedisError where error.code == .errorReply {
            // Not permitted: the number is unknown, which is not none.
            count = nil
        } catch let error as BullMQError where error.code == .unsupportedByServer {
            count = nil
        }
        workers = (count, now)
        return count
    }

    private static func ids(_ reply: RESPValue) -> [String] { (reply.array ?? []).compactMap(\.string) }
}
