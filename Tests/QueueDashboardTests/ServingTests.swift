// Owns: how the page and its data are served, whatever they show.

import BullMQ
import BullMQTesting
import HTTPTypes
import HummingbirdTesting
import LiveTesting
import NIOCore
import Testing

@testable import QueueDashboard

@Suite("Serving the page", .live, .timeLimit(.minutes(1)))
struct ServingTests {
    @Test("the page may load nothing from elsewhere, and no other page may frame it")
    func policy() async throws {
        let stage = try await DashboardStage.make()
        try await stage.test { client in
            try await client.client.execute(uri: "/dashboard/", method: .get) { response in
                #expect(response.status == .ok)
                let policy = response.headers[.contentSecurityPolicy] ?? ""
                #expect(policy.hasPrefix("default-src 'none'; script-src 'self'; style-src 'self'"))
                #expect(policy.contains("frame-ancestors 'none'"))
                #expect(response.headers[.xContentTypeOptions] == "nosniff")
            }
        }
    }

    @Test("the page is found without the slash too, wherever it is mounted")
    func redirect() async throws {
        let stage = try await DashboardStage.make()
        try await stage.test { client in
            try await client.client.execute(uri: "/dashboard", method: .get) { response in
                #expect(response.status == .permanentRedirect)
                #expect(response.headers[.location] == "dashboard/")
            }
        }
    }

    @Test("every file that the page names is served, and only once to a browser that has it")
    func assets() async throws {
        let stage = try await DashboardStage.make()
        let named = DashboardAsset.files.mapValues { String(buffer: $0.body) }
        var references = Set(["style.css", "app.js", "icon.svg"])
        for text in named.values {
            references.formUnion(text.matches(of: /from "\.\/([a-z]+\.js)"/).map { String($0.1) })
        }
        #expect(references == Set(named.keys))
        try await stage.test { client in
            for name in named.keys {
                let tag = try await client.client.execute(uri: "/dashboard/assets/\(name)", method: .get) { response in
                    #expect(response.status == .ok)
                    #expect(response.body.readableBytes > 0)
                    return response.headers[.eTag]
                }
                try await client.client.execute(
                    uri: "/dashboard/assets/\(name)", method: .get, headers: [.ifNoneMatch: try #require(tag)]
                ) { response in
                    #expect(response.status == .notModified)
                }
            }
            for path in ["none.js", "..%2f..%2fetc%2fpasswd", "index.html"] {
                try await client.client.execute(uri: "/dashboard/assets/\(path)", method: .get) { response in
                    #expect(response.status == .notFound)
                }
            }
        }
    }

    @Test("data is kept by no cache")
    func caching() async throws {
        let stage = try await DashboardStage.make()
        try await stage.test { client in
            try await client.client.execute(uri: "/dashboard/api/overview", method: .get) { response in
                #expect(response.headers[.cacheControl] == "no-store")
                #expect(response.headers[.contentType] == "application/json; charset=utf-8")
            }
        }
    }

    @Test("bodies that are no JSON object, or too large, are refused")
    func bodies() async throws {
        let stage = try await DashboardStage.make()
        try await stage.test { client in
            let cases: [(String, HTTPResponse.Status, String)] = [
                ("{", .badRequest, "Invalid JSON body"), ("[]", .badRequest, "The body must be a JSON object"),
                ("\"" + String(repeating: "x", count: 1 << 20) + "\"", .contentTooLarge, "Request body too large"),
            ]
            for (body, status, message) in cases {
                try await client.client.execute(
                    uri: "/dashboard/api/queue/action", method: .post, headers: DashboardClient.page,
                    body: ByteBuffer(string: body)
                ) { response in
                    #expect(response.status == status)
                    #expect(String(buffer: response.body) == "{\"error\":\"\(message)\"}")
                }
            }
        }
    }

    @Test("while Redis is away, each request says so in time")
    func outage() async throws {
        let server = try await RedisServer.start()
        var configuration = try RedisConfiguration(url: server.unixURL)
        configuration.offlineTimeout = .milliseconds(200)
        let stage = try await DashboardStage.make(redis: Redis(configuration: configuration))
        try await stage.queue.add(name: "work")
        await server.stop()
        try await stage.test { client in
            for path in ["overview", "queue", "redis", "workers", "jobs?state=waiting"] {
                let answer = try await client.get(path, status: .serviceUnavailable)
                #expect(answer["ok"] == false)
                #expect(answer["error"]?.stringValue?.isEmpty == false)
            }
        }
        await stage.redis.close()
    }

    @Test("no more pages follow the figures than are allowed")
    func viewers() async throws {
        let stage = try await DashboardStage.make(DashboardOptions(maximumViewers: 0))
        try await stage.test { client in
            let answer = try await client.get("events", status: .serviceUnavailable)
            #expect(answer["ok"] == false)
        }
    }

    @Test("Redis and the workers are described")
    func system() async throws {
        let stage = try await DashboardStage.make()
        try await stage.test { client in
            let redis = try await client.get("redis")
            #expect(redis["version"]?.stringValue?.isEmpty == false)
            #expect(try #require(redis["memory"]?.doubleValue) > 0)
            #expect(redis["warnings"]?.arrayValue != nil)
            #expect(try await client.get("workers") == ["workers": []])
        }
        let worker = try Worker(stage.queue.name, redis: stage.redis, options: WorkerOptions(name: "ada")) {
            Handler { _ in .null }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            while try await stage.queue.workerCount() == 0 { try Task.checkCancellation() }
            try await stage.test { client in
                let answer = try await client.get("workers")
                #expect(answer["workers"]?[0]?["name"] == "ada")
            }
            await worker.close(gracePeriod: .zero)
            try await group.waitForAll()
        }
    }
}
