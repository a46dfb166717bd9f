// Owns: running the program as a user does, against a server of the tests.

import BullMQ
import BullMQTesting
import Foundation
import Testing

/// What a run of the program came to.
struct Run {
    let status: ProcessEnd
    let output: [String]
    let errors: [String]

    var json: JSONValue {
        get throws { try JSONValue(parsing: output.joined(separator: "\n")) }
    }
}

/// The program with a key prefix nobody else uses.
struct CommandLineTool {
    let redis: Redis
    let url: String
    let prefix = RedisServer.uniqueName("cli")

    init() async throws {
        url = try await RedisServer.shared.url
        redis = try Redis(url: url)
    }

    func queue(_ name: String) throws -> Queue { try Queue(name, redis: redis, options: QueueOptions(prefix: prefix)) }

    func start(_ arguments: [String]) async throws -> ChildProcess {
        // The executable lies beside the test bundle, which is mapped into this process.
        let maps = try String(contentsOfFile: "/proc/self/maps", encoding: .utf8)
        let bundle = maps.split(separator: "\n").first { $0.hasSuffix(".xctest") }?.drop { $0 != "/" } ?? ""
        let program = URL(fileURLWithPath: String(bundle)).deletingLastPathComponent().appendingPathComponent(
            "bullmq")
        return try await ChildProcess.start(
            program.path, arguments, environment: ["REDIS_URL": url, "BULLMQ_PREFIX": prefix, "PATH": "/usr/bin:/bin"])
    }

    func run(_ arguments: String..., input: [String] = []) async throws -> Run {
        let child = try await start(arguments)
        for line in input { try child.write(line: line) }
        child.closeInput()
        let status = try await withDeadline(.seconds(60), waitingFor: "bullmq \(arguments.joined(separator: " "))") {
            await child.waitUntilEnd()
        }
        for try await _ in child.output {}
        for try await _ in child.errors {}
        return Run(status: status, output: child.output.lines, errors: child.errors.lines)
    }
}
