// Owns a private master with a replica, and the sentinel that watches over them.

import Foundation

/// A private pair of Redis servers under the watch of one Redis Sentinel.
public struct RedisSentinel: Sendable {
    /// The name of the master.
    public static let masterName = "main"

    /// The server that is the master at first, and the one that follows it.
    public let servers: [RedisServer]
    private let port: Int
    private let process: ChildProcess
    private let folder: PrivateFolder

    /// Starts the servers and the sentinel, and waits until the sentinel knows both servers.
    public static func start() async throws -> RedisSentinel {
        let master = try await RedisServer.start()
        var servers = [master]
        let folder = try PrivateFolder.make()
        do {
            servers.append(
                try await RedisServer.start(
                    RedisServerOptions(directives: ["replicaof 127.0.0.1 \(master.port)", "repl-diskless-sync-delay 0"])
                ))
            let port = try LoopbackPort.free()
            let file = "\(folder.path)/sentinel.conf"
            let lines = [
                "port \(port)", "bind 127.0.0.1", "dir \(folder.path)", "daemonize no",
                "sentinel monitor \(masterName) 127.0.0.1 \(master.port) 1",
                "sentinel down-after-milliseconds \(masterName) 500", "sentinel failover-timeout \(masterName) 5000",
            ]
            try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: file))
            let process = try await ChildProcess.start(master.options.binary, [file, "--sentinel"])
            process.closeInput()
            let sentinel = RedisSentinel(servers: servers, port: port, process: process, folder: folder)
            try await sentinel.untilComplete()
            return sentinel
        } catch {
            for server in servers { await server.stop() }
            folder.remove()
            throw error
        }
    }

    /// The address of the master through the sentinel: `redis+sentinel://127.0.0.1:port/main`.
    public var url: String { "redis+sentinel://127.0.0.1:\(port)/\(Self.masterName)" }

    private func untilComplete() async throws {
        try await withDeadline(.seconds(60), waitingFor: "the sentinel to know the replica") {
            for try await line in process.output where line.contains("+slave ") { return }
            throw TestKitError(.endedEarly, process.output.lines.suffix(10).joined(separator: "\n"))
        }
        let replica = servers[1].port
        try await withDeadline(.seconds(60), waitingFor: "the replica to be in step") {
            while try await !ChildProcess.run("redis-cli", ["-p", "\(replica)", "info", "replication"])
                .output.contains(where: { $0.hasPrefix("master_link_status:up") })
            {
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    /// Ends everything and removes what was kept.
    public func stop() async {
        await process.stop()
        for server in servers { await server.stop() }
        folder.remove()
    }
}

/// Runs `body` with a private pair of servers under Sentinel that is gone afterwards, whatever happens.
public func withRedisSentinel<Value>(
    isolation: isolated (any Actor)? = #isolation, _ body: (RedisSentinel) async throws -> Value
) async throws -> Value {
    let sentinel = try await RedisSentinel.start()
    do {
        let value = try await body(sentinel)
        await sentinel.stop()
        return value
    } catch {
        await sentinel.stop()
        throw error
    }
}
