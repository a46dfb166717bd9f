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

    /// The executable lies beside the test bundle, which is mapped into this process.
    private var program: String {
        get throws {
            let maps = try String(contentsOfFile: "/proc/self/maps", encoding: .utf8)
            let bundle = maps.split(separator: "\n").first { $0.hasSuffix(".xctest") }?.drop { $0 != "/" } ?? ""
            return URL(fileURLWithPath: String(bundle)).deletingLastPathComponent().appendingPathComponent("bullmq")
                .path
        }
    }

    private var environment: [String: String] {
        ["REDIS_URL": url, "BULLMQ_PREFIX": prefix, "PATH": "/usr/bin:/bin"]
    }

    func start(_ arguments: [String]) async throws -> ChildProcess {
        try await ChildProcess.start(try program, arguments, environment: environment)
    }

    func run(_ arguments: String..., input: [String] = []) async throws -> Run {
        let child = try await start(arguments)
        for line in input { try child.write(line: line) }
        return try await end(of: child)
    }

    /// Runs a line of shell in which `"$0"` is the program.
    func shell(_ line: String) async throws -> Run {
        try await end(of: ChildProcess.start("/bin/sh", ["-c", line, try program], environment: environment))
    }

    private func end(of child: ChildProcess) async throws -> Run {
        child.closeInput()
        let status = try await withDeadline(.seconds(60), waitingFor: "the end of \(child.commandLine)") {
            await child.waitUntilEnd()
        }
        for try await _ in child.output {}
        for try await _ in child.errors {}
        return Run(status: status, output: child.output.lines, errors: child.errors.lines)
    }

    /// Runs a worker while the body runs.
    func withWorker(
        _ queue: String, _ options: WorkerOptions = WorkerOptions(),
        handler: @escaping @Sendable (Job) async throws -> JSONText, _ body: (Worker) async throws -> Void
    ) async throws {
        var options = options
        options.prefix = prefix
        let worker = try Worker(queue, redis: redis, options: options) { Handler(handler) }
        let work = Task { try await worker.run() }
        do {
            try await body(worker)
        } catch {
            await worker.close(gracePeriod: .zero)
            throw error
        }
        await worker.close()
        try await work.value
    }
}
