// Flows that are started by events. Owns: which flows an event starts, and the chain of their operations (Directus,
// section 12).

import AsyncHTTPClient
import FoundationEssentials
import GRDB
import Logging
import NIOCore
import NIOHTTP1
import Synchronization

final class FlowRunner: Sendable {
    fileprivate struct Operation {
        var key: String
        var type: String
        var options: JSONValue
        var resolve: String?
        var reject: String?
    }

    struct Flow {
        var id: String
        var name: String
        var actions: Set<String>
        var collections: Set<String>
        var first: String
        fileprivate var operations: [String: Operation]
    }

    /// The active flows; nil when they have to be read again.
    private struct Known {
        var generation = 0
        var flows: [Flow]?
    }

    private struct Run {
        var event: ItemEvent
        var accountability: Accountability
    }

    private static let maximumPending = 1_000
    private static let concurrency = 8
    private static let maximumSteps = 50
    private static let maximumAnswer = 1_048_576

    private let database: any DatabaseWriter
    private let timeout: Duration
    private let logger: Logger
    private let runs: AsyncStream<Run>
    private let continuation: AsyncStream<Run>.Continuation
    private let known = Mutex(Known())

    init(database: any DatabaseWriter, timeout: Duration, logger: Logger) {
        self.database = database
        self.timeout = timeout
        self.logger = logger
        (runs, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.maximumPending))
    }

    /// Tells of events; returns at once.
    func publish(_ events: [ItemEvent], _ accountability: Accountability) {
        for event in events {
            if event.collection == "directus_flows" || event.collection == "directus_operations" {
                known.withLock { $0 = Known(generation: $0.generation + 1) }
            }
            if known.withLock({ $0.flows?.isEmpty == true }) { continue }
            if case .dropped = continuation.yield(Run(event: event, accountability: accountability)) {
                logger.warning(
                    "an event starts no flow, since too many are waiting",
                    metadata: ["collection": "\(event.collection)", "action": "\(event.action)"])
            }
        }
    }

    /// Takes no more events; those that wait are still worked on.
    func finish() { continuation.finish() }

    /// Works on events until ``finish()`` or cancellation.
    func run() async throws {
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        await withTaskGroup(of: Void.self) { group in
            var running = 0
            for await run in runs {
                if running >= Self.concurrency {
                    await group.next()
                    running -= 1
                }
                running += 1
                group.addTask { await self.start(run, client) }
            }
        }
        try await client.shutdown()
    }

    private func start(_ run: Run, _ client: HTTPClient) async {
        do {
            for flow in try await flows() where flow.isStarted(by: run.event) {
                for trigger in run.event.triggers { await self.run(flow, trigger, run.accountability, client) }
            }
        } catch {
            logger.error("flows could not be read", metadata: ["error": "\(error)"])
        }
    }

    private func run(_ flow: Flow, _ trigger: JSONValue, _ caller: Accountability, _ client: HTTPClient) async {
        var data: [String: JSONValue] = [
            "$trigger": trigger, "$last": trigger, "$env": .object([:]),
            "$accountability": [
                "user": caller.user.map { .string($0) } ?? .null, "role": caller.role.map { .string($0) } ?? .null,
            ],
        ]
        var next: String? = flow.first
        var steps = 0
        while let id = next, let operation = flow.operations[id], steps < Self.maximumSteps, !Task.isCancelled {
            steps += 1
            do {
                let result = try await perform(operation, .object(data), client)
                data["$last"] = result
                data[operation.key] = result
                next = operation.resolve
            } catch {
                logger.warning(
                    "an operation of a flow failed",
                    metadata: ["flow": "\(flow.name)", "operation": "\(operation.key)", "error": "\(error)"])
                data["$last"] = .string("\(error)")
                next = operation.reject
            }
        }
    }

    private func perform(_ operation: Operation, _ data: JSONValue, _ client: HTTPClient) async throws -> JSONValue {
        switch operation.type {
        case "request": return try await request(operation.options, data, client)
        case "log":
            let text = FlowTemplate.resolve(operation.options["message"]?.string ?? "", data)
            logger.info("flow: \(text)")
            return .null
        default: throw StandInError.invalidPayload("Operations of type \"\(operation.type)\" are not known here")
        }
    }

    private func request(_ options: JSONValue, _ data: JSONValue, _ client: HTTPClient) async throws -> JSONValue {
        var request = HTTPClientRequest(url: FlowTemplate.resolve(options["url"]?.string ?? "", data))
        request.method = .init(rawValue: options["method"]?.string ?? "GET")
        for header in options["headers"]?.array ?? [] {
            guard let name = header["header"]?.string, let value = header["value"]?.string else { continue }
            request.headers.replaceOrAdd(name: name, value: FlowTemplate.resolve(value, data))
        }
        let body =
            switch options["body"] {
            case .string(let text)?: FlowTemplate.resolve(text, data)
            case nil, .null?: ""
            case let value?: FlowTemplate.resolve(value.text, data)
            }
        if !body.isEmpty {
            if JSONValue(text: body) != nil, !request.headers.contains(name: "content-type") {
                request.headers.add(name: "Content-Type", value: "application/json")
            }
            request.body = .bytes(ByteBuffer(string: body))
        }
        let limit = TimeAmount(timeout)
        let response = try await client.execute(request, timeout: limit)
        let bytes = try await response.body.collect(upTo: Self.maximumAnswer)
        let text = String(buffer: bytes)
        guard (200..<300).contains(response.status.code) else {
            throw StandInError(
                status: Int(response.status.code), code: "UNEXPECTED_RESPONSE", message: "\(response.status)")
        }
        return ["status": .int(Int(response.status.code)), "data": JSONValue(text: text) ?? .string(text)]
    }

    private func flows() async throws -> [Flow] {
        let (flows, generation) = known.withLock { ($0.flows, $0.generation) }
        if let flows { return flows }
        let found = try await database.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT * FROM directus_flows
                    WHERE status = 'active' AND "trigger" = 'event' AND operation IS NOT NULL
                    """
            ).map { row in try Self.flow(row, db) }
        }
        // What was read before a change must not be remembered after it.
        known.withLock { if $0.generation == generation { $0.flows = found } }
        return found
    }

    private static func flow(_ row: Row, _ db: Database) throws -> Flow {
        let id: String = row["id"]
        let options = (row["options"] as String?).flatMap { JSONValue(text: $0) } ?? .null
        let operations = try Row.fetchAll(
            db, sql: "SELECT * FROM directus_operations WHERE flow = ?", arguments: [id]
        ).map { row -> (String, Operation) in
            (
                row["id"],
                Operation(
                    key: row["key"], type: row["type"],
                    options: (row["options"] as String?).flatMap { JSONValue(text: $0) } ?? .null,
                    resolve: row["resolve"], reject: row["reject"])
            )
        }
        let isAction = options["type"]?.string == "action"
        return Flow(
            id: id, name: row["name"],
            actions: isAction ? Set((options["scope"]?.array ?? []).compactMap(\.string)) : [],
            collections: Set((options["collections"]?.array ?? []).compactMap(\.string)), first: row["operation"],
            operations: Dictionary(operations) { _, last in last })
    }
}

extension FlowRunner.Flow {
    fileprivate func isStarted(by event: ItemEvent) -> Bool {
        guard actions.contains(event.scope) else { return false }
        return !event.scope.hasPrefix("items.") || collections.contains(event.collection)
    }
}

extension ItemEvent {
    /// The name that flows give in their scope: `items.update`, `files.upload`.
    fileprivate var scope: String {
        guard collection.hasPrefix("directus_") else { return "items.\(action)" }
        return "\(collection.dropFirst("directus_".count)).\(action)"
    }

    /// What flows get as `$trigger`: one for each created item, one for all changed or deleted ones.
    fileprivate var triggers: [JSONValue] {
        let prefix = collection.hasPrefix("directus_") ? "" : "\(collection)."
        var trigger: [String: JSONValue] = [
            "event": .string(prefix + scope), "payload": payload, "collection": .string(collection),
        ]
        guard action == "create" || action == "upload" else {
            trigger["keys"] = .array(keys)
            return [.object(trigger)]
        }
        return keys.map { key in
            trigger["key"] = key
            return .object(trigger)
        }
    }
}
