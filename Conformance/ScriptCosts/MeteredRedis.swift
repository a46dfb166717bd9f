// Owns a private Redis that runs under callgrind, and the reading of its instruction counter.

import BullMQTesting
import Witness

/// A Redis whose instructions are counted. It is used by one task at a time.
struct MeteredRedis {
    /// The connection over which everything is called. It blocks; nothing else runs in this tool meanwhile.
    let pipeline: RedisPipeline
    private let process: Int32

    fileprivate init(_ server: RedisServer) async throws {
        guard let process = await server.processIdentifier else {
            throw CostError("the server ended before it could be measured")
        }
        self.process = process
        pipeline = try RedisPipeline(.unix(path: server.socketPath))
    }

    /// How many instructions the main thread of the server has executed since its start.
    func instructions() async throws -> Int {
        let status = try await ChildProcess.run("vgdb", ["--pid=\(process)", "status", "internal"])
        let counter = "events-1: "
        guard let line = status.output.first(where: { $0.hasPrefix(counter) }),
            let count = Int(line.dropFirst(counter.count))
        else { throw CostError("callgrind does not tell its counter: \(status.errors.joined(separator: "; "))") }
        return count
    }
}

/// Runs `body` with a Redis under callgrind that is gone afterwards.
func withMeteredRedis<Value>(_ body: (MeteredRedis) async throws -> Value) async throws -> Value {
    guard let probe = try? await ChildProcess.run("valgrind", ["--version"]), probe.end.isSuccess else {
        throw CostError("valgrind is needed to count instructions; on Debian: apt-get install valgrind")
    }
    // The cron of the server costs some 40,000 instructions each time: once a second is the least it does.
    let options = RedisServerOptions(
        launcher: ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"], directives: ["hz 1"])
    return try await withRedisServer(options) { server in
        let redis = try await MeteredRedis(server)
        return try await body(redis)
    }
}

/// The costs cannot be measured.
struct CostError: Error, CustomStringConvertible {
    /// Why.
    let description: String

    init(_ description: String) { self.description = description }
}
