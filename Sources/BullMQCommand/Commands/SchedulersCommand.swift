import ArgumentParser
import BullMQ
import Foundation

/// `bullmq schedulers`
struct SchedulersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedulers", abstract: "List, define and remove job schedulers.",
        subcommands: [List.self, Set.self, Remove.self], defaultSubcommand: List.self)

    /// `bullmq schedulers list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the job schedulers of a queue.")

        @Argument(help: "The queue.")
        var queue: String
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            try await connection.run { session in
                let schedulers = try await session.knownQueue(queue).schedulers.list()
                var table = Table(
                    ("ID", .left), ("NAME", .left), ("RULE", .left), ("NEXT", .left), ("RUNS", .right), ("UNTIL", .left)
                )
                for scheduler in schedulers {
                    let runs = scheduler.iterationCount.map(String.init) ?? "-"
                    table.append(
                        scheduler.id, scheduler.name ?? "", scheduler.ruleText,
                        "\(scheduler.next.readable) (\(scheduler.next.relative()))",
                        scheduler.limit.map { "\(runs) of \($0)" } ?? runs, scheduler.endDate?.readable ?? "")
                }
                try session.output.answer(
                    .array(schedulers.map(\.jsonValue)),
                    schedulers.isEmpty ? "No schedulers in \(queue)." : table.text(width: Terminal.width))
            }
        }
    }

    /// `bullmq schedulers set`
    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set", abstract: "Define a job scheduler, or change it.",
            discussion: "The next run of one that exists is kept if only its template changes.")

        @Argument(help: "The queue.")
        var queue: String
        @Argument(help: "The scheduler's id.")
        var id: String
        @Option(help: "A cron pattern, five fields, or six with the second in front.")
        var cron: String?
        @Option(help: "The time zone of the pattern, such as Europe/Berlin; UTC by default.")
        var timeZone: String?
        @Option(help: "Run this often instead, such as 5m.")
        var every: DurationArgument?
        @Option(help: "How many runs there are in all.")
        var limit: Int?
        @Option(help: "The jobs' name; the scheduler's id by default.")
        var name: String?
        @Option(help: "The jobs' data, as JSON.")
        var data: String?
        @OptionGroup var connection: ConnectionOptions

        func validate() throws {
            guard (cron == nil) != (every == nil) else { throw ValidationError("Give either --cron or --every.") }
            guard timeZone == nil || cron != nil else { throw ValidationError("--time-zone belongs to --cron.") }
        }

        func run() async throws {
            try await connection.run { session in
                let queue = try session.queue(queue)
                var rule =
                    cron.map { RepeatRule.cron($0, timeZone: timeZone ?? "UTC") } ?? .every(every?.duration ?? .zero)
                rule.limit = limit
                let data = try data.map { try JSONText(validating: $0) } ?? .emptyObject
                let job = try await queue.schedulers.upsert(id, rule, name: name ?? id, data: data)
                try session.output.answer(
                    ["scheduler": .string(id), "next": job.map { .string($0.id) } ?? .null],
                    job.map { "next: \($0.id)" } ?? "no further run")
            }
        }
    }

    /// `bullmq schedulers remove`
    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove", abstract: "Remove job schedulers and their next runs.")

        @Argument(help: "The queue.")
        var queue: String
        @Argument(help: "Ids of schedulers.")
        var ids: [String]
        @OptionGroup var confirmation: Confirmation
        @OptionGroup var connection: ConnectionOptions

        func run() async throws {
            try await connection.run { session in
                let schedulers = try await session.knownQueue(queue).schedulers
                guard try confirmation.allows("remove \(ids.count.of("scheduler")) of \(queue)", session.output)
                else {
                    return
                }
                let outcomes = try await Outcomes.of(ids) { id in
                    let isLegacy = try await schedulers.get(id)?.isRepeatable == true
                    let existed = try await isLegacy ? schedulers.removeRepeatable(id) : schedulers.remove(id)
                    guard existed else { throw BullMQError(.missingJob, "there is no such scheduler in \(queue)") }
                }
                try outcomes.report("removed", session.output)
            }
        }
    }
}

extension JobScheduler {
    fileprivate var ruleText: String {
        if let every { return "every \(every.brief)" }
        guard let pattern else { return "?" }
        return timeZone.map { "\(pattern) (\($0))" } ?? pattern
    }

    fileprivate var jsonValue: JSONValue {
        var fields: [(String, JSONValue)] = [("key", .string(id)), ("next", next.milliseconds)]
        func add(_ name: String, _ value: JSONValue?) {
            if let value { fields.append((name, value)) }
        }
        add("name", name.map(JSONValue.string))
        add("iterationCount", iterationCount.map { .integer(Int64($0)) })
        add("pattern", pattern.map(JSONValue.string))
        add("tz", timeZone.map(JSONValue.string))
        add("every", every.map { .integer(Int64($0 / .milliseconds(1))) })
        add("offset", offset.map { .integer(Int64($0 / .milliseconds(1))) })
        add("limit", limit.map { .integer(Int64($0)) })
        add("startDate", startDate?.milliseconds)
        add("endDate", endDate?.milliseconds)
        add("data", templateData?.parsedOrText)
        return .object(JSONObject(fields))
    }
}
