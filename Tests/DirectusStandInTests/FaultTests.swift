// Faults on request, and the server's own signs of life.

import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Testing

@testable import DirectusStandIn

@Suite struct FaultTests {
    @Test func faultsHappenToTheRequestsTheyAreMeantFor() async throws {
        try await withStandIn { client in
            let faults = client.directus.faults
            faults.next(.underPressure, times: 2, path: "/users")
            faults.next(.tooManyRequests(retryAfter: 7), method: "POST")
            #expect(try await client.get("/server/info").status == 200)
            for _ in 0..<2 {
                #expect(try await client.get("/users/me").outcome == "503 SERVICE_UNAVAILABLE")
            }
            #expect(try await client.get("/users/me").status == 200)
            let limited = try await client.post("/folders", ["name": "x"])
            #expect(limited.outcome == "429 REQUESTS_EXCEEDED")
            #expect(limited.headers.first(name: "retry-after") == "7")
            #expect(faults.pending == 0)
            faults.next(.badGateway)
            let page = try await client.get("/users/me")
            #expect(page.status == 502)
            #expect(page.text.hasPrefix("<html>"))
            faults.next(.internalError)
            #expect(try await client.get("/users/me").outcome == "500 INTERNAL_SERVER_ERROR")
            faults.next(.delay(.milliseconds(50)))
            let start = ContinuousClock.now
            #expect(try await client.get("/users/me").status == 200)
            #expect(ContinuousClock.now - start >= .milliseconds(50))
        }
    }

    @Test func aClosedConnectionDoesNothingAndALostAnswerDoesIt() async throws {
        try await withStandIn { client async throws in
            client.directus.faults.next(.closedConnection, method: "POST")
            await #expect(throws: HTTPClientError.self) { try await client.post("/folders", ["name": "a"]) }
            client.directus.faults.next(.lostAnswer, method: "POST")
            await #expect(throws: HTTPClientError.self) { try await client.post("/folders", ["name": "b"]) }
            #expect(try await client.get("/folders?fields=name").data == [["name": "b"]])
        }
    }

    @Test func aBrokenBodyEndsInItsMiddle() async throws {
        try await withStandIn { client in
            let file = try await client.upload([("file", "a", nil, .init(repeating: 7, count: 500_000))])
            let path = "/assets/" + (file.data["id"]?.string ?? "")
            client.directus.faults.next(.brokenBody(after: 200_000), path: "/assets")
            await #expect(throws: (any Error).self) { try await client.get(path) }
            #expect(try await client.get(path).bytes.readableBytes == 500_000)
        }
    }

    @Test func theServerTellsThatItIsThere() async throws {
        try await withStandIn { client in
            let ping = try await client.get("/server/ping", token: nil)
            #expect(ping.text == "pong")
            #expect(ping.headers.first(name: "x-powered-by") == "Directus")
            let health = try await client.get("/server/health", token: nil)
            #expect(health.json == ["status": "ok"])
            #expect(health.headers.first(name: "content-type") == "application/health+json")
            #expect(try await client.get("/server/info", token: nil).data["version"] == nil)
            #expect(try await client.get("/server/info").data["version"] == "11.17.4")
        }
    }
}
