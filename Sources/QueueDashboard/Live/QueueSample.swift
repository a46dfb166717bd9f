// Owns: the figures of one queue at one moment.

import BullMQ

/// How long jobs took: the middle one, and what one in twenty exceeds, in milliseconds.
struct Latency: Sendable, Hashable {
    var median: Int64
    var high: Int64

    /// Nil without values.
    init?(_ values: [Int64]) {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        median = sorted[sorted.count / 2]
        high = sorted[min(sorted.count - 1, sorted.count * 95 / 100)]
    }

    var json: JSONValue { ["median": .integer(median), "high": .integer(high)] }
}

/// What the history of a queue keeps of a sample.
struct HistoryPoint: Sendable {
    var at: Int64
    var ready: Int
    var active: Int
    var completedPerSecond: Double
    var failedPerSecond: Double

    var json: JSONValue {
        [
            .integer(at), JSONValue(ready), JSONValue(active), .number(completedPerSecond.rounded(toPlaces: 2)),
            .number(failedPerSecond.rounded(toPlaces: 2)),
        ]
    }
}

struct QueueSample: Sendable {
    var name: String
    /// Milliseconds since 1970.
    var at: Int64
    var counts: JobCounts
    var isPaused: Bool
    var concurrency: Int?
    /// Nil where Redis does not tell.
    var workers: Int?
    /// Nil at the first look.
    var completedPerSecond: Double?
    var failedPerSecond: Double?
    var isEstimate = false
    /// Of the last hour, as far as it was watched.
    var completedLastHour = 0
    var failedLastHour = 0
    var failureRate: Double?
    /// From being ready to being taken, of the newest completed jobs.
    var waiting: Latency?
    /// From being taken to the end.
    var running: Latency?
    /// How long the oldest active job that no worker holds has been active, in milliseconds.
    var abandonedFor: Int64?

    /// Jobs ready to run (queue API, section 4).
    var ready: Int { counts.waiting + counts.prioritized + counts.waitingChildren }

    var json: JSONValue {
        var fields: JSONObject = [
            "name": .string(name), "counts": counts.json, "ready": JSONValue(ready), "paused": .bool(isPaused),
            "completedLastHour": JSONValue(completedLastHour), "failedLastHour": JSONValue(failedLastHour),
            "estimated": .bool(isEstimate),
        ]
        fields["concurrency"] = concurrency.map { JSONValue($0) } ?? .null
        fields["workers"] = workers.map { JSONValue($0) } ?? .null
        fields["completedPerSecond"] = completedPerSecond.map { .number($0.rounded(toPlaces: 2)) } ?? .null
        fields["failedPerSecond"] = failedPerSecond.map { .number($0.rounded(toPlaces: 2)) } ?? .null
        fields["failureRate"] = failureRate.map { .number($0.rounded(toPlaces: 4)) } ?? .null
        fields["waitTime"] = waiting?.json ?? .null
        fields["runTime"] = running?.json ?? .null
        return .object(fields)
    }

    var point: HistoryPoint {
        HistoryPoint(
            at: at, ready: ready, active: counts.active, completedPerSecond: completedPerSecond ?? 0,
            failedPerSecond: failedPerSecond ?? 0)
    }
}

extension JobCounts {
    var json: JSONValue {
        .object(JSONObject(byState.map { ($0.state.rawValue, JSONValue($0.count)) }))
    }
}

extension Double {
    func rounded(toPlaces places: Int) -> Double {
        let factor = (0..<places).reduce(1.0) { value, _ in value * 10 }
        return (self * factor).rounded() / factor
    }
}
