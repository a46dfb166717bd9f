import BullMQ
import Peers
import Stage
import Testing
import Witness

@Suite("A limit", .timeLimit(.minutes(1)))
struct RateLimitTests {
    /// How many jobs may start in a window, and how long a window is. A worker without limit starts all jobs of a test in a
    /// small part of one window.
    private static let most = 2
    private static let window = 600
    /// The server's clock counts in whole milliseconds, in the events as in the time to live.
    private static let rounding = 5

    private static let limit = RateLimit(max: most, per: .milliseconds(window))
    private static let packageLimit: WitnessedJSON = [
        "max": .integer(Int64(most)), "duration": .integer(Int64(window)),
    ]

    /// When jobs were started, in milliseconds of the server's clock, as the ids of the `active` events tell.
    private func starts(in entries: [KeySpace.StreamEntry]) -> [Int] {
        entries.filter { $0["event"] == "active" }.compactMap { Int($0.id.prefix { $0 != "-" }) }
    }

    /// No window, each beginning with the first start after the one before, has more starts than allowed.
    private func checkWindows(_ starts: [Int], count: Int) throws {
        #expect(starts.count == count)
        var first = try #require(starts.first)
        var inWindow = 0
        for start in starts {
            if start >= first + Self.window - Self.rounding { (first, inWindow) = (start, 0) }
            inWindow += 1
            #expect(inWindow <= Self.most, "\(starts.map { $0 - starts[0] })")
        }
    }

    private func serverTime(_ duet: Duet) async throws -> Int {
        let parts = try await duet.stage.witness().run("TIME").strings.compactMap { Int($0.text) }
        return parts[0] * 1000 + parts[1] / 1000
    }

    @Test("of both workers on one queue counts the starts of both", arguments: PeerRuntime.allCases)
    func shared(runtime: PeerRuntime) async throws {
        try await Duet.play(with: runtime) { duet in
            // Each worker does one job at a time, so the first two jobs are held by one worker each.
            try await duet.queue.pause()
            let jobs = try await duet.queue.addBulk((0..<8).map { _ in BulkJob(name: "hold") }).map(\.id)
            try await duet.withWorker(of: .package, as: ["limiter": Self.packageLimit]) { releasePackage in
                try await duet.withWorker(of: .swift, WorkerOptions(limiter: Self.limit)) { releaseSwift in
                    try await duet.queue.resume()
                    try await duet.stage.follow(until: ["active"], of: jobs.prefix(2))
                    try releasePackage()
                    try releaseSwift()
                    try checkWindows(starts(in: try await duet.stage.followToEnd(of: jobs)), count: jobs.count)
                }
            }
            var workers: Set<String> = []
            for id in jobs {
                let result = try await duet.queue.job(id)?.returnValue?.value()
                workers.insert(result?["by"]?.stringValue ?? "nobody")
            }
            #expect(workers == ["swift", runtime.rawValue])
        }
    }

    @Test(
        "of the queue, set by one side, is read and obeyed by the other", arguments: PeerRuntime.allCases, Side.allCases
    )
    func global(runtime: PeerRuntime, setter: Side) async throws {
        try await Duet.play(with: runtime) { duet in
            switch setter {
            case .swift: try await duet.queue.setGlobalRateLimit(Self.limit)
            case .package:
                try await duet.call(
                    "setGlobalRateLimit", .integer(Int64(Self.most)), .integer(Int64(Self.window)))
            }
            #expect(try await duet.queue.globalRateLimit() == Self.limit)
            #expect(try await duet.call("getGlobalRateLimit") == Self.packageLimit)

            let jobs = try await duet.queue.addBulk((0..<6).map { _ in BulkJob(name: "who") }).map(\.id)
            try await duet.withWorker(
                of: setter.other, WorkerOptions(concurrency: 4), as: ["concurrency": 4]
            ) { _ in
                let entries = try await duet.followToEnd(of: jobs, reminding: setter.other)
                try checkWindows(starts(in: entries), count: jobs.count)
            }

            switch setter.other {
            case .swift: try await duet.queue.setGlobalRateLimit(nil)
            case .package: try await duet.call("removeGlobalRateLimit")
            }
            #expect(try await duet.queue.globalRateLimit() == nil)
            #expect(try await duet.call("getGlobalRateLimit") == .null)
        }
    }

    @Test("set by hand on one side holds up the other's worker", arguments: PeerRuntime.allCases, Side.allCases)
    func byHand(runtime: PeerRuntime, setter: Side) async throws {
        let pause = 1500
        try await Duet.play(with: runtime) { duet in
            try await duet.withWorker(
                of: setter.other, WorkerOptions(limiter: RateLimit(max: 1000, per: .seconds(1))),
                as: ["limiter": ["max": 1000, "duration": 1000]]
            ) { _ in
                // It works until it is told not to.
                let before = try await duet.add("who", by: setter)
                try await duet.stage.followToEnd(of: [before])
                let since = try await serverTime(duet)
                switch setter {
                case .swift: try await duet.queue.rateLimit(for: .milliseconds(pause))
                case .package: try await duet.call("rateLimit", .integer(Int64(pause)))
                }
                #expect(try #require(try await duet.queue.rateLimitRemaining(maximum: 1000)) > .zero)
                guard case .integer(let remaining) = try await duet.call("getRateLimitTtl") else {
                    Issue.record("no time to live")
                    return
                }
                #expect((1...Int64(pause)).contains(remaining))

                let after = try await duet.add("who", by: setter)
                let started = starts(in: try await duet.followToEnd(of: [before, after], reminding: setter.other))
                #expect(started.count == 2)
                #expect(try #require(started.last) >= since + pause - Self.rounding)
            }
        }
    }

    @Test("set by hand is lifted by the other side", arguments: PeerRuntime.allCases, Side.allCases)
    func lifted(runtime: PeerRuntime, setter: Side) async throws {
        try await Duet.play(with: runtime) { duet in
            switch setter {
            case .swift:
                try await duet.queue.rateLimit(for: .seconds(3600))
                try await duet.call("removeRateLimitKey")
            case .package:
                try await duet.call("rateLimit", 3_600_000)
                try await duet.queue.removeRateLimit()
            }
            let id = try await duet.add("who", by: setter)
            try await duet.withWorker(
                of: setter, WorkerOptions(limiter: RateLimit(max: 1000, per: .seconds(1))),
                as: ["limiter": ["max": 1000, "duration": 1000]]
            ) { _ in
                try await duet.stage.followToEnd(of: [id])
            }
        }
    }

    @Test("declared by a Swift handler holds up the package's worker", arguments: PeerRuntime.allCases)
    func declared(runtime: PeerRuntime) async throws {
        let pause = 1500
        try await Duet.play(with: runtime) { duet in
            let id = try await duet.add("who", by: .package)
            let options = WorkerOptions(limiter: RateLimit(max: 1000, per: .seconds(1)))
            try await duet.stage.withWorker(options) {
                Handler { _ in throw JobOutcome.rateLimited(for: .milliseconds(pause)) }
            } _: { _ in
                // The job is back, and this worker does not ask again while the limit holds.
                try await duet.stage.follow(until: ["waiting"], of: [id], times: 2)
            }
            let since = try await serverTime(duet)
            let remaining = try #require(try await duet.queue.rateLimitRemaining(maximum: 1000))
            try await duet.withWorker(of: .package, as: ["limiter": ["max": 1000, "duration": 1000]]) { _ in
                let started = starts(in: try await duet.followToEnd(of: [id], reminding: .package))
                #expect(started.count == 2)
                let milliseconds =
                    Int(remaining.components.attoseconds / 1_000_000_000_000_000)
                    + Int(remaining.components.seconds) * 1000
                #expect(try #require(started.last) >= since + milliseconds - Self.rounding)
            }
            #expect(try await duet.queue.job(id)?.attemptsMade == 1)
        }
    }

    @Test(
        "of active jobs, set by one side, holds for the workers of both together", arguments: PeerRuntime.allCases,
        Side.allCases)
    func concurrency(runtime: PeerRuntime, setter: Side) async throws {
        // Three at a time takes both workers, as each does at most two.
        let most = 3
        try await Duet.play(with: runtime) { duet in
            switch setter {
            case .swift: try await duet.queue.setGlobalConcurrency(most)
            case .package: try await duet.call("setGlobalConcurrency", .integer(Int64(most)))
            }
            #expect(try await duet.queue.globalConcurrency() == most)
            #expect(try await duet.call("getGlobalConcurrency") == .integer(Int64(most)))

            try await duet.queue.pause()
            let jobs = try await duet.queue.addBulk(
                (0..<12).map { _ in BulkJob(name: "slow", data: JSONText(["ms": 100])) }
            ).map(\.id)
            let entries = try await duet.withWorker(of: .package, as: ["concurrency": 2]) { _ in
                try await duet.withWorker(of: .swift, WorkerOptions(concurrency: 2)) { _ in
                    try await duet.queue.resume()
                    return try await duet.stage.followToEnd(of: jobs)
                }
            }
            var (active, peak) = (0, 0)
            for entry in entries {
                switch entry["event"] {
                case "active"?: active += 1
                case "completed"?: active -= 1
                default: break
                }
                peak = max(peak, active)
            }
            #expect(peak == most)

            switch setter.other {
            case .swift: try await duet.queue.setGlobalConcurrency(nil)
            case .package: try await duet.call("removeGlobalConcurrency")
            }
            #expect(try await duet.queue.globalConcurrency() == nil)
            #expect(try await duet.call("getGlobalConcurrency") == .null)
        }
    }
}
