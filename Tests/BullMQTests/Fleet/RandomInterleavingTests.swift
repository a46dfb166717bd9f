// Owns: random sequences of a client of BullMQ 5 and ours in v5-safe mode on one queue.

import BullMQTesting
import LiveTesting
import Testing

@testable import BullMQ

@Suite("Random sequences beside a client of BullMQ 5", .live, .timeLimit(.minutes(3)))
struct RandomInterleavingTests {
    enum Step: String, CaseIterable, Sendable {
        case pause5, resume5, put5, take5, promote5
        case pause, resume, put, putLifo, putDelayed, putPrioritized, take, giveBack, retry
        case checkStalled, changePriority, promoteAll
    }

    /// What went wrong first, and after which steps; nil if all jobs were in one place all the time.
    private func failure(of steps: [Step]) async throws -> String? {
        let live = try await LiveQueue.make(pauseMode: .v5Safe)
        var ids: [String] = []
        for (index, step) in steps.enumerated() {
            let id = "j\(index)"
            switch step {
            case .pause5: try await live.v5.pause()
            case .resume5: try await live.v5.resume()
            case .put5:
                try await live.v5.add(id)
                ids.append(id)
            case .take5: _ = try await live.v5.take()
            case .promote5: try await live.v5.promoteDelayed()
            case .pause: try await live.queue.pause()
            case .resume: try await live.queue.resume()
            case .put, .putLifo, .putDelayed, .putPrioritized:
                let options = JobOptions(
                    priority: step == .putPrioritized ? 2 : 0, delay: step == .putDelayed ? .hours(1) : nil,
                    lifo: step == .putLifo)
                try await live.add(id: id, options)
                ids.append(id)
            case .take: try await live.take()
            case .giveBack, .retry:
                for id in try await live.ids("active").prefix(1) {
                    try await live.send("SET", live.key("\(id):lock"), "taker")
                    if step == .retry {
                        try await live.queue.store.retryJob(
                            id: id, token: "taker", lifo: false, failure: ("no", "[]"))
                    } else {
                        _ = try await live.queue.store.moveFromActiveToWait(id: id, token: "taker")
                    }
                }
            case .checkStalled:
                try await live.send("DEL", live.key("stalled-check"))
                try await live.checkStalled()
            case .changePriority:
                if let id = ids.last { try await live.queue.store.changePriority(id: id, to: index % 3, lifo: false) }
            case .promoteAll: try await live.queue.promoteJobs()
            }
            let places = try await live.everywhere()
            guard places.sorted() == ids.sorted() else {
                return "after \(steps[...index].map(\.rawValue)): \(ids.count) jobs, in places \(places)"
            }
        }
        return nil
    }

    /// Leaves out whatever is not needed to make it fail.
    private func shrunk(_ steps: [Step]) async throws -> [Step] {
        var steps = steps
        var index = 0
        while index < steps.count {
            var fewer = steps
            fewer.remove(at: index)
            if try await failure(of: fewer) != nil { steps = fewer } else { index += 1 }
        }
        return steps
    }

    @Test("no job is lost or doubled in v5-safe mode", arguments: 1...48 as ClosedRange<UInt64>)
    func sequence(seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let steps = (0..<40).compactMap { _ in Step.allCases.randomElement(using: &random) }
        guard try await failure(of: steps) != nil else { return }
        let fewest = try await shrunk(steps)
        Issue.record("seed \(seed): \(try await failure(of: fewest) ?? "not reproducible")")
    }
}
