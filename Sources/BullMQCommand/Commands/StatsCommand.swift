import ArgumentParser
import BullMQ
import Foundation

/// `bullmq stats`
struct StatsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stats", abstract: "Show the counts of queues, their limits and their pace; --watch keeps looking."
    )

    @Argument(help: "Queues; all by default.")
    var queues: [String] = []
    @Flag(name: .shortAndLong, help: "Look again and again until interrupted.")
    var watch = false
    @Option(name: .shortAndLong, help: "Time between two looks.")
    var interval: DurationArgument = DurationArgument(.seconds(2))
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard interval.duration >= .milliseconds(100) else {
            throw ValidationError("--interval must be 100ms or more")
        }
    }

    func run() async throws {
        try await connection.run { session in
            var last: [String: QueueStats] = [:]
            repeat {
                let names =
                    queues.isEmpty ? try await Queue.names(on: session.redis, prefix: session.prefix) : queues
                let stats = try await names.map(session.queue).reading { try await QueueStats($0) }
                if last.isEmpty { for one in stats where one.isUnknown { session.noteUnknown(one.name) } }
                if watch { try session.output.clear() }
                try session.output.stream(
                    .array(stats.map { $0.jsonValue(since: last[$0.name]) }),
                    QueueStats.table(stats, since: last).text(width: Terminal.width))
                last = Dictionary(stats.map { ($0.name, $0) }) { first, _ in first }
                if watch { try await Task.sleep(for: interval.duration) }
            } while watch
        }
    }
}

/// What one look at a queue shows.
struct QueueStats: Sendable {
    let name: String
    let counts: JobCounts
    private let meta: QueueMeta
    private let addedIDs: Int
    private let takenAt = ContinuousClock.now

    init(_ queue: Queue) async throws {
        name = queue.name
        async let meta = queue.meta()
        async let lastID = queue.redis.send(RedisCommand("GET", "\(queue.qualifiedName):id"))
        counts = try await queue.counts()
        self.meta = try await meta
        addedIDs = try await lastID.integer.map(Int.init) ?? 0
    }

    /// Whether nobody has used the queue so far.
    var isUnknown: Bool { meta.fields.isEmpty }

    /// Jobs added per second since an earlier look.
    func additions(since earlier: QueueStats?) -> Double? {
        guard let earlier else { return nil }
        let seconds = earlier.takenAt.duration(to: takenAt) / .seconds(1)
        return Double(addedIDs - earlier.addedIDs) / max(seconds, 0.001)
    }

    /// Jobs that left the line per second since an earlier look: added ones less the growth of what is unfinished.
    func departures(since earlier: QueueStats?) -> Double? {
        guard let earlier, let additions = additions(since: earlier) else { return nil }
        let seconds = earlier.takenAt.duration(to: takenAt) / .seconds(1)
        let growth = counts.pending + counts.active - earlier.counts.pending - earlier.counts.active
        return max(0, additions - Double(growth) / max(seconds, 0.001))
    }

    func jsonValue(since earlier: QueueStats?) -> JSONValue {
        var fields: [(String, JSONValue)] = [
            ("queue", .string(name)), ("paused", .bool(meta.isPaused)), ("counts", counts.jsonValue),
        ]
        if let concurrency = meta.concurrency { fields.append(("concurrency", .integer(Int64(concurrency)))) }
        if let rateLimit = meta.rateLimit {
            fields.append(
                ("rateLimit", ["max": .integer(Int64(rateLimit.max)), "duration": .string(rateLimit.duration.brief)]))
        }
        if let additions = additions(since: earlier) { fields.append(("addedPerSecond", .number(additions))) }
        if let departures = departures(since: earlier) { fields.append(("finishedPerSecond", .number(departures))) }
        return .object(JSONObject(fields))
    }

    static func table(_ stats: [QueueStats], since last: [String: QueueStats]) -> Table {
        var table = Table(
            ("QUEUE", .left), ("READY", .right), ("ACTIVE", .right), ("DELAYED", .right), ("CHILDREN", .right),
            ("COMPLETED", .right), ("FAILED", .right), ("IN/S", .right), ("OUT/S", .right), ("LIMITS", .left))
        func pace(_ value: Double?) -> String { value.map { String(format: "%.1f", $0) } ?? "-" }
        for one in stats {
            var limits: [String] = one.meta.isPaused ? ["paused"] : []
            if let concurrency = one.meta.concurrency { limits.append("\(concurrency) at a time") }
            if let limit = one.meta.rateLimit { limits.append("\(limit.max) per \(limit.duration.brief)") }
            let counts = one.counts
            table.append(
                one.name, "\(counts.waiting + counts.prioritized)", "\(counts.active)", "\(counts.delayed)",
                "\(counts.waitingChildren)", "\(counts.completed)", "\(counts.failed)",
                pace(one.additions(since: last[one.name])), pace(one.departures(since: last[one.name])),
                limits.joined(separator: ", "))
        }
        return table
    }
}
