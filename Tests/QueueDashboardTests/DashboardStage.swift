// Owns: a dashboard over queues nobody else uses, and how tests talk to it.

import BullMQ
import BullMQTesting
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import Testing

@testable import QueueDashboard

/// A dashboard with one queue of its own on the Redis shared by the tests of this process.
struct DashboardStage: Sendable {
    let queue: Queue
    let redis: Redis
    let dashboard: QueueDashboard

    private static let sharedRedis = Task { try Redis(url: try await RedisServer.shared.unixURL) }

    static func make(
        _ options: DashboardOptions = DashboardOptions(), redis: Redis? = nil
    ) async throws -> DashboardStage {
        let client = if let redis { redis } else { try await sharedRedis.value }
        let queue = try Queue(RedisServer.uniqueName("dash"), redis: client)
        return DashboardStage(
            queue: queue, redis: client,
            dashboard: try QueueDashboard(queues: [queue.name], redis: client, options: options))
    }

    var application: some ApplicationProtocol {
        let router = Router()
        dashboard.addRoutes(to: router.group())
        return Application(router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)))
    }

    /// Runs a test against the routes, without a socket.
    func test<Value: Sendable>(
        _ body: @escaping @Sendable (DashboardClient) async throws -> Value
    ) async throws -> Value {
        try await application.test(.router) { try await body(DashboardClient(client: $0, queue: queue.name)) }
    }

    /// Adds a job that has failed for this reason.
    @discardableResult
    func addFailed(
        _ name: String = "work", data: JSONText = .emptyObject, reason: String = "it broke"
    ) async throws -> Job {
        let job = try await queue.add(name: name, data: data)
        try await work(off: 1) { _ in throw JobOutcome.unrecoverable(reason) }
        return job
    }

    /// Processes this many jobs.
    func work(off count: Int, _ body: @escaping @Sendable (Job) async throws -> JSONText) async throws {
        let events = try QueueEvents(queue.name, redis: redis, from: try await queue.eventPosition())
        let worker = try Worker(queue.name, redis: redis) { Handler { try await body($0) } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            var left = count
            for try await event in events {
                switch event.kind {
                case .completed, .failed: left -= 1
                default: break
                }
                if left == 0 { break }
            }
            await worker.close(gracePeriod: .zero)
            try await group.waitForAll()
        }
    }
}

/// What the page does, as calls.
struct DashboardClient: Sendable {
    let client: any TestClientProtocol
    let queue: String

    static let page: HTTPFields = {
        var fields: HTTPFields = [.contentType: "application/json"]
        if let name = HTTPField.Name("X-Requested-With") { fields[name] = "dashboard" }
        return fields
    }()

    func get(
        _ path: String, _ parameters: KeyValuePairs<String, String> = [:], status: HTTPResponse.Status = .ok,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> JSONValue {
        // A queue named in the path comes before that of the stage.
        let parts = path.split(separator: "?", maxSplits: 1)
        let query = parts.dropFirst().map(String.init) + parameters.map { "\($0.key)=\($0.value)" } + ["queue=\(queue)"]
        let response = try await client.execute(
            uri: "/dashboard/api/\(parts[0])?\(query.joined(separator: "&"))", method: .get)
        #expect(response.status == status, sourceLocation: sourceLocation)
        return try JSONValue(parsing: response.body.readableBytesView)
    }

    func post(
        _ path: String, _ fields: JSONObject, status: HTTPResponse.Status = .ok, headers: HTTPFields = page,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> JSONValue {
        var fields = fields
        if fields["queue"] == nil { fields["queue"] = .string(queue) }
        let response = try await client.execute(
            uri: "/dashboard/api/\(path)", method: .post, headers: headers,
            body: ByteBuffer(string: JSONValue.object(fields).serialized()))
        #expect(response.status == status, sourceLocation: sourceLocation)
        return try JSONValue(parsing: response.body.readableBytesView)
    }
}
