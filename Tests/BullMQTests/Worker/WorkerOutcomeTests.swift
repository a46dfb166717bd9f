// Owns: how a job ends, for everything a handler can do, against a real Redis.

import BullMQTesting
import FoundationEssentials
import LiveTesting
import Testing

@testable import BullMQ

private struct Parcel: Codable, Sendable, Hashable {
    var address: String
    var grams: Int
}

private let weigh = JobType<Parcel, Int>("weigh", defaults: JobOptions(attempts: 1))

private struct Mishap: Error, CustomStringConvertible {
    var description = "out of paper"
}

@Suite("A job in a worker", .live, .timeLimit(.minutes(3)))
struct WorkerOutcomeTests {
    @Test("is decoded, handled, and its result stored and announced")
    func typed() async throws {
        let live = try await LiveQueue.make()
        let job = try await live.queue.add(weigh, Parcel(address: "Äußere Straße 1", grams: 250))
        try await live.withWorker(WorkerOptions(name: "scales")) {
            Handler(weigh) { job in job.payload.grams * 2 }
        } _: { running async throws in
            #expect(try await job.result(events: live.events) == 500)
            try await running.drained()
        }
        let stored = try await live.stored(job.job.id)
        #expect(try await live.queue.state(of: stored.id) == .completed)
        #expect(stored.returnValue?.text == "500")
        #expect(stored.attemptsMade == 1)
        #expect(stored.attemptsStarted == 1)
        #expect(stored.processedBy == "scales")
        #expect(stored.failedReason == nil)
        let finished = try #require(stored.finishedOn)
        let processed = try #require(stored.processedOn)
        #expect(stored.timestamp <= processed && processed <= finished)
        #expect(
            try await live.history()
                == ["added:1", "waiting:1", "active:1", "completed:1", "drained"])
        #expect(try await live.send("EXISTS", live.key("1:lock")).integer == 0)
    }

    @Test("may be handled as raw JSON by a handler for every name")
    func raw() async throws {
        let live = try await LiveQueue.make()
        let job = try await live.queue.add(name: "echo", data: JSONText(validating: #"{"b": 1.50,"a":[]}"#))
        try await live.withWorker {
            Handler { job in job.data }
        } _: { _ async throws in
            #expect(try await live.ending(of: job).text == #"{"b": 1.50,"a":[]}"#)
        }
    }

    @Test("fails for good if no handler has its name, and says which there are")
    func unknownName() async throws {
        let live = try await LiveQueue.make()
        let job = try await live.add("fold", JobOptions(attempts: 5))
        try await live.withWorker {
            Handler(weigh) { _ in 1 }
            Handler(named: "stamp") { _ in .null }
        } _: { _ async throws in
            #expect(
                try await live.failure(of: job)
                    == "No handler for jobs named \"fold\"; this worker handles: stamp, weigh")
        }
        #expect(try await live.stored(job.id).attemptsMade == 1)
    }

    @Test("fails for good if its data cannot be decoded")
    func undecodable() async throws {
        let live = try await LiveQueue.make()
        let job = try await live.queue.add(
            name: "weigh", data: JSONText(validating: #"{"grams":1}"#), options: JobOptions(attempts: 5))
        try await live.withWorker {
            Handler(weigh) { _ in 1 }
        } _: { _ async throws in
            let reason = try await live.failure(of: job)
            #expect(reason.hasPrefix("The data of job 1 (weigh) cannot be decoded:"), "\(reason)")
            #expect(reason.contains("address"), "\(reason)")
        }
    }

    @Test(
        "is tried again until its attempts are used up, with every kind of pause",
        arguments: [
            nil, .fixed(.milliseconds(20)), .exponential(.milliseconds(10)),
            .exponential(.milliseconds(20), jitter: 0.5),
            .custom("soon"),
        ] as [Backoff?])
    func retries(backoff: Backoff?) async throws {
        let live = try await LiveQueue.make()
        let job = try await live.add("print", JobOptions(attempts: 3, backoff: backoff))
        let strategy: WorkerOptions.BackoffStrategy = { attempt, type, error, _ in
            type == "soon" && error is Mishap ? .milliseconds(attempt) : nil
        }
        try await live.withWorker(WorkerOptions(backoff: strategy)) {
            Handler(named: "print") { job in throw Mishap(description: "out of paper \(job.attemptsStarted)") }
        } _: { running async throws in
            #expect(try await live.failure(of: job) == "out of paper 3")
            let attempts = try await running.log.first("the third failed attempt") { event -> Job? in
                if case .failed(let job, _) = event, job.attemptsStarted == 3 { job } else { nil }
            }
            #expect(attempts.attemptsMade == 2)
        }
        let stored = try await live.stored(job.id)
        #expect(stored.attemptsMade == 3)
        #expect(stored.attemptsStarted == 3)
        #expect(stored.stackTrace == (1...3).map { "Mishap: out of paper \($0)" })
        let between = backoff == nil ? ["waiting:1"] : ["delayed:1", "waiting:1"]
        #expect(
            try await live.history()
                == ["added:1", "waiting:1", "active:1"] + between + ["active:1"] + between
                + ["active:1", "failed:1", "retries-exhausted:1", "drained"])
    }

    @Test("completes when a later attempt succeeds, and keeps the story of the earlier ones")
    func recovery() async throws {
        let live = try await LiveQueue.make()
        let job = try await live.add("print", JobOptions(attempts: 2, stackTraceLimit: 5))
        try await live.withWorker {
            Handler(named: "print") { job in
                guard job.attemptsMade == 1 else { throw Mishap() }
                return JSONText(.string(job.failedReason ?? ""))
            }
        } _: { _ async throws in
            #expect(try await live.ending(of: job).text == #""out of paper""#)
        }
        #expect(try await live.stored(job.id).stackTrace.count == 1)
    }

    @Test(
        "keeps only as many stack traces as it may",
        arguments: [(0, []), (1, ["Mishap: 3"]), (2, ["Mishap: 2", "Mishap: 3"])])
    func stackTraceLimit(limit: Int, kept: [String]) async throws {
        let live = try await LiveQueue.make()
        let job = try await live.add("print", JobOptions(attempts: 3, stackTraceLimit: limit))
        try await live.withWorker {
            Handler { job in throw Mishap(description: "\(job.attemptsStarted)") }
        } _: { _ async throws in
            _ = try await live.failure(of: job)
        }
        #expect(try await live.stored(job.id).stackTrace == kept)
    }

    @Test("fails without further attempts when the handler says so, or discarded it")
    func unrecoverable() async throws {
        let live = try await LiveQueue.make()
        let hopeless = try await live.add("hopeless", JobOptions(attempts: 9))
        let discarded = try await live.add("discarded", JobOptions(attempts: 9))
        try await live.withWorker {
            Handler(named: "hopeless") { _ in throw JobOutcome.unrecoverable("no such printer") }
            Handler(named: "discarded") { job in
                job.discard()
                throw Mishap()
            }
        } _: { _ async throws in
            #expect(try await live.failure(of: hopeless) == "no such printer")
            #expect(try await live.failure(of: discarded) == "out of paper")
        }
        #expect(try await live.stored(hopeless.id).attemptsMade == 1)
        #expect(try await !live.history().contains { $0.hasPrefix("retries-exhausted") })
    }

    @Test("fails if nobody knows its back-off type, or the strategy gives up", arguments: [true, false])
    func backoffGivesUp(hasStrategy: Bool) async throws {
        let live = try await LiveQueue.make()
        let job = try await live.add("print", JobOptions(attempts: 3, backoff: .custom("lunar")))
        let givesUp: WorkerOptions.BackoffStrategy = { _, _, _, _ in nil }
        try await live.withWorker(WorkerOptions(backoff: hasStrategy ? givesUp : nil)) {
            Handler { _ in throw Mishap() }
        } _: { _ async throws in
            #expect(try await live.failure(of: job) == "out of paper")
        }
        #expect(try await live.stored(job.id).attemptsMade == 1)
    }

    @Test(
        "runs again after a delay it asked for, or back in line, without counting an attempt", arguments: [true, false])
    func movedByHandler(isDelayed: Bool) async throws {
        let live = try await LiveQueue.make()
        let job = try await live.add("print", JobOptions(attempts: 1))
        try await live.withWorker {
            Handler { job in
                guard job.attemptsStarted == 1 else { return JSONText(.integer(Int64(job.attemptsMade))) }
                try await job.updateData(["step": 2])
                throw isDelayed ? JobOutcome.delay(for: .milliseconds(30)) : JobOutcome.backToWait
            }
        } _: { _ async throws in
            #expect(try await live.ending(of: job).text == "0")
        }
        let stored = try await live.stored(job.id)
        #expect(stored.attemptsMade == 1)
        #expect(stored.attemptsStarted == 2)
        #expect(stored.data.text == #"{"step":2}"#)
    }

    @Test("waits for its children and then goes on with their results")
    func children() async throws {
        let live = try await LiveQueue.make()
        let parent = try await live.add("parent")
        try await live.withWorker {
            Handler(named: "parent") { job in
                let values = try await job.childrenValues()
                if values.isEmpty {
                    try await live.add("child", JobOptions(parent: live.queue.reference(to: job)))
                    throw JobOutcome.waitForChildren
                }
                return values.values.first ?? .null
            }
            Handler(named: "child") { _ in JSONText(.string("grown")) }
        } _: { _ async throws in
            #expect(try await live.ending(of: parent).text == #""grown""#)
        }
        #expect(try await live.history().contains("waiting-children:1"))
        #expect(try await live.stored("1").attemptsStarted == 2)
    }

    @Test("runs again at once if it wants to wait for children that do not exist")
    func noChildren() async throws {
        let live = try await LiveQueue.make()
        let parent = try await live.add("parent")
        try await live.withWorker {
            Handler { job in
                if job.attemptsStarted == 1 { throw JobOutcome.waitForChildren }
                return .null
            }
        } _: { _ async throws in
            _ = try await live.ending(of: parent)
        }
        #expect(try await live.stored(parent.id).attemptsMade == 1)
    }

    @Test("fails if it completes, or waits, although one of its children failed", arguments: [true, false])
    func failedChild(waits: Bool) async throws {
        let live = try await LiveQueue.make()
        let parent = try await live.add("parent", JobOptions(attempts: 3))
        try await live.withWorker(WorkerOptions(concurrency: 2)) {
            Handler(named: "parent") { job in
                let child = try await live.add(
                    "child", JobOptions(parent: live.queue.reference(to: job), onFailure: .failParent))
                _ = try await live.failure(of: child)
                if waits { throw JobOutcome.waitForChildren }
                return .null
            }
            Handler(named: "child") { _ in throw Mishap() }
        } _: { _ async throws in
            let reason = try await live.failure(of: parent)
            #expect(
                reason
                    == "Cannot complete job 1 because it has at least one failed child. "
                    + (waits ? "moveToWaitingChildren" : "moveToFinished"))
        }
        #expect(try await live.stored(parent.id).attemptsMade == 1)
    }

    @Test("fails this attempt if it completes while children are pending")
    func pendingChildren() async throws {
        let live = try await LiveQueue.make()
        let parent = try await live.add("parent", JobOptions(attempts: 1))
        try await live.withWorker {
            Handler(named: "parent") { job in
                try await live.add("child", JobOptions(delay: .seconds(60), parent: live.queue.reference(to: job)))
                return .null
            }
        } _: { _ async throws in
            #expect(try await live.failure(of: parent) == "Job 1 has pending dependencies. moveToFinished")
        }
    }

    @Test("that asks for a rate limit is the first to run when it ends, without counting an attempt")
    func rateLimited() async throws {
        let live = try await LiveQueue.make()
        let first = try await live.add("first")
        let second = try await live.add("second")
        let order = Log<String>()
        let options = WorkerOptions(limiter: RateLimit(max: 1000, per: .seconds(1)))
        try await live.withWorker(options) {
            Handler { job in
                await order.append("\(job.name) \(job.attemptsStarted)")
                if job.name == "first", job.attemptsStarted == 1 {
                    throw JobOutcome.rateLimited(for: .milliseconds(120))
                }
                return .null
            }
        } _: { _ async throws in
            _ = try await live.ending(of: first)
            _ = try await live.ending(of: second)
        }
        #expect(await order.entries == ["first 1", "first 2", "second 1"])
        let job = try await live.stored(first.id)
        #expect(job.attemptsMade == 1)
        let wait = try #require(job.finishedOn).timeIntervalSince(job.timestamp)
        #expect(wait >= 0.12)
    }

    @Test(
        "that runs too long is cancelled and fails, by its handler's bound or the worker's", arguments: [true, false])
    func timeout(byHandler: Bool) async throws {
        let live = try await LiveQueue.make()
        let job = try await live.add("slow", JobOptions(attempts: 1))
        let limit = Duration.milliseconds(50)
        try await live.withWorker(WorkerOptions(jobTimeout: byHandler ? .seconds(60) : limit)) {
            Handler(timeout: byHandler ? limit : nil) { _ in
                try await Gate().wait()
                return .null
            }
        } _: { _ async throws in
            #expect(try await live.failure(of: job) == "timed out after 0.05 seconds")
        }
    }

    @Test("can be cancelled by its worker with a reason that the handler sees")
    func cancel() async throws {
        let live = try await LiveQueue.make()
        let job = try await live.add("slow", JobOptions(attempts: 1))
        let (reasons, started) = (Log<CancellationReason?>(), Log<String>())
        try await live.withWorker {
            Handler { job in
                await started.append(job.id)
                do {
                    try await Gate().wait()
                } catch {
                    await reasons.append(job.cancellationReason)
                    throw error
                }
                return .null
            }
        } _: { running async throws in
            try await started.first(1)
            #expect(!running.worker.cancel("no such job"))
            #expect(running.worker.cancel(job.id, reason: "the user left"))
            #expect(!running.worker.cancel(job.id, reason: "again"))
            #expect(try await live.failure(of: job) == "cancelled: the user left")
        }
        #expect(await reasons.entries == [.requested("the user left")])
    }

    @Test("can look at itself while it is being cancelled, and leaves the next job of its slot alone")
    func cancellationHandler() async throws {
        let live = try await LiveQueue.make()
        let (reasons, started) = (Log<CancellationReason?>(), Log<String>())
        let first = try await live.add("first", JobOptions(attempts: 1))
        let second = try await live.add("second", JobOptions(attempts: 1))
        try await live.withWorker {
            Handler { job in
                await started.append(job.name)
                guard job.name == "first" else {
                    try Task.checkCancellation()
                    return .null
                }
                try await withTaskCancellationHandler {
                    try await Gate().wait()
                } onCancel: {
                    let reason = job.cancellationReason
                    job.discard()
                    Task { await reasons.append(reason) }
                }
                return .null
            }
        } _: { running async throws in
            try await started.first(1)
            running.worker.cancelAll()
            #expect(try await reasons.first(1) == [.requested(nil)])
            #expect(try await live.failure(of: first) == "cancelled")
            _ = try await live.ending(of: second)
        }
    }

    @Test("reports progress and writes its log for everybody to see")
    func progress() async throws {
        let live = try await LiveQueue.make()
        let job = try await live.add("print", JobOptions(keepLogs: 2))
        try await live.withWorker {
            Handler { job in
                try await job.updateProgress(0.5)
                for row in 1...3 { try await job.log("row \(row)") }
                return .null
            }
        } _: { running async throws in
            _ = try await live.ending(of: job)
            let progress = try await running.log.first("progress") { event -> JSONText? in
                if case .progress(_, let value) = event { value } else { nil }
            }
            #expect(progress.text == "0.5")
        }
        #expect(try await live.stored(job.id).progress.text == "0.5")
        #expect(try await job.logs() == ["row 2", "row 3"])
    }
}
