// Owns: jobs as the page gets them.

import BullMQ
import FoundationEssentials

extension Date {
    var json: JSONValue { .integer(Int64((timeIntervalSince1970 * 1000).rounded())) }
}

extension Duration {
    var milliseconds: Int64 { Int64(self / .milliseconds(1)) }
}

extension JSONText {
    /// The text, cut where it would be too much for a page.
    func json(limit: Int) -> JSONValue { .string(text.cut(to: limit)) }
}

extension String {
    /// At most this many characters, with a sign that there is more.
    func cut(to limit: Int) -> String {
        guard let end = index(startIndex, offsetBy: limit, limitedBy: endIndex), end < endIndex else { return self }
        return self[..<end] + "…"
    }
}

extension Job {
    /// What a list shows of the job.
    func summary(state: JobState?) -> JSONValue {
        var fields: JSONObject = [
            "id": .string(id), "name": .string(name), "timestamp": timestamp.json,
            "attemptsMade": JSONValue(attemptsMade),
            "priority": JSONValue(priority), "delay": .integer(delay.milliseconds),
            "progress": progress.json(limit: 100),
            "data": data.json(limit: 160),
        ]
        fields["state"] = state.map { .string($0.rawValue) } ?? .null
        fields["attempts"] = options.attempts.map { JSONValue($0) } ?? 1
        fields["processedOn"] = processedOn?.json ?? .null
        fields["finishedOn"] = finishedOn?.json ?? .null
        fields["failedReason"] = failedReason.map { .string($0.cut(to: 300)) } ?? .null
        return .object(fields)
    }

    /// What the page of the job shows. JSON stays text, so that numbers and the order of members are those that are stored.
    func detail(state: JobState?, options: String?) -> JSONValue {
        var fields: JSONObject = [
            "id": .string(id), "queue": .string(queueName), "name": .string(name), "timestamp": timestamp.json,
            "attemptsMade": JSONValue(attemptsMade), "attemptsStarted": JSONValue(attemptsStarted),
            "stalledCount": JSONValue(stalledCount), "priority": JSONValue(priority),
            "delay": .integer(delay.milliseconds), "progress": progress.json(limit: Self.longest),
            "data": data.json(limit: Self.longest),
            "stackTrace": .array(stackTrace.suffix(20).map { .string($0.cut(to: 20_000)) }),
        ]
        fields["state"] = state.map { .string($0.rawValue) } ?? .null
        fields["attempts"] = self.options.attempts.map { JSONValue($0) } ?? 1
        fields["options"] = options.map { .string($0.cut(to: Self.longest)) } ?? .null
        fields["processedOn"] = processedOn?.json ?? .null
        fields["finishedOn"] = finishedOn?.json ?? .null
        fields["failedReason"] = failedReason.map { .string($0.cut(to: Self.longest)) } ?? .null
        fields["returnValue"] = returnValue?.json(limit: Self.longest) ?? .null
        fields["processedBy"] = processedBy.map { .string($0) } ?? .null
        fields["parent"] = parentKey.map { .string($0) } ?? .null
        fields["schedulerId"] = schedulerID.map { .string($0) } ?? .null
        fields["deduplicationId"] = deduplicationID.map { .string($0) } ?? .null
        return .object(fields)
    }

    /// The most characters of one field.
    private static let longest = 200_000
}
