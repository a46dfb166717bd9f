// Owns making what two clients left in Redis comparable: moments, random ids and names of the sides become symbols, and
// what may differ (AllowedDifference.swift) is left out.

import Stage
import Witness

/// The symbols of one performance.
struct Symbols {
    /// What the names of all keys of the performance begin with.
    private let base: String
    /// When the scenario began for the first side, in milliseconds since 1970.
    private let beginning: Int
    /// Whether a worker has run.
    private let hasWorked: Bool
    private let allowed: Set<AllowedDifference>
    /// The streams of queues in which a delayed job is left.
    private let streamsOfLateQueues: Set<String>
    /// Symbols of jobs by their random ids.
    private var names: [String: String] = [:]

    init(of performance: Performance, allowing allowed: Set<AllowedDifference>) {
        base = performance.base
        beginning = performance.beginning
        hasWorked = performance.hasWorked
        self.allowed = allowed
        streamsOfLateQueues = Set(
            performance.picture.keys.keys.map(\.text).filter { $0.hasSuffix(":delayed") }
                .map { $0.dropLast("delayed".count) + "events" })
        guard allowed.contains(.randomIDs) else { return }
        for key in performance.picture.keys.values {
            guard case .stream(let entries) = key.content else { continue }
            for entry in entries where entry["event"] == "added" {
                guard let id = entry["jobId"]?.text, let name = entry["name"]?.text, Self.isRandom(id) else { continue }
                names[id] = "<id of \(name)>"
            }
        }
    }

    /// The picture in symbols.
    func translate(_ picture: KeySpace) throws -> KeySpace {
        var keys: [Bytes: KeySpace.Key] = [:]
        for (name, key) in picture.keys {
            if allowed.contains(.housekeeping), name.text.hasSuffix(":stalled-check") { continue }
            if allowed.contains(.marker), hasWorked, name.text.hasSuffix(":marker") { continue }
            if allowed.contains(.priorityCounter), hasWorked, name.text.hasSuffix(":pc"),
                picture[Bytes(name.text.dropLast("pc".count) + "prioritized")] == nil
            {
                continue
            }
            for (name, content) in try translate(key.content, of: name.text) {
                keys[name] = KeySpace.Key(content: content, timeToLive: key.timeToLive)
            }
        }
        return KeySpace(keys: keys)
    }

    /// An answer in symbols.
    func translate(_ answer: WitnessedJSON) -> String { text(answer.text) }

    private func translate(_ content: KeySpace.Content, of key: String) throws -> [Bytes: KeySpace.Content] {
        let name = Bytes(text(key))
        switch content {
        case .string(let value):
            return [name: .string(bytes(value))]
        case .list(let items):
            return [name: .list(items.map(bytes))]
        case .set(let members):
            return [name: .set(Set(members.map(bytes)))]
        case .sortedSet(let scores):
            let translated = scores.map { (bytes($0.key), score($0.value, in: key)) }
            return [name: .sortedSet(Dictionary(translated) { first, _ in first })]
        case .hash(let fields):
            return [name: .hash(try translate(fields, of: key))]
        case .stream(let entries):
            let isLate = allowed.contains(.drained) && hasWorked && streamsOfLateQueues.contains(key)
            let told = entries.filter { !(isLate && $0["event"] == "drained") }
            let translated = try told.map { entry in
                var fields = entry.fields
                for index in stride(from: 0, to: fields.count - 1, by: 2) {
                    fields[index + 1] = try field(fields[index], fields[index + 1])
                }
                return KeySpace.StreamEntry(id: "", fields: fields)
            }
            guard allowed.contains(.flowOrder), !names.isEmpty else { return [name: .stream(translated)] }
            let byJob = Dictionary(grouping: translated) { $0["jobId"] ?? "no job" }
            return Dictionary(byJob.map { ("\(name) of \($0.key)", .stream($0.value)) }) { first, _ in first }
        }
    }

    private func translate(_ fields: [Bytes: Bytes], of key: String) throws -> [Bytes: Bytes] {
        var fields = fields
        if allowed.contains(.version), key.hasSuffix(":meta") { fields["version"] = nil }
        // A job of a scheduler is delayed up to its slot.
        if fields["rjk"] != nil, let delay = number(fields["delay"]), let timestamp = number(fields["timestamp"]) {
            fields["delay"] = Bytes(slot(after: delay, from: timestamp))
        }
        if let offset = number(fields["offset"]), let every = number(fields["every"]), isOfNow(offset, every) {
            fields["offset"] = "<an offset>"
        }
        var translated: [Bytes: Bytes] = [:]
        for (name, value) in fields { translated[bytes(name)] = try field(name, value) }
        return translated
    }

    /// Documents: equal by meaning, not by spelling.
    private static let documents: Set<Bytes> = ["data", "opts", "returnvalue", "progress", "parent", "pd"]

    private func field(_ name: Bytes, _ value: Bytes) throws -> Bytes {
        if Self.documents.contains(name) {
            var document = try JSONWitness.value(of: value)
            if name == "opts", case .object(let members) = document { document = .object(translate(members)) }
            // Symbols of ids change the order of keys.
            return Bytes(text(try JSONWitness.value(of: named(document.text)).text))
        }
        if name == "stacktrace", allowed.contains(.stackTraces) {
            let texts = try JSONWitness.value(of: value).elements ?? []
            return Bytes("\(texts.filter { $0.string?.isEmpty == false }.count) texts")
        }
        return bytes(value)
    }

    /// Options of a job.
    private func translate(_ options: [Bytes: WitnessedJSON]) -> [Bytes: WitnessedJSON] {
        var options = options
        if allowed.contains(.zeroOptions), options["delay"] == 0 { options["delay"] = nil }
        guard case .object(var rule)? = options["repeat"] else { return options }
        if let delay = options["delay"]?.integer, let timestamp = options["timestamp"]?.integer {
            options["delay"] = .text(slot(after: delay, from: timestamp))
        }
        if let every = rule["every"]?.integer {
            if let offset = rule["offset"]?.integer, isOfNow(offset, every) { rule["offset"] = "<an offset>" }
            options["repeat"] = .object(rule)
            if allowed.contains(.previousMillis) { options["prevMillis"] = nil }
        }
        return options
    }

    private func number(_ bytes: Bytes?) -> Int? { bytes.flatMap { Int($0.text) } }

    /// Slots are whole seconds; the package looks at its clock once for the delay and once for the time.
    private func slot(after delay: Int, from timestamp: Int) -> String {
        allowed.contains(.clocks) ? "up to \(text("\((timestamp + delay + 500) / 1000 * 1000)"))" : "\(delay)"
    }

    /// Whether an offset is that of a moment of this performance.
    private func isOfNow(_ offset: Int, _ every: Int) -> Bool {
        let later = (offset - beginning) % every
        return allowed.contains(.offsets) && (later < 0 ? later + every : later) < 60_000
    }

    private func bytes(_ bytes: Bytes) -> Bytes { Bytes(text(bytes.text)) }

    private func named(_ original: String) -> String {
        var text = original.replacing(base, with: "")
        for (id, name) in names { text = text.replacing(id, with: name) }
        return text
    }

    private func text(_ original: String) -> String {
        var text = named(original)
        for runtime in ["swift", "python", "node"] {
            text = text.replacing("\"by\":\"\(runtime)\"", with: "\"by\":\"<runtime>\"")
        }
        return text.replacing(/[0-9]+/) { match in
            guard match.output.count == 13, let moment = Int(match.output), isNear(moment) else {
                return String(match.output)
            }
            return "<\(minutes(moment)) min>"
        }
    }

    private func isNear(_ moment: Int) -> Bool { allowed.contains(.clocks) && abs(moment - beginning) < 86_400_000 }

    private func minutes(_ moment: Int) -> Int { Int((Double(moment - beginning) / 60_000).rounded()) }

    /// The sets whose scores are times.
    private static let timed = ["completed", "failed", "repeat", "marker", "unsuccessful", "waiting-children"]

    private func score(_ score: Double, in key: String) -> Double {
        if key.hasSuffix(":delayed") {
            // Twelve bits tell apart what is due in the same millisecond.
            let (moment, counter) = Int(score).quotientAndRemainder(dividingBy: 4096)
            return isNear(moment) ? Double(minutes(moment)) + Double(counter) / 4096 : score
        }
        guard Self.timed.contains(where: { key.hasSuffix(":\($0)") }), isNear(Int(score)) else { return score }
        return Double(minutes(Int(score)))
    }

    /// Whether an id is a UUID, with dashes or without.
    private static func isRandom(_ id: String) -> Bool {
        id.wholeMatch(of: /[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}/.ignoresCase()) != nil
    }
}
