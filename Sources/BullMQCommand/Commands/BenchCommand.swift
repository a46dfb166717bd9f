import ArgumentParser
import BullMQ
import Foundation

/// `bullmq bench`
struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure adding and processing on this server.",
        discussion: "Uses a queue of its own, which is removed afterwards. The server should have nothing else to do.")

    @Option(name: .shortAndLong, help: "Jobs.")
    var jobs = 20_000
    @Option(name: .shortAndLong, help: "Jobs processed at a time.")
    var concurrency = 50
    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard jobs > 0, concurrency > 0 else { throw ValidationError("--jobs and --concurrency must be positive") }
    }

    func run() async throws {
        try await connection.run { session in
            let queue = try session.queue("bench-\(UUID().uuidString.lowercased())")
            let work = Task { try await measure(queue, session) }
            // Who interrupts it does not expect a queue full of jobs to stay.
            let interruption = Interruption { work.cancel() }
            let result = await work.result
            do {
                try await queue.obliterate(force: true)
            } catch {
                session.output.complain("The queue \(queue.name) could not be removed, see obliterate.")
                _ = try result.get()
                throw error
            }
            if let status = interruption.status { throw status }
            let figures = try result.get()
            try session.output.answer(figures.jsonValue, figures.text)
        }
    }

    private func measure(_ queue: Queue, _ session: Session) async throws -> BenchResult {
        var bar = ProgressBar("adding", total: jobs, session.output)
        let options = JobOptions(removeOnComplete: .keep(count: 0))
        let additions = try await ContinuousClock().measure {
            for start in stride(from: 0, to: jobs, by: 1000) {
                let count = min(1000, jobs - start)
                try await queue.addBulk((0..<count).map { _ in BulkJob(name: "bench", options: options) })
                bar.advance(by: count)
            }
        }
        bar.finish()
        bar = ProgressBar("processing", total: jobs, session.output)
        let (progress, feed) = AsyncStream.makeStream(of: Void.self)
        let worker = try Worker(
            queue.name, redis: session.redis, options: WorkerOptions(prefix: session.prefix, concurrency: concurrency)
        ) {
            Handler { _ in
                feed.yield()
                return .null
            }
        }
        let clock = ContinuousClock()
        let start = clock.now
        let work = Task { try await worker.run() }
        var done = 0
        for await _ in progress {
            done += 1
            bar.advance(by: 1)
            if done == jobs { break }
        }
        let processing = start.duration(to: clock.now)
        await worker.close()
        try await work.value
        bar.finish()
        try Task.checkCancellation()
        return BenchResult(jobs: jobs, concurrency: concurrency, additions: additions, processing: processing)
    }
}

/// What was measured.
struct BenchResult {
    let jobs: Int
    let concurrency: Int
    let additions: Duration
    let processing: Duration

    private func pace(_ duration: Duration) -> Int { Int(Double(jobs) / max(duration / .seconds(1), 1e-6)) }

    var jsonValue: JSONValue {
        [
            "jobs": .integer(Int64(jobs)), "concurrency": .integer(Int64(concurrency)),
            "addedPerSecond": .integer(Int64(pace(additions))),
            "processedPerSecond": .integer(Int64(pace(processing))),
        ]
    }

    var text: String {
        """
        added      \(pace(additions)) jobs/s (\(jobs) in bulks of 1000)
        processed  \(pace(processing)) jobs/s (\(concurrency) at a time)
        """
    }
}
