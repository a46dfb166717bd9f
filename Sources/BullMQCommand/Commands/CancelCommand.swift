import ArgumentParser
import BullMQ

/// `bullmq cancel`
struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Ask the worker of an active job to cancel it.",
        discussion: "Only workers of the Swift library with acceptsRemoteCancellation hear this.")

    @Argument(help: "The queue.")
    var queue: String
    @Argument(help: "The job's id.")
    var id: String
    @Option(help: "Handed to the job.")
    var reason: String?
    @Option(help: "How long to wait for the worker's answer.")
    var patience: DurationArgument = DurationArgument(.seconds(5))
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard patience.duration > .zero else { throw ValidationError("--patience must be positive") }
    }

    func run() async throws {
        try await connection.run { session in
            let queue = try await session.knownQueue(queue)
            do {
                _ = try await queue.state(of: id, among: [.active])
            } catch let error as BullMQError {
                session.output.complain("\(id): \(error.message)")
                throw ExitStatus.no
            }
            switch try await queue.cancel(id, reason: reason, within: patience.duration) {
            case .acknowledged(let worker):
                try session.output.answer(
                    ["cancelled": .string(id), "worker": .string(worker)], "cancelled by worker \(worker)")
            case .unanswered:
                session.output.complain("No worker answered: job \(id) ended meanwhile, or its worker does not listen.")
                throw ExitStatus.no
            }
        }
    }
}
