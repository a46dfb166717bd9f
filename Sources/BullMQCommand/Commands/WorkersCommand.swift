import ArgumentParser
import BullMQ

/// `bullmq workers`
struct WorkersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "workers", abstract: "List the workers connected to a queue.",
        discussion: "A worker shows once it has waited for a job. Those of the Python package do not show.")

    @Argument(help: "The queue.")
    var queue: String
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.run { session in
            let workers = try await session.knownQueue(queue).workers()
            var table = Table(
                ("ID", .right), ("NAME", .left), ("ADDRESS", .left), ("CONNECTED", .left), ("IDLE", .left))
            for worker in workers {
                table.append(
                    worker.id.map(String.init) ?? "", worker.workerName ?? "", worker.address ?? "",
                    worker.age?.brief ?? "", worker.idle?.brief ?? "")
            }
            try session.output.answer(
                .array(
                    workers.map { worker in
                        .object(
                            JSONObject(
                                worker.fields.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.string($0.value)) }))
                    }),
                workers.isEmpty ? "No workers are connected to \(queue)." : table.text(width: Terminal.width))
        }
    }
}
