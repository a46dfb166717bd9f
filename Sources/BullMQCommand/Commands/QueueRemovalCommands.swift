// Owns: the commands that remove jobs of a queue by the many.

import ArgumentParser
import BullMQ

/// `bullmq clean`
struct CleanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clean", abstract: "Remove old jobs of one state.",
        discussion: "Active jobs are removed only if no worker holds them; the next run of a scheduler stays.")

    @Argument(help: "The queue.")
    var queue: String
    @Option(name: .shortAndLong, help: "The state.")
    var state: StateArgument = StateArgument(.completed)
    @Option(help: "Only jobs older than this.")
    var olderThan: DurationArgument = DurationArgument(.zero)
    @Option(help: "At most so many.")
    var limit: Int?
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be positive") }
        guard state.state != .waitingChildren else {
            throw ValidationError("Jobs that wait for children cannot be cleaned; remove them one by one.")
        }
    }

    func run() async throws {
        try await connection.run { session in
            let queue = try await session.knownQueue(queue)
            let count = min(try await queue.count(of: [state.state]), limit ?? .max)
            let age = olderThan.duration > .zero ? " that are older than \(olderThan.duration.brief)" : ""
            guard
                try confirmation.allows(
                    "remove up to \(count.of("\(state.state.rawValue) job")) of \(queue.name)\(age)", session.output)
            else { return }
            var bar = ProgressBar("cleaning", total: count, session.output)
            var removed = 0
            while removed < limit ?? .max {
                let chunk = min(1000, (limit ?? .max) - removed)
                let ids = try await queue.clean(state.state, olderThan: olderThan.duration, limit: chunk)
                removed += ids.count
                bar.advance(by: ids.count)
                if ids.count < chunk { break }
            }
            bar.finish()
            try session.output.answer(["removed": .integer(Int64(removed))], "removed: \(removed)")
        }
    }
}

/// `bullmq drain`
struct DrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain", abstract: "Remove every job that waits to run.")

    @Argument(help: "The queue.")
    var queue: String
    @Flag(help: "Delayed jobs too.")
    var delayed = false
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.run { session in
            let queue = try await session.knownQueue(queue)
            let states: Set<JobState> = delayed ? [.waiting, .prioritized, .delayed] : [.waiting, .prioritized]
            let before = try await queue.count(of: states)
            guard
                try confirmation.allows(
                    "remove \(before.of(delayed ? "waiting or delayed job" : "waiting job")) of \(queue.name)",
                    session.output)
            else { return }
            try await queue.drain(includingDelayed: delayed)
            // Jobs may have been added meanwhile.
            let removed = max(0, before - (try await queue.count(of: states)))
            try session.output.answer(["removed": .integer(Int64(removed))], "removed: \(removed)")
        }
    }
}

/// `bullmq obliterate`
struct ObliterateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "obliterate", abstract: "Remove a queue and everything in it, for good.")

    @Argument(help: "The queue.")
    var queue: String
    @Flag(help: "Also while jobs are active.")
    var force = false
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.run { session in
            let queue = try await session.knownQueue(queue)
            let counts = try await queue.counts()
            let count = JobState.allCases.reduce(0) { $0 + counts[$1] }
            guard
                try confirmation.allows(
                    "remove the queue \(queue.name) with its \(count.of("job")) for good", session.output)
            else { return }
            try await queue.obliterate(force: force)
            try session.output.answer(["obliterated": .string(queue.name)], "\(queue.name) is gone")
        }
    }
}
