import BullMQ
import LiveTesting
import Logging
import NIOHTTP1
import Testing

@testable import QueueAPI

@Suite(.live) struct TokenTests {
    static let bad: [(String, String?)] = [
        ("none", nil),
        ("not a JWT", "static-token-nobody-has"),
        ("expired", Tokens.signed(Tokens.claims(["id": Tokens.userID, "exp": 1_700_000_000]))),
        ("not yet valid", Tokens.signed(Tokens.claims(["id": Tokens.userID, "nbf": 4_000_000_000]))),
        (
            "another secret",
            Tokens.signed(Tokens.claims(["id": Tokens.userID]), secret: "another secret of 32 bytes or more.")
        ),
        ("none algorithm", Tokens.unsigned(Tokens.claims(["id": Tokens.userID]))),
        ("HS512 in the header", Tokens.signed(Tokens.claims(["id": Tokens.userID]), algorithm: "HS512")),
        ("RS256 in the header", Tokens.signed(Tokens.claims(["id": Tokens.userID]), algorithm: "RS256")),
        ("another issuer", Tokens.signed(Tokens.claims(["id": Tokens.userID, "iss": "somebody"]))),
        (
            "password reset",
            Tokens.signed(
                Tokens.claims(
                    ["email": "a@example.org", "scope": "password-reset"],
                    without: ["role", "app_access", "admin_access"]))
        ),
        ("no role", Tokens.signed(Tokens.claims(["id": Tokens.userID], without: ["role"]))),
        ("share", Tokens.signed(Tokens.claims(["share": Tokens.otherID]))),
        ("share with an id", Tokens.signed(Tokens.claims(["id": Tokens.userID, "share": Tokens.otherID]))),
        ("for an audience", Tokens.signed(Tokens.claims(["id": Tokens.userID, "aud": "somebody"]))),
        ("no user", Tokens.signed(Tokens.claims([:]))),
        ("user id that is no uuid", Tokens.signed(Tokens.claims(["id": "1"]))),
        ("no expiry", Tokens.signed(Tokens.claims(["id": Tokens.userID], without: ["exp"]))),
        ("four parts", Tokens.user + ".x"),
        ("tampered", String(Tokens.user.dropLast(4)) + "AAAA"),
    ]

    @Test func `Every bad token gets the same 401`() async throws {
        try await withServer { (server: TestServer) async throws in
            for (kind, token) in Self.bad {
                // Twice, so that the second answer comes from memory.
                for _ in 0..<2 {
                    let answer = try await server.enqueue(EnqueueTests.good, token: token)
                    #expect(answer.status == 401, "\(kind)")
                    #expect(answer.body == #"{"error":"Invalid or expired Directus token"}"#)
                    #expect(answer.headers.first(name: "WWW-Authenticate") == "Bearer")
                }
            }
        }
    }

    @Test func `The header is a scheme in any case, one space, and a token`() async throws {
        try await withServer { (server: TestServer) async throws in
            let token = Tokens.user
            for (header, status) in [
                ("bearer \(token)", 200), ("BEARER \(token)", 200), ("Bearer  \(token)", 401), ("Basic \(token)", 401),
                ("Bearer \(token) x", 401), (token, 401), ("Bearer", 401),
            ] {
                let answer = try await server.send(
                    .POST, "/api/queue/media", headers: [("Authorization", header)], body: EnqueueTests.good)
                #expect(answer.status == status, "\(header.prefix(10))")
            }
        }
    }

    @Test func `Static and session tokens are looked up once and remembered`() async throws {
        let session = Tokens.signed(Tokens.claims(["id": Tokens.userID, "session": "s"]))
        let directus = ScriptedDirectus {
            $0.tokens["static"] = Caller(userID: Tokens.userID, isAdmin: false)
            $0.tokens[session] = Caller(userID: Tokens.userID, isAdmin: false)
        }
        try await withServer(directus: directus) { (server: TestServer) async throws in
            for _ in 0..<3 {
                #expect(try await server.enqueue(EnqueueTests.good, token: "static").status == 200)
                #expect(try await server.enqueue(EnqueueTests.good, token: session).status == 200)
            }
            #expect(directus.now.questions == 2)
        }
    }

    @Test func `Without Directus, tokens that need it are 503, those that do not are good`() async throws {
        let directus = ScriptedDirectus { $0.isDown = true }
        try await withServer(directus: directus) { (server: TestServer) async throws in
            let answer = try await server.enqueue(EnqueueTests.good, token: "static")
            #expect(answer.status == 503)
            #expect(answer.body == #"{"ok":false,"error":"Directus unavailable"}"#)
            #expect(try await server.enqueue(EnqueueTests.good).status == 200)
            #expect(try await server.get("/health/ready").status == 200)
        }
    }

    @Test func `A token is refused once it has expired, although it was remembered`() async throws {
        let token = BearerToken(Tokens.user).map(\.digest)
        let cache = TokenCache()
        let digest = try #require(token)
        let caller = Caller(userID: Tokens.userID, isAdmin: false)
        let now = ContinuousClock.now
        cache.remember(.valid(caller), of: digest, until: now + .seconds(1))
        #expect(cache.finding(digest, at: now) != nil)
        #expect(cache.finding(digest, at: now + .seconds(2)) == nil)
    }
}
