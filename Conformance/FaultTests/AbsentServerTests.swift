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
            try await withStage(on: server) { stage in
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
            await server.kill()
            try await withStage(on: server) { stage in
                try await stage.withWorker(Self.options) {
                    ScriptedHandlers.all
                } _: { worker in
                    async let adding = stage.queue.add(name: "echo", data: JSONText([1]))
                    for await case .error in worker.events() { break }
                    try await server.start()
                    let job = try await adding
                    try await stage.followToEnd(of: [job.id])
                    #expect(try await stage.hash(job.id)["returnvalue"] == "[1]")
                }
            }
        }
    }
}
