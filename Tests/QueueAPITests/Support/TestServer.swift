// Owns: a whole server on a free port, with a Redis and a Directus that does what the test says.

import AsyncHTTPClient
import BullMQ
import BullMQTesting
import Logging
import NIOCore
import NIOHTTP1
import ServiceLifecycle
import Testing

@testable import QueueAPI

/// An answer, read whole.
struct Answer: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let body: String

    var json: JSONValue { get throws { try JSONValue(parsing: body) } }
}

/// A running server.
struct TestServer: Sendable {
    let port: Int
    let configuration: QueueAPIConfiguration
    let redis: Redis
    let metrics: PrometheusMetrics
    private let group: ServiceGroup

    fileprivate init(
        port: Int, configuration: QueueAPIConfiguration, redis: Redis, metrics: PrometheusMetrics, group: ServiceGroup
    ) {
        self.port = port
        self.configuration = configuration
        self.redis = redis
        self.metrics = metrics
        self.group = group
    }

    var url: String { "http://127.0.0.1:\(port)" }

    func queue(_ name: String = "media-jobs") throws -> Queue {
        try Queue(name, redis: redis, options: QueueOptions(prefix: configuration.prefix))
    }

    func send(
        _ method: HTTPMethod, _ path: String, token: String? = nil, headers: [(String, String)] = [],
        body: String? = nil
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: url + path)
        request.method = method
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        if let body {
            if !headers.contains(where: { $0.0 == "Content-Type" }) {
                request.headers.add(name: "Content-Type", value: "application/json")
            }
            request.body = .bytes(ByteBuffer(string: body))
        }
        for (name, value) in headers where !value.isEmpty { request.headers.add(name: name, value: value) }
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(20))
        let bytes = try await response.body.collect(upTo: 4 << 20)
        return Answer(status: Int(response.status.code), headers: response.headers, body: String(buffer: bytes))
    }

    func get(_ path: String, token: String? = nil, headers: [(String, String)] = []) async throws -> Answer {
        try await send(.GET, path, token: token, headers: headers)
    }

    func enqueue(_ body: String, token: String? = Tokens.user) async throws -> Answer {
        try await send(.POST, "/api/queue/media", token: token, body: body)
    }

    func stopGracefully() async { await group.triggerGracefulShutdown() }
}

/// Runs `body` with a server that is gone afterwards.
///
/// - Parameters:
///   - url: of Redis; the shared one by default.
///   - change: what the configuration differs in from the tests' usual one.
func withServer(
    redis url: String? = nil, directus: ScriptedDirectus? = ScriptedDirectus(),
    _ change: (inout QueueAPIConfiguration) -> Void = { _ in }, _ body: (TestServer) async throws -> Void
) async throws {
    let redisURL: String
    if let url { redisURL = url } else { redisURL = try await RedisServer.shared.url }
    var configuration = QueueAPIConfiguration()
    configuration.redisURL = redisURL
    configuration.prefix = RedisServer.uniqueName("api")
    configuration.port = 0
    configuration.directusPort = 0
    configuration.directusSecret = Tokens.secret
    configuration.recordCheck = .compat
    configuration.logsAccess = false
    change(&configuration)
    let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let metrics = PrometheusMetrics()
    let server = try QueueAPI(configuration, directus: directus, metrics: metrics, logger: silent)
    let redis = try Redis(url: redisURL)
    let services = ServiceGroup(configuration: .init(services: [redis, server], logger: silent))
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await services.run() }
        do {
            let port = try #require(try await server.address().port)
            try await body(
                TestServer(
                    port: port, configuration: configuration, redis: redis, metrics: metrics, group: services))
        } catch {
            await services.triggerGracefulShutdown()
            // If the server could not start, this says why.
            try await group.waitForAll()
            throw error
        }
        await services.triggerGracefulShutdown()
        try await group.waitForAll()
    }
}
