import ArgumentParser
import BullMQ
import Foundation

/// `bullmq job`
struct JobCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "job", abstract: "Show everything about a job: also why it does not run, and its children.")

    @Argument(help: "The queue.")
    var queue: String
    @Argument(help: "The job's id.")
    var id: String
    @Option(help: "At most so many rows of its log, the newest.")
    var logLines = 20
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard logLines >= 0 else { throw ValidationError("--log-lines must not be negative") }
    }

    func run() async throws {
        try await connection.run { session in
            let queue = try await session.knownQueue(queue)
            guard let job = try await queue.job(id) else {
                let explanation = try await queue.explain(id)
                session.output.complain(
                    explanation.reasons == [.missing]
                        ? "There is no job \(id) in \(queue.name)." : explanation.description)
                throw ExitStatus.no
            }
            let flows = try FlowProducer(redis: session.redis, options: FlowProducerOptions(prefix: session.prefix))
            async let explanation = queue.explain(id)
            async let logs = queue.logs(of: id, range: 0..<logLines, order: .newestFirst)
            async let flow = flows.flow(id: id, queue: queue.name)
            var tree: JobTree?
            if let flow = try await flow { tree = try await JobTree.reading(flow) }
            let report = JobReport(
                job: job, explanation: try await explanation, logs: try await logs, tree: tree)
            try session.output.answer(report.jsonValue, report.text)
        }
    }
}

/// A job as a person reads it.
struct JobReport {
    let job: Job
    let explanation: JobExplanation
    let logs: (rows: [String], count: Int)
    let tree: JobTree?

    var jsonValue: JSONValue {
        guard case .object(var object) = job.jsonValue(state: explanation.state) else { return .null }
        object["explanation"] = .string(explanation.description)
        if let tree, !tree.children.isEmpty { object["children"] = tree.jsonValues }
        object["logs"] = .array(logs.rows.map(JSONValue.string))
        object["logCount"] = .integer(Int64(logs.count))
        return .object(object)
    }

    var text: String {
        var lines = ["\(job.name) \(job.id) of \(job.queueName)"]
        func line(_ title: String, _ value: String?) {
            guard let value, !value.isEmpty else { return }
            lines.append("  \(title.padding(toLength: 14, withPad: " ", startingAt: 0)) \(Table.printable(value))")
        }
        line("state", explanation.state?.rawValue ?? "in no state")
        line("that is", explanation.reasons.isEmpty ? nil : explanation.summary)
        line("added", "\(job.timestamp.readable) (\(job.timestamp.relative()))")
        line("delay", job.delay > .zero ? job.delay.brief : nil)
        line("priority", job.priority > 0 ? "\(job.priority)" : nil)
        line(
            "attempts",
            "\(job.attemptsMade) made of \(max(job.options.attempts ?? 1, 1)), \(job.attemptsStarted) started")
        line("stalled", job.stalledCount > 0 ? "\(job.stalledCount) times" : nil)
        line("started", job.processedOn.map { "\($0.readable) (\($0.relative()))" })
        line("finished", job.finishedOn.map { "\($0.readable) (\($0.relative()))" })
        line("worker", job.processedBy)
        line("progress", job.progress.text == "0" ? nil : job.progress.text)
        line("data", job.data.text)
        line("result", job.returnValue?.text)
        line("failed because", job.failedReason)
        line("will fail", job.deferredFailure)
        line("parent", job.parentKey)
        line("deduplication", job.deduplicationID)
        line("scheduler", job.schedulerID)
        for (index, trace) in job.stackTrace.enumerated() {
            lines.append("  attempt \(index + 1)")
            lines += trace.split(separator: "\n").map { "    \(Table.printable(String($0)))" }
        }
        if !logs.rows.isEmpty {
            lines.append("  log (\(logs.rows.count) of \(logs.count) rows)")
            lines += logs.rows.map { "    \(Table.printable($0))" }
        }
        if let below = tree?.lines(), !below.isEmpty {
            lines.append("  children")
            lines += below.map { "    \(Table.printable($0))" }
        }
        return lines.joined(separator: "\n")
    }
}

extension JobExplanation {
    /// The description without what stands beside it anyway.
    fileprivate var summary: String {
        description.split(separator: ": ", maxSplits: 1).last.map(String.init) ?? description
    }
}
