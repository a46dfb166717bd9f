import BullMQTesting
import PeerTesting
import Peers
import Testing
import Witness

@Suite("A peer on the official package", .timeLimit(.minutes(2)))
struct PeerTests {
    @Test("adds, works, reports and reads jobs", arguments: PeerRuntime.allCases)
    func roundTrip(runtime: PeerRuntime) async throws {
        try await runtime.require()
        let redis = try await RedisServer.shared.unixURL
        let queue = RedisServer.uniqueName("peer")
        let producer = try await Peer.start(.producer, on: runtime, redis: redis)
        let echo = try await producer.add("echo", ["text": "ü😀\n\"", "n": 1.5], to: queue)
        let ids = try await producer.addBulk(
            [
                ("fail", ["times": 1], ["attempts": 2]),
                ("progress", ["progress": [10, ["a": 1]], "logs": ["x", "y"]], [:]),
            ],
            to: queue)
        #expect([echo] + ids == ["1", "2", "3"])

        let worker = try await Peer.start(.worker(queue: queue, options: ["concurrency": 2]), on: runtime, redis: redis)
        for id in [echo] + ids { try await worker.event("completed", of: id) }
        try await worker.event("failed", of: "2")
        try await worker.finish()

        let events = try await Peer.start(.events(queue: queue), on: runtime, redis: redis)
        let completed = try await events.event("completed", of: "2")
        #expect(completed["args"]?["returnvalue"] == ["by": .text(runtime.rawValue), "attempt": 2])
        try await events.finish()

        let inspector = try await Peer.start(.inspector, on: runtime, redis: redis)
        let job = try #require(try await inspector.job(echo, in: queue))
        #expect(job["returnvalue"] == ["text": "ü😀\n\"", "n": 1.5])
        #expect(job["state"] == "completed")
        #expect(try await inspector.job("3", in: queue)?["progress"] == ["a": 1])
        #expect(try await inspector.job("404", in: queue) == nil)
        #expect(try await inspector.call("getJobCounts", on: queue, "completed")["completed"] == 3)
        try await inspector.finish()
        try await producer.finish()
    }

    @Test("leaves in Redis what the witnesses can read", arguments: PeerRuntime.allCases)
    func keySpace(runtime: PeerRuntime) async throws {
        try await runtime.require()
        let server = try await RedisServer.shared
        let (prefix, queue) = (RedisServer.uniqueName("prefix"), "witnessed")
        let producer = try await Peer.start(.producer, on: runtime, redis: server.unixURL, prefix: prefix)
        _ = try await producer.add("echo", ["a": 1], to: queue, options: ["priority": 3, "attempts": 4])
        let witness = try RedisWitness(.unix(path: server.socketPath))
        let space = try await witness.dump(prefix: Bytes("\(prefix):\(queue):"))
        let job = try #require(space.hash("1"))
        #expect(job["name"] == "echo")
        #expect(try JSONWitness.value(of: job["data"] ?? "") == ["a": 1])
        let options = try JSONWitness.value(of: job["opts"] ?? "")
        #expect(options["priority"] == 3)
        #expect(options["attempts"] == 4)
        #expect(space["prioritized"]?.content == .sortedSet(["1": 3 * 4_294_967_296 + 1]))
        #expect(space.stream("events").compactMap { $0["event"] } == ["added", "waiting"])
        try await producer.finish()
    }

    @Test("tells the package's own error", arguments: PeerRuntime.allCases)
    func errors(runtime: PeerRuntime) async throws {
        try await runtime.require()
        let producer = try await Peer.start(.producer, on: runtime, redis: RedisServer.shared.unixURL)
        let orphan: WitnessedJSON = ["parent": ["id": "77", "queue": "bull:none"]]
        let error = await #expect(throws: PeerError.self) {
            _ = try await producer.add("echo", to: RedisServer.uniqueName(), options: orphan)
        }
        #expect(error?.message == "Missing key for parent job bull:none:77. addJob")
        try await producer.finish()
    }

    @Test("closes in an orderly way when it is asked to terminate", arguments: PeerRuntime.allCases)
    func terminate(runtime: PeerRuntime) async throws {
        try await runtime.require()
        let queue = RedisServer.uniqueName("peer")
        let redis = try await RedisServer.shared.url
        let producer = try await Peer.start(.producer, on: runtime, redis: redis)
        let worker = try await Peer.start(.worker(queue: queue), on: runtime, redis: redis)
        let id = try await producer.add("slow", ["ms": 300], to: queue)
        try await worker.report("the start of the job") { $0["processing"] == .text(id) }
        #expect(await worker.process.stop() == .exited(0))
        try await worker.event("completed", of: id)
    }
}
