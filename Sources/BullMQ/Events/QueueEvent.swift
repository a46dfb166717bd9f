/// One entry of a queue's event stream (protocol: keys, section 16; client, section 13.2).
public struct QueueEvent: Sendable {
    /// What happened.
    public enum Kind: Sendable, Hashable {
        /// A job was stored.
        case added(jobID: String, name: String)
        /// A job is ready to run; `from` is the state it was in before, if it was in one.
        case waiting(jobID: String, from: String?)
        /// A job waits for its time.
        case delayed(jobID: String, dueAt: Int64)
        /// A job waits for its children.
        case waitingChildren(jobID: String, from: String?)
        /// A job was taken.
        case active(jobID: String)
        /// A job reported progress.
        case progress(jobID: String, JSONText)
        /// A job completed.
        case completed(jobID: String, result: JSONText)
        /// A job failed for good.
        case failed(jobID: String, reason: String)
        /// A failed job had used all its attempts.
        case retriesExhausted(jobID: String, attemptsMade: Int)
        /// A job was recovered from a worker that vanished.
        case stalled(jobID: String)
        /// A job was removed; `from` names the structure it was in.
        case removed(jobID: String, from: String?)
        /// A job with an id that exists was added again.
        case duplicated(jobID: String)
        /// A job was dropped, or replaced, as a duplicate.
        case deduplicated(jobID: String, deduplicationID: String, dropped: String)
        /// Jobs were cleaned.
        case cleaned(count: Int)
        /// The queue was paused.
        case paused
        /// The queue was resumed.
        case resumed
        /// Nothing is left to run.
        case drained
        /// Anything else: events published by applications, or by newer clients.
        case other(name: String, fields: [String: String])
    }

    /// The entry's id in the stream: where to go on later, see ``QueueEvents/Position``.
    public let id: String
    /// What happened.
    public let kind: Kind

    init?(id: String, fields: [RESPValue]) {
        var values: [String: String] = [:]
        for index in stride(from: 0, to: fields.count - 1, by: 2) {
            guard let key = fields[index].string, let value = fields[index + 1].string else { return nil }
            values[key] = value
        }
        guard let name = values.removeValue(forKey: "event") else { return nil }
        self.id = id
        kind = Kind(name: name, values)
    }

    /// The job concerned, if it is one.
    public var jobID: String? {
        switch kind {
        case .added(let id, _), .waiting(let id, _), .delayed(let id, _), .waitingChildren(let id, _), .active(let id),
            .progress(let id, _), .completed(let id, _), .failed(let id, _), .retriesExhausted(let id, _),
            .stalled(let id),
            .removed(let id, _), .duplicated(let id), .deduplicated(let id, _, _):
            id
        case .other(_, let fields): fields["jobId"]
        case .cleaned, .paused, .resumed, .drained: nil
        }
    }
}

extension QueueEvent.Kind {
    fileprivate init(name: String, _ fields: [String: String]) {
        let jobID = fields["jobId"]
        switch (name, jobID) {
        case ("added", let id?): self = .added(jobID: id, name: fields["name"] ?? "")
        case ("waiting", let id?): self = .waiting(jobID: id, from: fields["prev"])
        case ("delayed", let id?):
            self = .delayed(
                jobID: id, dueAt: fields["delay"].flatMap(Double.init).map(Int64.init(clampingToRange:)) ?? 0)
        case ("waiting-children", let id?): self = .waitingChildren(jobID: id, from: fields["prev"])
        case ("active", let id?): self = .active(jobID: id)
        case ("progress", let id?): self = .progress(jobID: id, JSONText(unchecked: fields["data"] ?? "null"))
        case ("completed", let id?):
            self = .completed(jobID: id, result: JSONText(unchecked: fields["returnvalue"] ?? "null"))
        case ("failed", let id?): self = .failed(jobID: id, reason: fields["failedReason"] ?? "")
        case ("retries-exhausted", let id?):
            self = .retriesExhausted(jobID: id, attemptsMade: fields["attemptsMade"].flatMap { Int($0) } ?? 0)
        case ("stalled", let id?): self = .stalled(jobID: id)
        case ("removed", let id?): self = .removed(jobID: id, from: fields["prev"])
        case ("duplicated", let id?): self = .duplicated(jobID: id)
        case ("deduplicated", let id?):
            self = .deduplicated(
                jobID: id, deduplicationID: fields["deduplicationId"] ?? "", dropped: fields["deduplicatedJobId"] ?? "")
        case ("cleaned", _): self = .cleaned(count: fields["count"].flatMap { Int($0) } ?? 0)
        case ("paused", _): self = .paused
        case ("resumed", _): self = .resumed
        case ("drained", _): self = .drained
        default: self = .other(name: name, fields: fields)
        }
    }
}
