import BullMQ
import BullMQTesting
import Hummingbird
import LiveTesting
import Logging
import NIOHTTP1
import Testing

@testable import QueueAPI

@Suite(.live) struct ServerTests {
    @Test func `Without Redis requests fail soon, in the contract's words, and the process is alive`() async throws {
        try await withRedisServer { redis in
            try await withServer(redis: redis.url) { server in
                #expect(try await server.get("/health/ready").json["checks"]?["redis"]?.stringValue == "ok")
                await redis.kill()
                let start = ContinuousClock.now
                let stats = try await server.get("/api/queue/stats")
                #expect(ContinuousClock.now - start < .milliseconds(2500))
                #expect(stats.status == 500)
                #expect(stats.body == #"{"ok":false,"error":"Failed to connect to Redis"}"#)
                let enqueued = ContinuousClock.now
                let answer = try await server.enqueue(EnqueueTests.good)
                #expect(ContinuousClock.now - enqueued < .milliseconds(2500))
                #expect(answer.status == 500)
                #expect(answer.body == #"{"ok":false,"error":"Redis connection refused"}"#)
                #expect(try await server.get("/health/live").body == #"{"status":"ok"}"#)
                let ready = try await server.get("/health/ready")
                #expect(ready.status == 503)
                #expect(
                    ready.body
                        == #"{"status":"error","checks":{"redis":"down","directus":"ok","taxonomy":"ok"}}"#)
                #expect(try await server.get("/metrics").body.contains("queue_redis_up 0\n"))
                try await redis.start()
                try await eventually { try await server.enqueue(EnqueueTests.good).status == 200 }
            }
        }
    }

    @Test func `A frozen Redis is noticed`() async throws {
        try await withRedisServer { redis in
            try await withServer(redis: redis.url) { server in
                #expect(try await server.enqueue(EnqueueTests.good).status == 200)
                await redis.freeze()
                let start = ContinuousClock.now
                #expect(try await server.enqueue(EnqueueTests.good).status == 500)
                #expect(ContinuousClock.now - start < .seconds(4))
                await redis.thaw()
                try await eventually { try await server.enqueue(EnqueueTests.good).status == 200 }
            }
        }
    }

    @Test func `Jobs that were acknowledged survive a restart of Redis`() async throws {
        var options = RedisServerOptions()
        options.durability = .appendOnlyAlways
        try await withRedisServer(options) { redis in
            try await withServer(redis: redis.url) { server in
                let acknowledged = try await withThrowingTaskGroup(of: [String].self) { group in
                    for _ in 0..<8 {
                        group.addTask {
                            var ids: [String] = []
                            for _ in 0..<60 {
                                let answer = try await server.enqueue(EnqueueTests.good)
                                if let id = try answer.json["bullJobId"]?.stringValue { ids.append(id) }
                            }
                            return ids
                        }
                    }
                    try await redis.restart()
                    return try await group.reduce(into: []) { $0 += $1 }
                }
                #expect(!acknowledged.isEmpty)
                let queue = try server.queue()
                for id in acknowledged { #expect(try await queue.state(of: id) == .prioritized) }
            }
        }
    }

    @Test func `Unknown paths are 404, known ones answer other methods with 405`() async throws {
        try await withServer { server in
            for path in ["/", "/api/queue", "/api/queue/../stats", "/api/queue/stats/x", "/api/queue/%2e%2e/stats"] {
                let answer = try await server.get(path)
                #expect(answer.status == 404, "\(path)")
                #expect(answer.body == #"{"error":"Not found"}"#)
            }
            for (method, path, allow) in [
                ("GET", "/api/queue/media", "POST"), ("DELETE", "/api/queue/stats", "GET"),
                ("PUT", "/api/queue/jobs/x", "DELETE, GET"), ("POST", "/health/live", "GET"),
            ] {
                let answer = try await server.send(.RAW(value: method), path)
                #expect(answer.status == 405, "\(path)")
                #expect(answer.headers.first(name: "Allow") == allow)
            }
        }
    }

    @Test func `Requests have an id, the client's if it is fit`() async throws {
        try await withServer { server in
            func id(_ given: String?) async throws -> String? {
                let headers = given.map { [("X-Request-Id", $0)] } ?? []
                return try await server.get("/health/live", headers: headers).headers.first(name: "X-Request-Id")
            }
            #expect(try await id("abc-1") == "abc-1")
            for given in [nil, "with space", String(repeating: "x", count: 129)] {
                let made = try #require(try await id(given))
                #expect(made != given)
                #expect(UUIDText.normalized(made) == made)
            }
        }
    }

    @Test func `Pages of other origins get nothing, unless they are listed`() async throws {
        try await withServer {
            $0.corsOrigins = ["https://app.example.org"]
        } _: { server in
            let other = try await server.get("/api/queue/stats", headers: [("Origin", "https://evil.example.org")])
            #expect(other.headers.first(name: "Access-Control-Allow-Origin") == nil)
            let listed = try await server.get("/api/queue/stats", headers: [("Origin", "https://app.example.org")])
            #expect(listed.headers.first(name: "Access-Control-Allow-Origin") == "https://app.example.org")
            let preflight = try await server.send(
                .OPTIONS, "/api/queue/media",
                headers: [("Origin", "https://app.example.org"), ("Access-Control-Request-Method", "POST")])
            #expect(preflight.status == 204)
            let refused = try await server.send(
                .POST, "/api/queue/media", headers: [("Origin", "https://app.example.org")])
            #expect(refused.status == 401)
            #expect(refused.headers.first(name: "Access-Control-Allow-Origin") == "https://app.example.org")
        }
    }

    @Test func `The metrics tell requests, queues and lifetimes`() async throws {
        try await withServer { server in
            #expect(try await server.enqueue(EnqueueTests.good).status == 200)
            _ = try await server.get("/api/queue/jobs/\(Tokens.fileID)", token: Tokens.user)
            let text = try await server.get("/metrics").body
            for line in [
                #"http_requests_total{method="POST",route="/api/queue/media",status="200"} 1"#,
                #"http_requests_total{method="GET",route="/api/queue/jobs/{jobId}",status="404"} 1"#,
                #"queue_jobs{queue="media-jobs",state="waiting"} 1"#,
                #"queue_jobs_completed_total{queue="media-jobs"} 0"#, "queue_redis_up 1", "taxonomy_cache_size 0",
            ] { #expect(text.contains(line + "\n"), "\(line)") }
            // Each family is declared once.
            let types = text.split(separator: "\n").filter { $0.hasPrefix("# TYPE") }
            #expect(Set(types).count == types.count)
        }
    }

    @Test func `Graceful shutdown answers what was begun`() async throws {
        try await withServer { server in
            async let answers = withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<20 { group.addTask { try await server.enqueue(EnqueueTests.good).status } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            try await eventually { try await server.queue().counts().prioritized > 0 }
            await server.stopGracefully()
            // Those that came too late could not connect at all; that is an error of the client's, not an answer.
            let statuses = (try? await answers) ?? [200]
            #expect(statuses.allSatisfy { $0 == 200 })
        }
    }

    @Test func `The OpenAPI document describes exactly the routes`() async throws {
        try await withServer(directus: nil) { server in
            let document = try await server.get("/openapi.json").json
            var described: Set<RouteTable.Route> = []
            for (path, item) in document["paths"]?.objectValue ?? JSONObject() {
                for (method, operation) in item.objectValue ?? JSONObject() {
                    described.insert(.init(method: method.uppercased(), path: path))
                    #expect(operation["responses"]?.objectValue?.isEmpty == false)
                    #expect(operation["summary"]?.stringValue?.isEmpty == false)
                }
            }
            let parts = try ServerParts(
                server.configuration, redis: server.redis, directus: nil, localVerifier: nil,
                metrics: PrometheusMetrics(), logger: Logger(label: "test"))
            let table = RouteTable(Router(context: QueueAPIContext.self))
            parts.addRoutes(to: table)
            let routes = table.routes.map { route in
                RouteTable.Route(
                    method: route.method, path: route.path.replacing(/:(\w+)/) { "{\($0.output.1)}" })
            }
            #expect(described == Set(routes))
            // Every reference leads somewhere.
            let text = document.serialized()
            for match in text.matches(of: /#\/components\/schemas\/(\w+)/) {
                #expect(document["components"]?["schemas"]?[String(match.output.1)] != nil)
            }
        }
    }
}
