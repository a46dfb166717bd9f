import BullMQ
import BullMQTesting
import Stage
import Testing
import Witness

@Suite("While Redis is away", .timeLimit(.minutes(1)))
struct AbsentServerTests {
    private static let options = WorkerOptions(
        stalledInterval: .milliseconds(200), lockDuration: .milliseconds(600), retryDelay: .milliseconds(50))

    @Test("a worker that is told to close ends soon after its grace period, and another worker does its job")
    func close() async throws {
        try await withRedisServer(RedisServerOptions(durability: .appendOnlyAlways)) { server in
            try await withStage(on: server, redis: try Self.configuration(server.unixURL)) { stage in
                let job = try await stage.queue.add(name: "hang")
                try await stage.withWorker(Self.options) {
                    ScriptedHandlers.all
                } _: { worker in
                    try await stage.follow(until: ["active"], of: [job.id])
                    await server.kill()
                    let time = await ContinuousClock().measure { await worker.close(gracePeriod: .milliseconds(200)) }
                    // It tries for five seconds more to put the job back in line.
                    #expect(time < .seconds(10))
                }
                try await server.start()
                let verdict = try await stage.withWorker(Self.options) {
                    Handler { _ in JSONText("finished") }
                } _: { _ in
                    try await Verdict.after(stage, acknowledged: [job.id])
                }
                #expect(verdict.complaints == [])
                #expect(verdict.recovered == [job.id])
            }
        }
    }

    @Test("a worker and a producer start all the same, and go to work when it comes")
    func start() async throws {
        try await withRedisServer { server in
            let proxy = try await FaultProxy.start(before: server)
            try await proxy.apply(.refusing)
            try await withStage(on: server, redis: try Self.configuration(proxy.url)) { stage in
                try await stage.withWorker(Self.options) {
                    ScriptedHandlers.all
                } _: { _ in
                    async let adding = stage.queue.add(name: "echo", data: JSONText([1]))
                    try await proxy.waitUntilAccepted(3)
                    try await proxy.heal()
                    let job = try await adding
                    try await stage.followToEnd(of: [job.id])
                    #expect(try await stage.hash(job.id)["returnvalue"] == "[1]")
                }
            }
            try await proxy.stop()
        }
    }

    /// Tries again often, so that the tests do not wait for long pauses.
    private static func configuration(_ url: String) throws -> RedisConfiguration {
        var configuration = try RedisConfiguration(url: url)
        configuration.reconnect = ReconnectPolicy(initial: .milliseconds(20), maximum: .milliseconds(200))
        return configuration
    }
}
