// Owns a private Redis Cluster: three masters with a replica each, and what an administrator does to them.

/// A private Redis Cluster for tests, all nodes on the loopback interface.
///
/// It needs `redis-cli`, which comes with Redis. Nothing is left behind after ``stop()``.
public struct RedisCluster: Sendable {
    /// The nodes: first the masters, as far as they are masters still, then the replicas.
    public let nodes: [RedisServer]

    private static let masters = 3

    /// Starts the nodes and joins them.
    public static func start() async throws -> RedisCluster {
        var nodes: [RedisServer] = []
        do {
            for _ in 0..<masters * 2 {
                let options = RedisServerOptions(directives: [
                    "cluster-enabled yes", "cluster-node-timeout 2000", "cluster-port \(try LoopbackPort.free())",
                    "cluster-replica-validity-factor 0",
                ])
                nodes.append(try await RedisServer.start(options))
            }
            let cluster = RedisCluster(nodes: nodes)
            try await cluster.join()
            return cluster
        } catch {
            for node in nodes { await node.stop() }
            throw error
        }
    }

    /// The address of the cluster, through its first nodes: `redis+cluster://127.0.0.1:port,127.0.0.1:port`.
    public var url: String {
        "redis+cluster://" + nodes.prefix(2).map { "127.0.0.1:\($0.port)" }.joined(separator: ",")
    }

    private func join() async throws {
        _ = try await Self.cli(
            ["--cluster", "create"] + nodes.map { "127.0.0.1:\($0.port)" }
                + ["--cluster-replicas", "1", "--cluster-yes"])
        try await untilAllAgree()
    }

    /// Waits until every node sees all slots served, and every replica is in step with its master.
    private func untilAllAgree() async throws {
        try await withDeadline(.seconds(60), waitingFor: "the nodes to agree") {
            for node in nodes {
                while true {
                    let info = try await Self.cli(["-p", "\(node.port)", "cluster", "info"])
                    let replication = try await Self.cli(["-p", "\(node.port)", "info", "replication"])
                    let isSettled =
                        info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:\(nodes.count)")
                    let isInStep = !replication.contains("role:slave") || replication.contains("master_link_status:up")
                    if isSettled, isInStep { break }
                    try await Task.sleep(for: .milliseconds(100))
                }
            }
        }
    }

    /// The node that is the master of a slot at present.
    public func owner(of slot: Int) async throws -> RedisServer {
        for line in try await Self.cli(["-p", "\(nodes[0].port)", "cluster", "nodes"]) {
            let words = line.split(separator: " ")
            guard words.count > 8, words[2].contains("master") else { continue }
            for range in words[8...] {
                let bounds = range.split(separator: "-").compactMap { Int($0) }
                guard let first = bounds.first, let last = bounds.last, (first...last).contains(slot) else { continue }
                let port = Int(words[1].prefix { $0 != "@" }.split(separator: ":").last ?? "")
                if let node = nodes.first(where: { $0.port == port }) { return node }
            }
        }
        throw TestKitError(.unexpectedReply, "no node serves slot \(slot)")
    }

    /// The nodes that are masters at present.
    private func masters() async throws -> [RedisServer] {
        var masters: [RedisServer] = []
        for node in nodes where try await Self.cli(["-p", "\(node.port)", "role"]).first == "master" {
            masters.append(node)
        }
        return masters
    }

    /// Moves a slot with everything in it to another master.
    public func move(_ slot: Int) async throws {
        let source = try await owner(of: slot)
        guard let target = try await masters().first(where: { $0.port != source.port }) else {
            throw TestKitError(.unexpectedReply, "no other master than that of slot \(slot)")
        }
        let sourceID = try await identity(of: source)
        let targetID = try await identity(of: target)
        _ = try await Self.cli(["-p", "\(target.port)", "cluster", "setslot", "\(slot)", "importing", sourceID])
        _ = try await Self.cli(["-p", "\(source.port)", "cluster", "setslot", "\(slot)", "migrating", targetID])
        let keys = try await Self.cli(["-p", "\(source.port)", "cluster", "getkeysinslot", "\(slot)", "10000"])
            .filter { !$0.isEmpty }
        if !keys.isEmpty {
            _ = try await Self.cli(
                ["-p", "\(source.port)", "migrate", "127.0.0.1", "\(target.port)", "", "0", "5000", "keys"] + keys)
        }
        for node in [target, source] {
            _ = try await Self.cli(["-p", "\(node.port)", "cluster", "setslot", "\(slot)", "node", targetID])
        }
    }

    /// Makes the replica of a slot's master the master, without losing a write, and waits until it is.
    public func failOver(_ slot: Int) async throws {
        let master = try await owner(of: slot)
        let masterID = try await identity(of: master)
        let replicas = try await Self.cli(["-p", "\(master.port)", "cluster", "replicas", masterID])
        guard let address = replicas.first?.split(separator: " ").dropFirst().first,
            let port = address.prefix(while: { $0 != "@" }).split(separator: ":").last
        else { throw TestKitError(.unexpectedReply, "the master of slot \(slot) has no replica") }
        _ = try await Self.cli(["-p", String(port), "cluster", "failover"])
        try await withDeadline(.seconds(60), waitingFor: "the replica to take over") {
            while try await !Self.cli(["-p", String(port), "role"]).contains("master") {
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    /// Ends all nodes and removes what they kept.
    public func stop() async {
        for node in nodes { await node.stop() }
    }

    private func identity(of node: RedisServer) async throws -> String {
        try await Self.cli(["-p", "\(node.port)", "cluster", "myid"]).first ?? ""
    }

    private static func cli(_ arguments: [String]) async throws -> [String] {
        let result = try await ChildProcess.run("redis-cli", arguments)
        let lines = (result.output + result.errors).map { $0.hasSuffix("\r") ? String($0.dropLast()) : $0 }
        let hasFailed = lines.contains { $0.hasPrefix("ERR ") || $0.hasPrefix("(error)") || $0.hasPrefix("[ERR]") }
        guard result.end == .exited(0), !hasFailed else {
            throw TestKitError(
                .unexpectedReply,
                "redis-cli \(arguments.prefix(6).joined(separator: " ")) \(result.end):\n\(lines.suffix(10).joined(separator: "\n"))"
            )
        }
        return lines
    }
}

/// Runs `body` with a private cluster that is gone afterwards, whatever happens.
public func withRedisCluster<Value>(
    isolation: isolated (any Actor)? = #isolation, _ body: (RedisCluster) async throws -> Value
) async throws -> Value {
    let cluster = try await RedisCluster.start()
    do {
        let value = try await body(cluster)
        await cluster.stop()
        return value
    } catch {
        await cluster.stop()
        throw error
    }
}
