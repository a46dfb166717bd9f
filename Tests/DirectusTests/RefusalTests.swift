import Foundation
import NIOCore
import Testing

@testable import Directus

@Suite("Failures")
struct RefusalTests {
    private func error(
        _ answer: ScriptedServer.Answer, retries: DirectusRetryPolicy = .none
    ) async throws -> (DirectusError, requests: Int) {
        let server = try await ScriptedServer(answer)
        return try await withDirectus(server, retries: retries) { directus, server in
            let error = await failure { () async throws(DirectusError) in
                try await directus.items("media_jobs", as: DirectusRow.self)
            }
            return (try #require(error), server.requests.count)
        }
    }

    @Test(
        "the server's code, status and field are kept",
        arguments: [
            (400, "INVALID_PAYLOAD"), (401, "TOKEN_EXPIRED"), (403, "INVALID_TOKEN"), (413, "CONTENT_TOO_LARGE"),
            (418, "SOMETHING_AN_EXTENSION_INVENTED"),
        ])
    func codes(status: Int, code: String) async throws {
        let body = #"{"errors":[{"message":"No.","extensions":{"code":"\#(code)","field":"slug","reason":"Because"}}]}"#
        let (error, _) = try await error(.json(body, status: status))
        #expect(error == DirectusError(.init(rawValue: code), status: status, message: "Because", field: "slug"))
        #expect(error.isAuthentication == (status == 401 || code == "INVALID_TOKEN"))
    }

    @Test("busy servers are asked again, with the pause they want")
    func busy() async throws {
        let server = try await ScriptedServer(
            .error(429, "REQUESTS_EXCEEDED", headers: [("Retry-After", "0")]), .error(503, "SERVICE_UNAVAILABLE"),
            .json("<html>Bad gateway</html>", status: 502), .data("[]"))
        try await withDirectus(server) { directus, server in
            let rows = try await directus.items("x", as: DirectusRow.self)
            #expect(rows.isEmpty)
            #expect(server.requests.count == 4)
        }
        let (error, _) = try await error(
            .error(429, "REQUESTS_EXCEEDED", headers: [("Retry-After", "90")]), retries: .fast)
        #expect(error.code == .tooManyRequests && error.retryAfter == .seconds(90) && error.isUnavailable)
    }

    @Test("patience ends")
    func patience() async throws {
        let (error, requests) = try await error(.error(503, "SERVICE_UNAVAILABLE"), retries: .fast)
        #expect(error.code == .serviceUnavailable && requests == 5)
    }

    @Test("a proxy's page is cut, and its text never holds the token")
    func page() async throws {
        let page = "<html>\r\n\tYou sent service-token!" + String(repeating: "<p>x</p>", count: 20_000)
        let (error, _) = try await error(.json(page, status: 502))
        #expect(error.code == .invalidAnswer && error.status == 502 && error.isUnavailable)
        #expect(error.message.utf8.count < 700)
        #expect(error.message.contains("[token]") && !error.description.contains("service-token"))
        #expect(!error.message.contains("\n"))
    }

    @Test("a redirect is not followed: the token would go with it")
    func redirect() async throws {
        let (error, requests) = try await error(
            .json("", status: 302, headers: [("Location", "http://127.0.0.1:1/")]), retries: .fast)
        #expect(error.code == .invalidAnswer && error.status == 302 && requests == 1)
    }

    @Test(
        "a success that is not Directus's says where it is wrong, not what it holds",
        arguments: ["<html></html>", #"{"data":{"secret":1}}"#, #"{"rows":[]}"#, ""])
    func strangeSuccess(body: String) async throws {
        let (error, _) = try await error(.json(body))
        #expect(error.code == .invalidAnswer)
        #expect(!error.message.contains("secret"))
    }

    @Test("an answer that is too long is refused, not held")
    func longAnswer() async throws {
        let server = try await ScriptedServer(.data("\"" + String(repeating: "x", count: 5000) + "\""))
        try await withDirectus(server, configure: { $0.largestAnswer = 1000 }) { directus, _ in
            let error = await failure { () async throws(DirectusError) in
                try await directus.items("x", as: DirectusRow.self)
            }
            #expect(error?.code == .contentTooLarge)
        }
    }

    @Test("nobody listening is found at once and reported as unreachable")
    func nobody() async throws {
        let server = try await ScriptedServer(.data("[]"))
        await server.stop()
        let start = ContinuousClock.now
        try await withDirectus(server) { directus, _ in
            let error = await failure { () async throws(DirectusError) in try await directus.ping() }
            #expect(error?.code == .unreachable && error?.isUnavailable == true)
            #expect(error?.message.contains("127.0.0.1") == false)
        }
        #expect(ContinuousClock.now - start < .seconds(3))
    }

    @Test("silence ends with the time-out")
    func silence() async throws {
        let server = try await ScriptedServer(.silent)
        try await withDirectus(server, retries: .none, configure: { $0.timeout = .milliseconds(200) }) { directus, _ in
            let error = await failure { () async throws(DirectusError) in try await directus.count("x") }
            #expect(error?.code == .timedOut && error?.isUnavailable == true)
        }
    }

    @Test("a cancelled task ends its call, while it waits for an answer and while it waits to try again")
    func cancellation() async throws {
        for answer in [ScriptedServer.Answer.silent, .error(503, "SERVICE_UNAVAILABLE")] {
            let server = try await ScriptedServer(answer)
            let slow = DirectusRetryPolicy(attempts: 3, firstPause: .seconds(1000), longestPause: .seconds(1000))
            try await withDirectus(server, retries: slow) { directus, server in
                let call = Task {
                    await failure { () async throws(DirectusError) in try await directus.count("x") }
                }
                for await _ in server.arrivals { break }
                call.cancel()
                #expect(await call.value?.code == .cancelled)
                #expect(server.requests.count == 1)
            }
        }
    }

    @Test("after the end of its life a client refuses, and it may end without having lived")
    func shutdown() async throws {
        let server = try await ScriptedServer(.data("[]"))
        try await withDirectus(server) { directus, server in
            await directus.shutdown()
            await directus.shutdown()
            let error = await failure { () async throws(DirectusError) in try await directus.count("x") }
            #expect(error?.code == .cancelled)
            #expect(server.requests.isEmpty)
        }
        _ = DirectusClient(try DirectusConfiguration(url: "http://127.0.0.1:1"))
    }
}
