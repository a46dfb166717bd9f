import ArgumentParser
import BullMQ
import Foundation

/// `bullmq add`
struct AddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a job, or many from standard input.",
        discussion: """
            The data is JSON and is stored as given. With --lines each line of standard input is the data of a job of \
            its own, added in chunks of 1000.
            """)

    @Argument(help: "The queue.")
    var queue: String
    @Argument(help: "The job's name.")
    var name: String
    @Argument(help: "The data, as JSON; - reads standard input. Default {}.")
    var data: String?
    @Flag(help: "Each line of standard input is the data of a job.")
    var lines = false
    @Option(help: "The job's id.")
    var id: String?
    @Option(help: "Run no earlier than this.")
    var delay: DurationArgument?
    @Option(help: "1 (first) to 2097151 (last); without it a job runs before all that have one.")
    var priority: Int?
    @Flag(help: "Put it at the front of the line.")
    var lifo = false
    @Option(help: "How often it is tried.")
    var attempts: Int?
    @Option(help: "Pause before the second attempt, doubled for each further one.")
    var backoff: DurationArgument?
    @Option(help: "Keep only so many completed jobs; 0 removes it at its end.")
    var keepCompleted: Int?
    @Option(help: "Keep only so many failed jobs; 0 removes it at its end.")
    var keepFailed: Int?
    @Option(help: "Deduplication id: dropped while a job with the same one is unfinished.")
    var deduplicate: String?
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard !lines || (data == nil && id == nil) else {
            throw ValidationError("--lines takes the data from standard input, and gives each job an id of its own")
        }
    }

    private var options: JobOptions {
        var options = JobOptions()
        options.jobID = id
        options.delay = delay?.duration
        options.priority = priority
        options.lifo = lifo ? true : nil
        options.attempts = attempts
        options.backoff = backoff.map { .exponential($0.duration) }
        options.removeOnComplete = keepCompleted.map { .keep(count: $0) }
        options.removeOnFail = keepFailed.map { .keep(count: $0) }
        options.deduplication = deduplicate.map { .simple(id: $0) }
        return options
    }

    func run() async throws {
        try await connection.run { session in
            let queue = try session.queue(queue)
            if lines { return try await addLines(to: queue, session.output) }
            let job = try await queue.add(name: name, data: try Self.json(of: data), options: options)
            try session.output.answer(["id": .string(job.id), "queue": .string(queue.name)], job.id)
        }
    }

    private static func json(of data: String?) throws -> JSONText {
        guard let data else { return .emptyObject }
        guard data == "-" else { return try JSONText(validating: data) }
        return try JSONText(validating: try FileHandle.standardInput.readToEnd() ?? Data())
    }

    private func addLines(to queue: Queue, _ output: Output) async throws {
        let input = InputLines()
        var count = 0
        var number = 0
        var chunk: [BulkJob] = []
        do {
            while let line = try input.next() {
                number += 1
                guard !line.allSatisfy(\.isJSONSpace) else { continue }
                chunk.append(BulkJob(name: name, data: try JSONText(validating: line), options: options))
                if chunk.count == 1000 {
                    count += try await queue.addBulk(chunk).count
                    chunk = []
                }
            }
            count += try await queue.addBulk(chunk).count
        } catch let error as JSONError {
            output.complain("line \(number): \(error); \(count.of("job")) added before it")
            throw ExitStatus.usage
        } catch {
            output.note("\(count.of("job")) added before this:")
            throw error
        }
        try output.answer(["added": .integer(Int64(count)), "queue": .string(queue.name)], "\(count.of("job")) added")
    }
}

extension UInt8 {
    fileprivate var isJSONSpace: Bool {
        self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") || self == UInt8(ascii: "\r")
    }
}
