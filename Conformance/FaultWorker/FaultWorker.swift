// Owns a worker in a process of its own, for faults that end a process: kills, and signals that ask it to finish.
// It writes a line of JSON for each event of the worker, as the peers' workers do (Peers/README.md).

import BullMQ
import Foundation
import Logging
import ServiceLifecycle
import Stage
import UnixSignals

/// `FaultWorker REDIS-URL PREFIX QUEUE OPTIONS`, the options in JSON: `concurrency`, and `gracePeriod`, `lockDuration`
/// and `stalledInterval` in milliseconds.
@main
struct FaultWorker {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 5 else { throw ScriptedFailure("usage: FaultWorker REDIS-URL PREFIX QUEUE OPTIONS") }
        let redis = try Redis(url: arguments[1])
        let options = try workerOptions(arguments[4], prefix: arguments[2])
        let worker = try Worker(arguments[3], redis: redis, options: options) { ScriptedHandlers.all }
        let events = worker.events()
        let teller = Task {
            for await event in events { tell(event) }
        }
        say(["ready": true])
        let group = ServiceGroup(
            services: [redis, worker], gracefulShutdownSignals: [.sigterm], logger: Logger(label: "fault-worker"))
        try await group.run()
        await teller.value
        say(["ended": true])
    }

    private static func workerOptions(_ text: String, prefix: String) throws -> WorkerOptions {
        let json = try JSONValue(parsing: text)
        func duration(_ name: String, otherwise milliseconds: Int) -> Duration {
            .milliseconds(json[name]?.intValue ?? milliseconds)
        }
        return WorkerOptions(
            prefix: prefix, concurrency: json["concurrency"]?.intValue ?? 1,
            stalledInterval: duration("stalledInterval", otherwise: 30_000),
            lockDuration: duration("lockDuration", otherwise: 30_000),
            gracePeriod: duration("gracePeriod", otherwise: 30_000), logger: Logger(label: "worker"))
    }

    private static func tell(_ event: WorkerEvent) {
        switch event {
        case .active(let job): say(["event": "active", "id": .string(job.id)])
        case .completed(let job, _): say(["event": "completed", "id": .string(job.id)])
        case .failed(let job, _): say(["event": "failed", "id": .string(job.id)])
        case .closing: say(["event": "closing"])
        case .closed: say(["event": "closed"])
        default: break
        }
    }

    private static func say(_ line: JSONValue) {
        // Written in one piece: lines of different tasks must not mix.
        FileHandle.standardOutput.write(Data((line.serialized() + "\n").utf8))
    }
}
