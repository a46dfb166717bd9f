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
            let answers = try await names.map(session.queue).reading { queue in
                async let meta = queue.meta()
                return (counts: try await queue.counts(), isPaused: try await meta.isPaused)
            }
            for (name, answer) in zip(names, answers) {
                table.append(name, answer.counts, isPaused: answer.isPaused)
                values.append(
                    ["queue": .string(name), "paused": .bool(answer.isPaused), "counts": answer.counts.jsonValue])
            }
            try session.output.answer(
                .array(values),
                names.isEmpty ? "No queues under the prefix \(session.prefix)." : table.text(width: Terminal.width))
        }
    }
}

/// Queues with their counts, one line each.
struct CountsTable {
    private var table = Table(
        ("QUEUE", .left), ("WAITING", .right), ("PRIORITIZED", .right), ("ACTIVE", .right), ("DELAYED", .right),
        ("CHILDREN", .right), ("COMPLETED", .right), ("FAILED", .right), ("STATUS", .left))

    mutating func append(_ name: String, _ counts: JobCounts, isPaused: Bool) {
        let numbers = [
            counts.waiting, counts.prioritized, counts.active, counts.delayed, counts.waitingChildren,
            counts.completed, counts.failed,
        ]
        table.append([name] + numbers.map(String.init) + [isPaused ? "paused" : ""])
    }

    func text(width: Int?) -> String { table.text(width: width) }
}
