// Owns: how many jobs finished since the last look, told by the event stream of a queue.
// Rule: at most one page of events is read at a time; where there are more, the page speaks for all of them.

import BullMQ

/// Follows the event stream of one queue without ever reading much of it (protocol: keys, events).
struct EventTally: Sendable {
    /// The most events read at a time.
    static let page = 1000

    /// The last event seen; nil before the first look.
    private(set) var position: String?
    private var added: Int64?

    /// Jobs finished between two looks.
    struct Finished: Sendable, Hashable {
        var completed = 0
        var failed = 0
        /// Whether the numbers are projected from a part of the events.
        var isEstimate = false
    }

    /// What is asked of Redis before ``take(stream:events:)``: nothing but the position at the first look.
    func commands(key: String) -> [RedisCommand] {
        guard let position else { return [RedisCommand("XINFO", "STREAM", key)] }
        return [
            RedisCommand("XINFO", "STREAM", key),
            RedisCommand("XRANGE", key, "(" + position, "+", "COUNT", String(Self.page)),
        ]
    }

    /// Draws the conclusions from the replies.
    mutating func take(stream: RESPValue, events: RESPValue?) -> Finished {
        let facts = Self.facts(stream)
        let last = facts["last-generated-id"]?.string ?? "0-0"
        let total = facts["entries-added"]?.integer
        defer { added = total }
        guard let position, let entries = events?.array else {
            self.position = position ?? last
            return Finished()
        }
        if Self.isBefore(last, position) {
            // The stream began anew: the queue was removed, or Redis lost it.
            self.position = last
            return Finished()
        }
        var finished = Finished()
        for entry in entries {
            switch Self.name(of: entry) {
            case "completed": finished.completed += 1
            case "failed": finished.failed += 1
            default: break
            }
        }
        guard entries.count >= Self.page else {
            self.position = entries.last?.array?.first?.string ?? position
            return finished
        }
        self.position = last
        if let total, let added, total - added > Int64(entries.count) {
            let factor = Double(total - added) / Double(entries.count)
            finished.completed = Int(Double(finished.completed) * factor)
            finished.failed = Int(Double(finished.failed) * factor)
            finished.isEstimate = true
        }
        return finished
    }

    private static func facts(_ reply: RESPValue) -> [String: RESPValue] {
        guard let words = reply.array else { return [:] }
        var facts: [String: RESPValue] = [:]
        for index in stride(from: 0, to: words.count - 1, by: 2) {
            if let name = words[index].string { facts[name] = words[index + 1] }
        }
        return facts
    }

    private static func name(of entry: RESPValue) -> String? {
        guard let fields = entry.array?.last?.array else { return nil }
        for index in stride(from: 0, to: fields.count - 1, by: 2) where fields[index].string == "event" {
            return fields[index + 1].string
        }
        return nil
    }

    /// Ids are `milliseconds-sequence`.
    private static func isBefore(_ left: String, _ right: String) -> Bool {
        func numbers(_ id: String) -> (UInt64, UInt64) {
            let parts = id.split(separator: "-")
            return (parts.first.flatMap { UInt64($0) } ?? 0, parts.dropFirst().first.flatMap { UInt64($0) } ?? 0)
        }
        return numbers(left) < numbers(right)
    }
}
