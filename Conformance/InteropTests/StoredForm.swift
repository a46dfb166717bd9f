// Owns comparing two queues that went through the same: what must be equal, and what is time or a runtime's own words.

import Stage
import Witness

/// Compares everything two queues have in Redis.
enum StoredForm {
    /// What differs, a line each; empty when both queues mean the same to every reader.
    static func differences(_ ours: Stage, _ theirs: Stage) async throws -> [String] {
        let left = try comparable(try await ours.picture(), base: ours.base)
        let right = try comparable(try await theirs.picture(), base: theirs.base)
        return left.differences(from: right, timeToLiveTolerance: 30_000, names: ("Swift", "package"))
    }

    /// Times of day: they must be there and be plausible, but differ from run to run.
    private static let times: Set<Bytes> = ["processedOn", "finishedOn", "timestamp"]
    /// Any JSON; equal by meaning, not by spelling.
    private static let documents: Set<Bytes> = ["data", "opts", "returnvalue", "progress", "parent"]
    /// Keys of the workers' own housekeeping, which depend on the moment.
    private static let passing: Set<Bytes> = ["marker", "stalled", "stalled-check"]

    private static func comparable(_ picture: KeySpace, base: Bytes) throws -> KeySpace {
        var keys = picture.keys.filter { !passing.contains($0.key) }
        for (name, key) in keys {
            switch key.content {
            case .hash(let fields):
                keys[name]?.content = .hash(try comparable(fields, of: name, base: base))
            case .sortedSet(let scores) where name == "completed" || name == "failed":
                keys[name]?.content = .sortedSet(scores.mapValues { $0 > 1e12 ? 1 : $0 })
            case .sortedSet(let scores) where name == "delayed":
                // Twelve bits of the score are a counter; the rest is the time, within a minute.
                keys[name]?.content = .sortedSet(scores.mapValues { ($0 / 4096 / 60_000).rounded() })
            case .stream(let entries):
                // Each job's events are in order; between two jobs, which one comes first is chance.
                keys[name] = nil
                for entry in entries {
                    guard let job = entry["jobId"] else { continue }
                    let events: Bytes = "events of job \(job)"
                    var earlier: [KeySpace.StreamEntry] = []
                    if case .stream(let entries)? = keys[events]?.content { earlier = entries }
                    keys[events] = KeySpace.Key(content: .stream(earlier + [try comparable(entry, base: base)]))
                }
            case .set(let members):
                keys[name]?.content = .set(Set(members.map { neutral($0, base) }))
            default: break
            }
        }
        return KeySpace(keys: keys)
    }

    private static func comparable(
        _ fields: [Bytes: Bytes], of key: Bytes, base: Bytes
    ) throws -> [Bytes: Bytes] {
        var fields = fields
        for (name, value) in fields { fields[name] = try comparable(value, of: name, base: base) }
        // The packages do not agree on whether they leave their version here.
        if key == "meta" { fields["version"] = nil }
        return fields
    }

    private static func comparable(_ entry: KeySpace.StreamEntry, base: Bytes) throws -> KeySpace.StreamEntry {
        var fields = entry.fields
        for index in stride(from: 0, to: fields.count - 1, by: 2) {
            let isDueTime = fields[index] == "delay"
            fields[index + 1] = try comparable(
                fields[index + 1], of: isDueTime ? "timestamp" : fields[index], base: base)
        }
        return KeySpace.StreamEntry(id: entry.id, fields: fields)
    }

    private static func comparable(_ value: Bytes, of field: Bytes, base: Bytes) throws -> Bytes {
        if times.contains(field) {
            return (Int(value.text) ?? 0) > 1_500_000_000_000 ? "a time" : "not a time: \(value)"
        }
        if documents.contains(field) {
            var document = try JSONWitness.value(of: value)
            // Some packages spell out that there is no delay (protocol: client, section 5).
            if field == "opts", case .object(var members) = document, members["delay"] == 0 {
                members["delay"] = nil
                document = .object(members)
            }
            return neutral(Bytes(document.text), base)
        }
        if field == "parentKey" { return neutral(value, base) }
        if field == "stacktrace" {
            // The traces are a runtime's own; that there is a text for each failed attempt is not.
            let entries = try JSONWitness.value(of: value).elements
            let isText = entries?.allSatisfy { $0.string?.isEmpty == false } == true
            return isText ? "\(entries?.count ?? 0) texts" : "not texts: \(value)"
        }
        return value
    }

    /// The text without the name of the queue and of the worker's runtime.
    private static func neutral(_ bytes: Bytes, _ base: Bytes) -> Bytes {
        var text = bytes.text.replacing(base.text.dropLast(), with: "<queue>")
        for runtime in ["swift", "python", "node"] {
            text = text.replacing("\"by\":\"\(runtime)\"", with: "\"by\":\"<runtime>\"")
        }
        return Bytes(text)
    }
}
