import ArgumentParser
import BullMQ

/// `bullmq verify`
struct VerifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check that the keys of a queue are in order; --repair mends what is not.",
        discussion: """
            Safe while the queue is in use. Without --repair nothing is changed. Ends with 1 if something is wrong and \
            was not mended.
            """)

    @Argument(help: "The queue.")
    var queue: String
    @Flag(help: "Mend what was found.")
    var repair = false
    @Option(help: "At most so many findings.")
    var limit = 10_000
    @OptionGroup var confirmation: Confirmation
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be positive") }
        guard repair || !(confirmation.yes || confirmation.dryRun) else {
            throw ValidationError("--yes and --dry-run belong to --repair.")
        }
    }

    func run() async throws {
        try await connection.run { session in
            let queue = try await session.knownQueue(queue)
            let report = try await report(on: queue, session.output)
            var lines = [Table.printableLines(report.description)]
            var mended: [QueueFinding] = []
            if repair, !report.isClean {
                if !confirmation.dryRun, !confirmation.yes {
                    // Who is asked sees what it is about.
                    session.output.note(lines.removeFirst())
                    _ = try confirmation.allows("mend \(report.findings.count.of("finding"))", session.output)
                }
                mended = try await report.repair(dryRun: confirmation.dryRun)
                lines.append("\(confirmation.dryRun ? "would be mended" : "mended"): \(mended.count)")
            }
            try session.output.answer(
                [
                    "queue": .string(queue.name), "examined": .integer(Int64(report.examined)),
                    "findings": .array(report.findings.map(\.jsonValue)), "complete": .bool(!report.isTruncated),
                    confirmation.dryRun ? "mendable" : "mended": .array(mended.map(\.jsonValue)),
                ],
                lines.joined(separator: "\n"))
            // What was found and not mended was in order again when it was to be mended, unless nothing was to be.
            if !report.isClean, !repair || confirmation.dryRun { throw ExitStatus.no }
        }
    }

    private func report(on queue: Queue, _ output: Output) async throws -> VerificationReport {
        var bar: ProgressBar?
        var examined = 0
        for try await step in queue.verification(limit: limit) {
            switch step {
            case .progress(let progress):
                var current = bar ?? ProgressBar("verifying", total: progress.expected, output)
                current.advance(by: progress.examined - examined)
                examined = progress.examined
                bar = current
            case .report(let report):
                bar?.finish()
                return report
            }
        }
        throw ExitStatus.unexpected
    }
}

extension QueueFinding {
    fileprivate var jsonValue: JSONValue {
        [
            "kind": .string(kind.rawValue), "severity": .string("\(severity)"), "subject": .string(subject),
            "detail": .string(detail), "remedy": .string(remedy),
        ]
    }
}
