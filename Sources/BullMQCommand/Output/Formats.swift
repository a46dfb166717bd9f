import BullMQ
import Foundation

extension Duration {
    /// The two largest units, as in `2h 5m`, `3.2s` or `45ms`; without the second if there is none of it, as in `2h`.
    var brief: String {
        let milliseconds = Int64(components.seconds) * 1000 + components.attoseconds / 1_000_000_000_000_000
        let size = abs(milliseconds)
        func text(_ large: Int64, _ unit: String, _ small: Int64, _ smallUnit: String) -> String {
            small == 0 ? "\(large)\(unit)" : "\(large)\(unit) \(small)\(smallUnit)"
        }
        let text =
            switch size {
            case 0..<1000: "\(size)ms"
            case 1000..<60_000 where size % 1000 < 100: "\(size / 1000)s"
            case 1000..<60_000: "\(size / 1000).\(size % 1000 / 100)s"
            case 60_000..<3_600_000: text(size / 60_000, "m", size / 1000 % 60, "s")
            case 3_600_000..<86_400_000: text(size / 3_600_000, "h", size / 60_000 % 60, "m")
            default: text(size / 86_400_000, "d", size / 3_600_000 % 24, "h")
            }
        return milliseconds < 0 ? "-\(text)" : text
    }
}

extension Int {
    /// So many of something, as in `1 job` or `2 jobs`.
    func of(_ noun: String) -> String { self == 1 ? "1 \(noun)" : "\(self) \(noun)s" }
}

extension Date {
    /// UTC, to the second.
    var readable: String {
        formatted(
            .iso8601.year().month().day().dateSeparator(.dash).time(includingFractionalSeconds: false)
                .dateTimeSeparator(.space).timeZone(separator: .omitted))
    }

    /// How long ago, as in `2h 5m ago`, or `in 3.2s`.
    func relative(to now: Date = Date()) -> String {
        let distance = Duration.milliseconds(Int64(now.timeIntervalSince(self) * 1000))
        return distance < .zero ? "in \((Duration.zero - distance).brief)" : "\(distance.brief) ago"
    }

    var milliseconds: JSONValue { .integer(Int64((timeIntervalSince1970 * 1000).rounded())) }
}

extension JobCounts {
    /// As BullMQ names the states.
    var jsonValue: JSONValue {
        .object(JSONObject(JobState.allCases.map { ($0.rawValue, .integer(Int64(self[$0]))) }))
    }
}

extension Job {
    /// Everything about the job, under BullMQ's names.
    func jsonValue(state: JobState?) -> JSONValue {
        var fields: [(String, JSONValue)] = [
            ("id", .string(id)), ("name", .string(name)), ("queue", .string(queueName)),
        ]
        func add(_ name: String, _ value: JSONValue?) {
            if let value { fields.append((name, value)) }
        }
        add("state", state.map { .string($0.rawValue) })
        add("data", data.parsedOrText)
        add("progress", progress.parsedOrText)
        add("timestamp", timestamp.milliseconds)
        add(
            "delay",
            .integer(Int64(delay.components.seconds) * 1000 + delay.components.attoseconds / 1_000_000_000_000_000))
        add("priority", .integer(Int64(priority)))
        add("attempts", .integer(Int64(max(options.attempts ?? 1, 1))))
        add("attemptsStarted", .integer(Int64(attemptsStarted)))
        add("attemptsMade", .integer(Int64(attemptsMade)))
        add("stalledCounter", .integer(Int64(stalledCount)))
        add("processedOn", processedOn?.milliseconds)
        add("finishedOn", finishedOn?.milliseconds)
        add("processedBy", processedBy.map(JSONValue.string))
        add("returnvalue", returnValue?.parsedOrText)
        add("failedReason", failedReason.map(JSONValue.string))
        add("stacktrace", stackTrace.isEmpty ? nil : .array(stackTrace.map(JSONValue.string)))
        add("parentKey", parentKey.map(JSONValue.string))
        add("deduplicationId", deduplicationID.map(JSONValue.string))
        add("repeatJobKey", schedulerID.map(JSONValue.string))
        add("deferredFailure", deferredFailure.map(JSONValue.string))
        return .object(JSONObject(fields))
    }
}

extension JSONText {
    /// The value; the text itself as a string if some other program stored what is no JSON.
    var parsedOrText: JSONValue { (try? value()) ?? .string(text) }
}
