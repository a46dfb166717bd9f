import BullMQ

/// What a command works with.
struct Session {
    let redis: Redis
    let prefix: String
    let output: Output

    /// A queue, whether anybody knows it or not.
    func queue(_ name: String) throws -> Queue {
        try Queue(name, redis: redis, options: QueueOptions(prefix: prefix, skipsMetadataUpdate: true))
    }

    /// A queue that should exist already. One that nobody used yet looks like an empty one, so the user is told: the
    /// name or the prefix may be another one.
    func knownQueue(_ name: String) async throws -> Queue {
        let queue = try queue(name)
        if try await queue.meta().fields.isEmpty { noteUnknown(name) }
        return queue
    }

    func noteUnknown(_ name: String) {
        output.note("Nobody has used a queue \(name) under the prefix \(prefix) so far.")
    }
}
