import ArgumentParser
import BullMQ
import Foundation

/// `bullmq jobs`
struct JobsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "jobs", abstract: "List the jobs of a queue, a page at a time.")

    @Argument(help: "The queue.")
    var queue: String
    @Option(name: .shortAndLong, parsing: .upToNextOption, help: "States; all by default.")
    var state: [StateArgument] = []
    @Option(help: "Only jobs of this name. Those of others still count for --limit and --offset.")
    var name: String?
    @Option(name: .shortAndLong, help: "At most so many of each state.")
    var limit = 20
    @Option(help: "Skip so many of each state.")
    var offset = 0
    @Flag(help: "Begin at the other end: by default with what runs next, or finished last.")
    var reverse = false
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard limit > 0, offset >= 0 else { throw ValidationError("--limit must be positive, --offset not negative") }
        guard offset <= Int.max - limit else { throw ValidationError("--offset is too large") }
    }

    func run() async throws {
        try await connection.run { session in
            let queue = try await session.knownQueue(queue)
            var table = Table(
                ("ID", .left), ("NAME", .left), ("STATE", .left), ("ATTEMPTS", .right), ("WHEN", .left), ("DATA", .left)
            )
            var values: [JSONValue] = []
            let states = state.isEmpty ? JobState.allCases : state.map(\.state)
            let pages = try await states.reading { [range = offset..<(offset + limit), reverse] state in
                let order = reverse ? state.usualOrder.reversed : state.usualOrder
                return try await queue.jobs(in: [state], range: range, order: order)
            }
            for (state, page) in zip(states, pages) {
                for job in page where name == nil || job.name == name {
                    values.append(job.jsonValue(state: state))
                    table.append(
                        job.id, job.name, state.rawValue,
                        "\(job.attemptsMade)/\(max(job.options.attempts ?? 1, 1))", job.time(in: state),
                        job.failedReason.flatMap { state == .failed ? $0 : nil } ?? String(job.data.text.prefix(300)))
                }
            }
            try session.output.answer(
                .array(values), values.isEmpty ? "No such jobs." : table.text(width: Terminal.width))
        }
    }
}

extension JobState {
    /// What one wants to see first.
    fileprivate var usualOrder: JobOrder { self == .completed || self == .failed ? .newestFirst : .oldestFirst }
}

extension JobOrder {
    fileprivate var reversed: JobOrder { self == .newestFirst ? .oldestFirst : .newestFirst }
}

extension Job {
    /// The time that matters in a state.
    func time(in state: JobState) -> String {
        switch state {
        case .completed, .failed: finishedOn.map { "finished \($0.relative())" } ?? ""
        case .active: processedOn.map { "started \($0.relative())" } ?? ""
        case .delayed: "due \((timestamp + TimeInterval(delay / .seconds(1))).relative())"
        case .prioritized, .waiting, .waitingChildren: "added \(timestamp.relative())"
        }
    }
}
