import BullMQ
import BullMQTesting
import Stage
import Testing
import Witness

@Suite("Under load", .serialized, .timeLimit(.minutes(1)))
struct ConnectionFaultTests {
    /// Locks expire quickly, so that what a fault leaves active is recovered within the test.
    static let options = WorkerOptions(
        concurrency: 20, maximumStalledCount: 3, stalledInterval: .milliseconds(400), lockDuration: .seconds(1),
        retryDelay: .milliseconds(50))

    @Test("no acknowledged job is lost when Redis crashes and comes back with its append-only file")
    func crash() async throws {
        try await withRedisServer(RedisServerOptions(durability: .appendOnlyAlways)) { server in
            let doubts = try await underLoad(on: server) { load, _ in
                for share in 1...2 {
                    try await load.whenAcknowledged(share * 500)
                    await server.kill()
                    try await server.start()
                }
            }
            // Else the load was not disturbed.
            #expect(doubts >= 1)
        }
    }

    @Test("no acknowledged job is lost when every connection is killed, again and again")
    func clientKill() async throws {
        try await withRedisServer { server in
            let doubts = try await underLoad(on: server) { load, witness in
                for share in 1...5 {
                    try await load.whenAcknowledged(share * 250)
                    let killed = try await witness.run("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes").number
                    #expect(killed >= 1)
                }
            }
            #expect(doubts >= 1)
        }
    }

    @Test("nobody notices that the scripts are flushed")
    func scriptFlush() async throws {
        try await withRedisServer { server in
            let doubts = try await underLoad(on: server) { load, witness in
                for share in 1...10 {
                    try await load.whenAcknowledged(share * 140)
                    try await witness.run("SCRIPT", "FLUSH", "SYNC")
                }
            }
            #expect(doubts == 0)
        }
    }

    @Test("no acknowledged job is lost when the network swallows everything for a while")
    func blackHole() async throws {
        try await withRedisServer { server in
            let proxy = try await FaultProxy.start(before: server)
            var configuration = try RedisConfiguration(url: proxy.url)
            configuration.keepAlive = .milliseconds(250)
            configuration.connectTimeout = .milliseconds(500)
            configuration.reconnect = ReconnectPolicy(initial: .milliseconds(20), maximum: .milliseconds(200))
            let doubts = try await underLoad(on: server, redis: configuration) { load, _ in
                try await load.whenAcknowledged(700)
                try await proxy.apply(.blackHole)
                // The client finds out by itself that its peer is dead.
                try await load.whenInDoubt(1)
                try await proxy.heal()
            }
            #expect(doubts >= 1)
            try await proxy.stop()
        }
    }

    /// Adds 1500 jobs and works them while `disturb` does its worst; every job must end exactly once.
    ///
    /// - Returns: How many additions ended in doubt.
    private func underLoad(
        on server: RedisServer, redis: RedisConfiguration? = nil,
        _ disturb: @Sendable (Load, RedisWitness) async throws -> Void
    ) async throws -> Int {
        try await withStage(on: server, redis: redis, maximumEvents: 1_000_000) { stage in
            let load = Load(on: stage.queue, jobs: 1500)
            let verdict = try await stage.withWorker(Self.options) {
                ScriptedHandlers.all
            } _: { _ in
                let witness = try stage.witness()
                async let loading: Void = load.run()
                try await disturb(load, witness)
                try await loading
                return try await Verdict.after(stage, acknowledged: load.acknowledged)
            }
            #expect(verdict.complaints == [])
            let doubts = await load.doubts.count
            #expect(await verdict.ended - load.acknowledged.count <= doubts)
            return doubts
        }
    }
}
