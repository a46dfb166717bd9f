import BullMQTesting
import Testing
import Witness

@Suite("The Redis witness", .timeLimit(.minutes(1)))
struct RedisWitnessTests {
    @Test("sends bytes as they are and reads every reply")
    func replies() async throws {
        let witness = try await RedisWitness(.unix(path: RedisServer.shared.socketPath))
        let name = Bytes(RedisServer.uniqueName())
        let binary = Bytes([0, 1, 13, 10, 255])
        #expect(try await witness.reply(to: ["SET", name, binary]) == .status("OK"))
        #expect(try await witness.reply(to: ["GET", name]) == .string(binary))
        #expect(try await witness.reply(to: ["GET", name + "-absent"]) == .null)
        #expect(try await witness.run("STRLEN", name).number == 5)
        #expect(try await witness.reply(to: ["SET", name, ""]) == .status("OK"))
        #expect(try await witness.run("GET", name).text == "")
        let script: Bytes = "return {1, 'two', {false, {err='no'}}, redis.status_reply('fine')}"
        let nested = try await witness.run("EVAL", script, "0")
        #expect(nested == .array([.integer(1), .string("two"), .array([.null, .error("no")]), .status("fine")]))
    }

    @Test("turns error replies into errors with Redis' words")
    func errors() async throws {
        let witness = try await RedisWitness(.tcp(host: "127.0.0.1", port: RedisServer.shared.port))
        await #expect {
            try await witness.run("NOSUCHCOMMAND")
        } throws: { error in
            (error as? WitnessError)?.code == .errorReply && "\(error)".contains("unknown command")
        }
        #expect(throws: WitnessError.self) { try RedisWitness(.unix(path: "/no/such/socket")) }
    }

    @Test("takes a picture of every type under a prefix taken literally, and nothing else")
    func dump() async throws {
        let witness = try await RedisWitness(.unix(path: RedisServer.shared.socketPath))
        let stem = RedisServer.uniqueName()
        let prefix = Bytes("\(stem)[*?]:")
        try await witness.run("SET", prefix + "string", "s", "PX", "60000")
        try await witness.run("RPUSH", prefix + "list", "a", "b")
        try await witness.run("SADD", prefix + "set", "x", "y")
        try await witness.run("ZADD", prefix + "zset", "1.5", "m", "9007199254740991", "n")
        try await witness.run("HSET", prefix + "hash", "f", "v")
        try await witness.run("XADD", prefix + "stream", "5-1", "event", "added", "jobId", "1")
        try await witness.run("SET", Bytes("\(stem)*x:"), "not me")
        let space = try await witness.dump(prefix: prefix)
        #expect(space.names == ["hash", "list", "set", "stream", "string", "zset"])
        #expect(space["string"]?.content == .string("s"))
        #expect((1...60_000).contains(space["string"]?.timeToLive ?? 0))
        #expect(space["list"] == .init(content: .list(["a", "b"])))
        #expect(space["set"]?.content == .set(["x", "y"]))
        #expect(space["zset"]?.content == .sortedSet(["m": 1.5, "n": 9_007_199_254_740_991]))
        #expect(space.hash("hash") == ["f": "v"])
        #expect(space.stream("stream").map(\.id) == ["5-1"])
        #expect(space.stream("stream")[0]["jobId"] == "1")
    }

    @Test("tells what differs between two pictures")
    func differences() {
        let left = KeySpace(keys: [
            "same": .init(content: .string("1")),
            "hash": .init(content: .hash(["a": "1", "b": "2"])),
            "life": .init(content: .string("1"), timeToLive: 5000),
            "only": .init(content: .list(["x"])),
        ])
        var right = left
        #expect(left.differences(from: right) == [])
        right.keys["only"] = nil
        right.keys["hash"]?.content = .hash(["a": "1", "b": "3", "c": "4"])
        right.keys["life"]?.timeToLive = nil
        #expect(
            left.differences(from: right) == [
                "hash: field b: left 2, right 3", "hash: field c: left absent, right 4",
                "life: time to live left 5000 ms, right none", "only: only left: list [x]",
            ])
    }

    @Test("sees the server's own figures")
    func info() async throws {
        let witness = try await RedisWitness(.unix(path: RedisServer.shared.socketPath))
        #expect(try await witness.info("server")["redis_version"] != nil)
        #expect(Double(try await witness.info("cpu")["used_cpu_user"] ?? "") != nil)
    }
}
