import ArgumentParser
import BullMQ
import Foundation

/// `bullmq events`
struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Print what happens in a queue, until interrupted.",
        discussion: """
            Each line begins with the event's id; give it to --after to go on there later. If the server goes away, this \
            waits until it is back.
            """)

    @Argument(help: "The queue.")
    var queue: String
    @Flag(help: "Begin with the oldest event that is kept.")
    var fromBeginning = false
    @Option(help: "Begin behind the event with this id.")
    var after: String?
    @Option(help: "Only events of this job.")
    var job: String?
    @Option(name: .shortAndLong, help: "End after so many.")
    var limit: Int?
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard after == nil || !fromBeginning else { throw ValidationError("Give either --after or --from-beginning.") }
        if let limit, limit < 1 { throw ValidationError("--limit must be positive") }
    }

    func run() async throws {
        try await connection.run { session in
            let position: QueueEvents.Position = after.map { .after($0) } ?? (fromBeginning ? .beginning : .now)
            // Fails early if there is no server.
            _ = try await session.knownQueue(queue)
            let events = try QueueEvents(queue, redis: session.redis, from: position, prefix: session.prefix)
            var count = 0
            for try await event in events where job == nil || event.jobID == job {
                try session.output.stream(event.jsonValue, event.line)
                count += 1
                if count == limit { return }
            }
        }
    }
}

extension QueueEvent {
    /// Name and fields as BullMQ writes them.
    private var parts: (name: String, fields: [(String, JSONValue)]) {
        func job(_ id: String) -> (String, JSONValue) { ("jobId", .string(id)) }
        func from(_ state: String?) -> [(String, JSONValue)] { state.map { [("prev", .string($0))] } ?? [] }
        switch kind {
        case .added(let id, let name): return ("added", [job(id), ("name", .string(name))])
        case .waiting(let id, let state): return ("waiting", [job(id)] + from(state))
        case .delayed(let id, let dueAt): return ("delayed", [job(id), ("delay", .integer(dueAt))])
        case .waitingChildren(let id, let state): return ("waiting-children", [job(id)] + from(state))
        case .active(let id): return ("active", [job(id)])
        case .progress(let id, let value): return ("progress", [job(id), ("data", value.parsedOrText)])
        case .completed(let id, let result): return ("completed", [job(id), ("returnvalue", result.parsedOrText)])
        case .failed(let id, let reason): return ("failed", [job(id), ("failedReason", .string(reason))])
        case .retriesExhausted(let id, let attempts):
            return ("retries-exhausted", [job(id), ("attemptsMade", .integer(Int64(attempts)))])
        case .stalled(let id): return ("stalled", [job(id)])
        case .removed(let id, let state): return ("removed", [job(id)] + from(state))
        case .duplicated(let id): return ("duplicated", [job(id)])
        case .deduplicated(let id, let deduplicationID, let dropped):
            return (
                "deduplicated",
                [
                    job(id), ("deduplicationId", .string(deduplicationID)), ("deduplicatedJobId", .string(dropped)),
                ]
            )
        case .cleaned(let count): return ("cleaned", [("count", .integer(Int64(count)))])
        case .paused: return ("paused", [])
        case .resumed: return ("resumed", [])
        case .drained: return ("drained", [])
        case .other(let name, let fields):
            return (name, fields.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
        }
    }

    fileprivate var jsonValue: JSONValue {
        let (name, fields) = parts
        return .object(JSONObject([("id", .string(id)), ("event", .string(name))] + fields))
    }

    fileprivate var line: String {
        let (name, fields) = parts
        let values = fields.map { "\($0.0)=\($0.1.stringValue ?? $0.1.serialized())" }
        return Table.printable(([id, name] + values).joined(separator: " "))
    }
}
