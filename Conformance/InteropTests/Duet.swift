// Owns what a test needs in which either side may do each part: the library and an official package on one queue, and the
// same words for both.

import BullMQ
import BullMQTesting
import PeerTesting
import Peers
import Stage
import Testing
import Witness

/// Who plays a part.
enum Side: CaseIterable, Sendable, CustomTestStringConvertible {
    case swift
    case package

    var other: Side { self == .swift ? .package : .swift }

    var testDescription: String { self == .swift ? "Swift" : "the package" }
}

/// The library and a package on one queue.
struct Duet: Sendable {
    let stage: Stage
    let runtime: PeerRuntime
    private let producer: Peer
    private let inspector: Peer
    private let events: Peer

    var queue: Queue { stage.queue }

    /// Runs `body` with both on a stage of their own.
    static func play(
        with runtime: PeerRuntime, _ body: (Duet) async throws -> Void
    ) async throws {
        try await runtime.require()
        try await withStage { stage in
            let duet = Duet(
                stage: stage, runtime: runtime,
                producer: try await stage.peer(.producer, on: runtime),
                inspector: try await stage.peer(.inspector, on: runtime),
                events: try await stage.peer(.events(queue: stage.queue.name), on: runtime))
            try await body(duet)
            for peer in [duet.producer, duet.inspector, duet.events] { try await peer.finish() }
        }
    }

    /// Lets a side add a job; returns the id it was told.
    func add(
        _ name: String, _ data: JSONValue = [:], _ options: JobOptions = JobOptions(),
        as peerOptions: WitnessedJSON = [:],
        by side: Side
    ) async throws -> String {
        switch side {
        case .swift:
            return try await queue.add(name: name, data: JSONText(data), options: options).id
        case .package:
            let data = try JSONWitness.value(of: JSONText(data).text)
            return try await producer.add(name, data, to: queue.name, options: peerOptions)
        }
    }

    /// Calls a method of the package's queue.
    @discardableResult
    func call(_ method: String, _ arguments: WitnessedJSON...) async throws -> WitnessedJSON {
        let answer = try await inspector.ask([
            "queue": .text(queue.name), "call": .text(method), "args": .array(arguments),
        ])
        return answer["result"] ?? .null
    }

    /// A job as the package reads it.
    func readByPackage(_ id: String) async throws -> WitnessedJSON? { try await inspector.job(id, in: queue.name) }

    /// Waits until the package reports an event with these fields.
    func packageSees(_ event: String, _ fields: [Bytes: String]) async throws {
        try await events.report("\(event) \(fields)") { report in
            report["event"] == .text(event) && fields.allSatisfy { report["args"]?[$0.key] == .text($0.value) }
        }
    }

    /// The events of the queue so far and to come, as the library reports them, up to the first that satisfies `predicate`.
    func swiftSees(until predicate: (QueueEvent.Kind) -> Bool) async throws -> [QueueEvent.Kind] {
        var kinds: [QueueEvent.Kind] = []
        let events = try QueueEvents(queue.name, redis: stage.redis, from: .beginning, prefix: stage.prefix)
        for try await event in events {
            kinds.append(event.kind)
            if predicate(event.kind) { break }
        }
        return kinds
    }

    /// Waits until each of these jobs has finished, while a worker of this side is asked again and again to look for work.
    ///
    /// The worker of the Python package, once told to wait for the end of a rate limit, does not ask again by itself, only
    /// when a job is announced; that of the library needs nobody to remind it, and is left alone.
    func followToEnd(of jobs: [String], reminding side: Side) async throws -> [KeySpace.StreamEntry] {
        async let _ = remind(side)
        return try await stage.followToEnd(of: jobs)
    }

    /// Announces work until the task is cancelled.
    private func remind(_ side: Side) async throws {
        guard side == .package else { return }
        let witness = try stage.witness()
        while true {
            _ = try await witness.run("ZADD", stage.base + "marker", "0", "0")
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// Runs `body` while a worker of this side works the queue. Its `hold` jobs wait until `release` is called.
    ///
    /// - Parameters:
    ///   - options: Of the library's worker.
    ///   - peerOptions: The same for the package's.
    @discardableResult
    func withWorker<Value: Sendable>(
        of side: Side, _ options: WorkerOptions = WorkerOptions(), as peerOptions: WitnessedJSON = [:],
        _ body: (_ release: @Sendable () throws -> Void) async throws -> Value
    ) async throws -> Value {
        switch side {
        case .swift:
            let gate = Gate()
            return try await stage.withWorker(options) {
                ScriptedHandlers.hold(behind: gate)
                ScriptedHandlers.all
            } _: { _ in
                try await body { gate.open() }
            }
        case .package:
            let worker = try await stage.peer(.worker(queue: queue.name, options: peerOptions), on: runtime)
            let value = try await body { try worker.tell(["do": "release"]) }
            try await worker.finish()
            return value
        }
    }
}
