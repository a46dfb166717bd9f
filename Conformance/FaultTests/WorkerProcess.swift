// Owns a FaultWorker process in the hands of a test.

import BullMQ
import BullMQTesting
import Foundation
import Stage
import Witness

/// A worker of the library in a process of its own.
struct WorkerProcess {
    let process: ChildProcess

    /// Starts a worker on the stage's queue and waits until it runs.
    ///
    /// - Parameter options: See `FaultWorker`.
    static func start(on stage: Stage, options: WitnessedJSON = [:]) async throws -> WorkerProcess {
        // Tests and tools are built into one folder.
        let own = Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0])
        let program = own.resolvingSymlinksInPath().deletingLastPathComponent().appendingPathComponent("FaultWorker")
        let process = try await ChildProcess.start(
            program.path, [stage.server.unixURL, stage.prefix, stage.queue.name, options.text])
        let worker = WorkerProcess(process: process)
        try await worker.report("to be ready") { $0["ready"] == true }
        return worker
    }

    /// Waits until the worker has taken this job.
    func hasTaken(_ id: String) async throws {
        try await report("job \(id) to be taken") { $0["event"] == "active" && $0["id"] == .text(id) }
    }

    /// Asks the worker to finish, and waits for its end.
    func terminate() async throws -> ProcessEnd {
        process.send(.terminate)
        return try await withDeadline(.seconds(20), waitingFor: "the worker process to end") { [process] in
            await withTaskCancellationHandler {
                await process.waitUntilEnd()
            } onCancel: {
                process.send(.kill)
            }
        }
    }

    /// Ends the worker as a crash would.
    func kill() async {
        process.send(.kill)
        await process.waitUntilEnd()
    }

    @discardableResult
    func report(
        _ awaited: String, where predicate: @escaping @Sendable (WitnessedJSON) -> Bool
    ) async throws -> WitnessedJSON {
        do {
            return try await withDeadline(.seconds(20), waitingFor: awaited) { [process] in
                let line = try await process.output.first { predicate(try JSONWitness.value(of: $0)) }.line
                return try JSONWitness.value(of: line)
            }
        } catch {
            throw TestKitError(.endedEarly, "\(error)\n\(process.errors.lines.suffix(20).joined(separator: "\n"))")
        }
    }
}
