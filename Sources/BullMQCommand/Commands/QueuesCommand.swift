import ArgumentParser
import BullMQ

/// `bullmq queues`
struct QueuesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queues", abstract: "List the queues and how many jobs they hold.")

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.run { session in
            let names = try await Queue.names(on: session.redis, prefix: session.prefix)
            var table = CountsTable()
            var values: [JSONValue] = []
            for name in names {
                let queue = try session.queue(name)
                let counts = try await queue.counts()
                let isPaused = try await queue.isPaused()
                table.append(name, counts, isPaused: isPaused)
                values.append(["queue": .string(name), "paused": .bool(isPaused), "counts": counts.jsonValue])
            }
            session.output.answer(
                .array(values),
                names.isEmpty ? "No queues under the prefix \(session.prefix)." : table.text(width: Terminal.width))
        }
    }
}

/// Queues with their counts, one line each.
struct CountsTable {
    private var table = Table(
        ("QUEUE", .left), ("WAITING", .right), ("PRIORITIZED", .right), ("ACTIVE", .right), ("DELAYED", .right),
        ("CHILDREN", .right), ("COMPLETED", .right), ("FAILED", .right), ("", .left))

    mutating func append(_ name: String, _ counts: JobCounts, isPaused: Bool) {
        let numbers = [
            counts.waiting, counts.prioritized, counts.active, counts.delayed, counts.waitingChildren,
            counts.completed, counts.failed,
        ]
        table.append([name] + numbers.map(String.init) + [isPaused ? "paused" : ""])
    }

    func text(width: Int?) -> String { table.text(width: width) }
}
