import ArgumentParser
import BullMQ

/// `bullmq pause`
struct PauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause", abstract: "Let all workers of a queue take no more jobs; running ones go on.")

    @OptionGroup var target: PauseTarget

    func run() async throws {
        try await target.change(isPaused: true) { queue in
            try await queue.pause()
            return "\(queue.name) is paused"
        }
    }
}

/// `bullmq resume`
struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Let the workers of a paused queue go on.")

    @OptionGroup var target: PauseTarget

    func run() async throws {
        try await target.change(isPaused: false) { queue in
            try await queue.resume()
            return "\(queue.name) goes on"
        }
    }
}

/// The queue that is paused or resumed. Neither asks first: each undoes the other.
struct PauseTarget: ParsableArguments {
    @Argument(help: "The queue.")
    var queue: String
    @OptionGroup var connection: ConnectionOptions

    /// - Parameter deed: changes the queue, and says so.
    func change(isPaused: Bool, _ deed: (Queue) async throws -> String) async throws {
        try await connection.run { session in
            let queue = try await session.knownQueue(queue)
            let text = try await deed(queue)
            try session.output.answer(["queue": .string(queue.name), "paused": .bool(isPaused)], text)
        }
    }
}
