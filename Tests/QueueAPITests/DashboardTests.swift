import BullMQ
import LiveTesting
import Logging
import NIOHTTP1
import Testing

@testable import QueueAPI

@Suite(.live) struct DashboardTests {
    private static let own = [("X-Requested-With", "dashboard")]

    @Test func `The page is for everybody, its data for administrators`() async throws {
        try await withServer { (server: TestServer) async throws in
            #expect(try await server.get("/dashboard/").status == 200)
            #expect(try await server.get("/dashboard/api/overview").status == 401)
            #expect(try await server.get("/dashboard/api/overview", token: Tokens.user).status == 403)
            #expect(try await server.get("/dashboard/api/overview", token: Tokens.admin).status == 200)
            for path in ["/dashboard//api/overview", "//dashboard/api/overview", "/dashboard/./api/overview"] {
                #expect(try await server.get(path).status != 200, "\(path)")
            }
        }
    }

    @Test func `Signing in gives a session that scripts and other sites cannot use`() async throws {
        try await withServer { (server: TestServer) async throws in
            for body in [#"{"token":"\#(Tokens.admin)"}"#, #"{"email":"admin","password":"right"}"#] {
                let answer = try await server.send(.POST, "/dashboard/login", headers: Self.own, body: body)
                #expect(answer.status == 200)
                let cookie = try #require(answer.headers.first(name: "Set-Cookie"))
                #expect(cookie.contains("; HttpOnly; SameSite=Strict"))
                let session = String(cookie.prefix { $0 != ";" })
                func overview(_ cookie: String) async throws -> Int {
                    try await server.get("/dashboard/api/overview", headers: [("Cookie", cookie)]).status
                }
                #expect(try await overview("a=b; \(session)") == 200)
                #expect(try await overview(String(session.dropLast()) + (session.hasSuffix("0") ? "1" : "0")) == 401)
            }
        }
    }

    @Test func `Nobody else can sign in`() async throws {
        try await withServer { (server: TestServer) async throws in
            func signIn(_ body: String, _ headers: [(String, String)] = Self.own) async throws -> Int {
                try await server.send(.POST, "/dashboard/login", headers: headers, body: body).status
            }
            #expect(try await signIn(#"{"token":"\#(Tokens.user)"}"#) == 403)
            #expect(try await signIn(#"{"token":"wrong"}"#) == 401)
            #expect(try await signIn(#"{"email":"admin","password":"wrong"}"#) == 401)
            #expect(try await signIn("{}") == 401)
            #expect(try await signIn(#"{"token":"\#(Tokens.admin)"}"#, []) == 403)
        }
    }

    @Test func `A dashboard that is switched off is not there`() async throws {
        try await withServer {
            $0.dashboard = .off
        } _: { (server: TestServer) async throws in
            #expect(try await server.get("/dashboard/").status == 404)
            #expect(try await server.get("/dashboard/api/overview", token: Tokens.admin).status == 404)
        }
    }
}
