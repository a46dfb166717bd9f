// Owns: the full key of a job, by which jobs of different queues know each other.

/// A full key taken apart: the id stands behind the last colon, the queue's name before it, and the prefix is the rest.
struct JobKey: Sendable, Hashable {
    let prefix, queue, id: String

    /// Nil if the text is no key of a job.
    init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count >= 3, !parts[parts.count - 1].isEmpty, !parts[parts.count - 2].isEmpty else { return nil }
        let prefix = parts.dropLast(2).joined(separator: ":")
        guard !prefix.isEmpty else { return nil }
        self.prefix = prefix
        queue = String(parts[parts.count - 2])
        id = String(parts[parts.count - 1])
    }
}

extension Job {
    /// The full key of the job in Redis, by which its parent and its children know it: `bull:media-jobs:42`.
    public var key: String { store.keys.job(id) }
}
