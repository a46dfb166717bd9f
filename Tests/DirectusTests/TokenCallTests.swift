import Testing

@testable import Directus

@Suite("Calls about tokens")
struct TokenCallTests {
    @Test("a caller's token is asked about with that token, not with ours")
    func user() async throws {
        let server = try await ScriptedServer(
            .data(#"{"id":"u1","email":"a@b.c","status":"active","role":"r1"}"#),
            .data(#"{"app_access":true,"admin_access":true,"enforce_tfa":false}"#))
        try await withDirectus(server) { directus, server in
            let user = try await directus.user(ofToken: "callers-token")
            #expect(
                user == DirectusUser(id: "u1", email: "a@b.c", status: "active", role: "r1", isAdmin: true))
            #expect(server.requests.map(\.path) == ["/users/me", "/policies/me/globals"])
            #expect(server.requests.allSatisfy { $0["Authorization"] == "Bearer callers-token" })
            #expect(!server.requests.contains { $0.uri.contains("callers-token") })
        }
    }

    @Test("a user who may read nothing but the id is a user; one who may not ask for access is no known admin")
    func bareUser() async throws {
        let server = try await ScriptedServer(.data(#"{"id":"u1"}"#), .error(403, "FORBIDDEN"))
        try await withDirectus(server) { directus, _ in
            let user = try await directus.user(ofToken: "t")
            #expect(user == DirectusUser(id: "u1"))
        }
    }

    @Test("a share token has no user")
    func share() async throws {
        let server = try await ScriptedServer(.data(#"{"share":"s1"}"#))
        try await withDirectus(server) { directus, server in
            let user = try await directus.user(ofToken: "t")
            #expect(user.id == nil && user.share == "s1")
            #expect(server.requests.count == 1)
        }
    }

    @Test(
        "a bad token and an absent Directus are told apart",
        arguments: [
            (401, "TOKEN_EXPIRED", true), (401, "INVALID_CREDENTIALS", true), (403, "INVALID_TOKEN", true),
            (401, "USER_SUSPENDED", true), (503, "SERVICE_UNAVAILABLE", false), (429, "REQUESTS_EXCEEDED", false),
        ])
    func badToken(status: Int, code: String, isAuthentication: Bool) async throws {
        let server = try await ScriptedServer(.error(status, code))
        try await withDirectus(server, retries: .none) { directus, _ in
            let error = await failure { () async throws(DirectusError) in try await directus.user(ofToken: "t") }
            #expect(error?.isAuthentication == isAuthentication)
            #expect(error?.isUnavailable == !isAuthentication)
        }
    }

    @Test("a token that no header can carry is bad without asking", arguments: ["a\r\nX-Evil: 1", "a b", "", "tök"])
    func injection(token: String) async throws {
        let server = try await ScriptedServer(.data(#"{"id":"u1"}"#))
        try await withDirectus(server) { directus, server in
            let error = await failure { () async throws(DirectusError) in try await directus.user(ofToken: token) }
            #expect(error?.isAuthentication == true)
            #expect(server.requests.isEmpty)
        }
    }

    @Test("signing in and refreshing give tokens that no description shows; their lifetime comes in milliseconds")
    func session() async throws {
        let tokens = #"{"access_token":"secret-a","refresh_token":"secret-r","expires":900000}"#
        let server = try await ScriptedServer(.data(tokens), .data(tokens), .empty)
        try await withDirectus(server) { directus, server in
            let first = try await directus.signIn(email: "a@b.c", password: "p")
            #expect(first.accessToken == "secret-a" && first.lifetime == .seconds(900))
            #expect(!"\(first)".contains("secret") && !String(reflecting: first).contains("secret"))
            _ = try await directus.refresh(first.refreshToken)
            try await directus.signOut(first.refreshToken)
            #expect(server.requests.map(\.uri) == ["/auth/login", "/auth/refresh", "/auth/logout"])
            #expect(server.requests.allSatisfy { $0["Authorization"] == nil })
            #expect(server.requests[1].body == #"{"mode":"json","refresh_token":"secret-r"}"#)
        }
    }

    @Test("a ping needs the answer of a Directus")
    func ping() async throws {
        let server = try await ScriptedServer(.json("pong"), .json("<html>Welcome to nginx</html>"))
        try await withDirectus(server) { directus, _ in
            try await directus.ping()
            let error = await failure { () async throws(DirectusError) in try await directus.ping() }
            #expect(error?.code == .invalidAnswer)
        }
    }
}
