// Owns comparing two queues that went through the same: what must be equal, and what is time or a runtime's own words.

import Stage
import Witness

/// Compares everything two queues have in Redis.
enum StoredForm {
    /// What differs, a line each; empty when both queues mean the same to every reader.
    static func differences(_ ours: Stage, _ theirs: Stage) async throws -> [String] {
        try comparable(await ours.picture(), base: ours.base).differences(
            from: comparable(await theirs.picture(), base: theirs.base), timeToLiveTolerance: 30_000,
            names: ("Swift", "package"))
    }

    /// Times of day: they must be there and be plausible, but differ from run to run.
    private static let times: Set<Bytes> = ["processedOn", "finishedOn", "timestamp"]
    /// Any JSON; equal by meaning, not by spelling.
    private static let documents: Set<Bytes> = ["data", "opts", "returnvalue", "progress", "parent"]
    /// Keys of the workers' own housekeeping, which depend on the moment.
    private static let passing: Set<Bytes> = ["marker", "stalled", "stalled-check"]

    private static func comparable(_ picture: KeySpace, base: Bytes) throws -> KeySpace {
        var keys = picture.keys
        for (name, key) in keys {
            guard !passing.contains(name) else {
                keys[name] = nil
                continue
            }
            switch key.content {
            case .hash(let fields):
                keys[name]?.content = .hash(try comparable(fields, of: name, base: base))
            case .sortedSet(let scores) where name == "completed" || name == "failed":
                keys[name]?.content = .sortedSet(scores.mapValues { $0 > 1e12 ? 1 : $0 })
            case .sortedSet(let scores) where name == "delayed":
                // Twelve bits of the score are a counter; the rest is the time. Parents of the tests are added "now".
                keys[name]?.content = .sortedSet(scores.mapValues { ($0 / 4096 / 60_000).rounded() })
            case .stream(let entries):
                keys[name]?.content = .stream(entries.map { comparable($0) })
            case .set(let members):
                keys[name]?.content = .set(Set(members.map { text($0, without: base) }))
            default: break
            }
        }
        return KeySpace(keys: keys)
    }

    private static func comparable(
        _ fields: [Bytes: Bytes], of key: Bytes, base: Bytes
    ) throws -> [Bytes: Bytes] {
        var fields = fields
        for (name, value) in fields {
            if times.contains(name) {
                fields[name] = (Int(value.text) ?? 0) > 1_500_000_000_000 ? "a time" : "not a time: \(value)"
            } else if documents.contains(name) {
                fields[name] = text(Bytes(try JSONWitness.value(of: value).text), without: base)
            } else if name == "parentKey" {
                fields[name] = text(value, without: base)
            } else if name == "stacktrace" {
                // The traces are a runtime's own; that there is a text for each failed attempt is not.
                let entries = try JSONWitness.value(of: value).elements
                let isText = entries?.allSatisfy { $0.string?.isEmpty == false } == true
                fields[name] = isText ? "\(entries?.count ?? 0) texts" : "not texts: \(value)"
            } else if key == "meta", name == "version" {
                fields[name] = "a version"
            }
        }
        return fields
    }

    private static func comparable(_ entry: KeySpace.StreamEntry) -> KeySpace.StreamEntry {
        guard entry["event"] == "delayed" else { return entry }
        return KeySpace.StreamEntry(
            id: entry.id, fields: entry.fields.map { Int($0.text) ?? 0 > 1_500_000_000_000 ? "a time" : $0 })
    }

    /// The queues have different names; what mentions them is compared without.
    private static func text(_ bytes: Bytes, without base: Bytes) -> Bytes {
        let name = base.text.dropLast()
        return Bytes(bytes.text.replacing(name, with: "<queue>"))
    }
}
