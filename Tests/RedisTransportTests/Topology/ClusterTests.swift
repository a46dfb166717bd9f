// Owns: a client of a real cluster.

import BullMQTesting
import LiveTesting
import Synchronization
import Testing

@testable import RedisTransport

@Suite("A client of a cluster", .heavy, .timeLimit(.minutes(5)))
struct ClusterTests {
    @Test("finds the node of each key, again when slots move and when a replica takes over")
    func finds() async throws {
        try await withRedisCluster { cluster async throws in
            let redis = try Redis(url: cluster.url)
            // Every key on whichever node has it; a command without keys on any.
            for index in 0..<30 {
                _ = try await redis.send(RedisCommand("SET", "key-\(index)", "\(index)"))
            }
            for index in 0..<30 {
                #expect(try await redis.send(RedisCommand("GET", "key-\(index)")).string == "\(index)")
            }
            #expect(try await redis.send(RedisCommand("PING")).string == "PONG")
            let answers = try await redis.sendToEveryNode(RedisCommand("PING"))
            // A replica is announced once it has received something.
            #expect(answers.count >= 3 && answers.allSatisfy { $0.string == "PONG" })

            let connection = redis.connection(forKey: "{tag}:1")
            let slot = Int(HashSlot(key: "tag").number)
            _ = try await connection.execute(RedisCommand("SET", "{tag}:1", "one"))
            try await cluster.move(slot)
            // Plain, as a transaction and as a pipeline: nothing is executed twice, nothing is lost.
            #expect(try await connection.execute(RedisCommand("INCR", "{tag}:count")).integer == 1)
            try await cluster.move(slot)
            let results = try await redis.transaction(
                [RedisCommand("INCR", "{tag}:count"), RedisCommand("GET", "{tag}:1")], forKey: "{tag}:1")
            #expect(results.map(\.string) == [nil, "one"] && results[0].integer == 2)
            try await cluster.move(slot)
            let replies = try await redis.pipeline(
                (0..<50).map { _ in RedisCommand("INCR", "{tag}:count") }, forKey: "{tag}:1")
            #expect(replies.map(\.integer) == (3...52).map { Int64($0) })

            // Many callers at once while the master changes.
            let counting = Task {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<8 {
                        group.addTask {
                            for _ in 0..<400 { _ = try await connection.execute(RedisCommand("INCR", "{tag}:many")) }
                        }
                    }
                    try await group.waitForAll()
                }
            }
            try await cluster.failOver(slot)
            try await counting.value
            #expect(try await connection.execute(RedisCommand("GET", "{tag}:many")).string == "3200")
            await redis.close()
        }
    }

    @Test("says so when the addresses do not belong to a cluster")
    func noCluster() async throws {
        let server = try await RedisServer.shared
        var configuration = RedisConfiguration(endpoint: .tcp(host: "127.0.0.1", port: server.port))
        configuration.topology = .cluster
        configuration.offlineTimeout = .milliseconds(500)
        let redis = Redis(configuration: configuration)
        let error = await #expect(throws: RedisError.self) {
            try await redis.connection(forKey: "a").execute(RedisCommand("GET", "a"))
        }
        #expect(error?.code == .notConnected)
        #expect(error?.description.contains("cluster support disabled") == true, "\(String(describing: error))")
        await redis.close()
    }
}

@Suite("A client of servers under Sentinel", .heavy, .timeLimit(.minutes(5)))
struct SentinelTests {
    @Test("uses the master, and the new one after the old one died")
    func follows() async throws {
        try await withRedisSentinel { sentinel async throws in
            let redis = try Redis(url: sentinel.url)
            _ = try await redis.send(RedisCommand("SET", "a", "1"))
            #expect(try await redis.send(RedisCommand("WAIT", "1", "5000")).integer == 1)
            await sentinel.servers[0].kill()
            // Waits for the fail-over.
            #expect(try await redis.send(RedisCommand("INCR", "a")).integer == 2)
            let state = redis.commands.state.withLock { $0.endpoint }
            #expect(state == .tcp(host: "127.0.0.1", port: sentinel.servers[1].port))
            await redis.close()
        }
    }

    @Test("says so when no sentinel knows the master")
    func unknownMaster() async throws {
        try await withRedisSentinel { sentinel async throws in
            var configuration = try RedisConfiguration(url: sentinel.url)
            configuration.topology = .sentinel(masterName: "other")
            configuration.offlineTimeout = .milliseconds(500)
            let redis = Redis(configuration: configuration)
            let error = await #expect(throws: RedisError.self) { try await redis.send(RedisCommand("PING")) }
            #expect(error?.code == .notConnected)
            #expect(error?.description.contains("the master \"other\"") == true, "\(String(describing: error))")
            await redis.close()
        }
    }
}
