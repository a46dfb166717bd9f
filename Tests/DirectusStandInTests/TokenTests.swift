// Tokens of all kinds, and what becomes of bad ones (Directus, sections 1 to 3).

import Crypto
import Foundation
import NIOCore
import NIOHTTP1
import Testing

@testable import DirectusStandIn

@Suite struct TokenTests {
    /// A JWT with these parts; signed with the secret unless another key is given.
    private func token(_ claims: JSONValue, algorithm: String = "HS256", secret: String = "secret") -> String {
        func part(_ bytes: some Sequence<UInt8>) -> String {
            Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing(
                "=", with: "")
        }
        let header: JSONValue = ["alg": .string(algorithm), "typ": "JWT"]
        let message = part(header.text.utf8) + "." + part(claims.text.utf8)
        let key = SymmetricKey(data: Data(secret.utf8))
        let signature = HMAC<SHA256>.authenticationCode(for: Data(message.utf8), using: key)
        return message + "." + (algorithm == "none" ? "" : part(signature))
    }

    private func claims(_ user: JSONValue, expires: Int = 4_000_000_000) -> [String: JSONValue] {
        [
            "id": user, "role": .null, "app_access": true, "admin_access": true, "iss": "directus", "iat": 1,
            "exp": .int(expires),
        ]
    }

    @Test func loginGivesTokensWhoseClaimsAndLifetimeAreThoseOfDirectus() async throws {
        try await withStandIn { client in
            let login = try await client.login()
            #expect(login.status == 200)
            #expect(login.data["expires"] == 900_000)
            #expect(login.data["refresh_token"]?.string?.count == 64)
            let access = try #require(login.data["access_token"]?.string)
            let parts = access.split(separator: ".").map(String.init)
            var payload = parts[1].replacing("-", with: "+").replacing("_", with: "/")
            while payload.count % 4 != 0 { payload += "=" }
            let decoded = try JSONValue(parsing: try #require(Data(base64Encoded: payload)))
            #expect(
                decoded.object?.keys.sorted() == ["admin_access", "app_access", "exp", "iat", "id", "iss", "role"])
            #expect(decoded["iss"] == "directus")
            #expect(decoded["admin_access"] == true)
            #expect(try await client.get("/users/me?fields=id", token: access).data["id"] == decoded["id"])
        }
    }

    @Test func refreshTokensAreGoodForOneUse() async throws {
        try await withStandIn { client in
            let first = try await client.login().data["refresh_token"] ?? .null
            let second = try await client.post("/auth/refresh", ["refresh_token": first], token: nil)
            #expect(second.status == 200)
            let again = try await client.post("/auth/refresh", ["refresh_token": first], token: nil)
            #expect(again.outcome == "401 INVALID_CREDENTIALS")
            let current = second.data["refresh_token"] ?? .null
            #expect(try await client.post("/auth/logout", ["refresh_token": current], token: nil).status == 204)
            let ended = try await client.post("/auth/refresh", ["refresh_token": current], token: nil)
            #expect(ended.outcome == "401 INVALID_CREDENTIALS")
            let missing = try await client.post("/auth/refresh", .object([:]), token: nil)
            #expect(missing.outcome == "400 INVALID_PAYLOAD")
        }
    }

    @Test func oneOfTwoRacingRefreshesWins() async throws {
        try await withStandIn { client in
            let token = try await client.login().data["refresh_token"] ?? .null
            let answers = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await client.post("/auth/refresh", ["refresh_token": token], token: nil).status
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.sorted() == [200] + Array(repeating: 401, count: 7))
        }
    }

    @Test func sessionTokensEndWithTheirSession() async throws {
        try await withStandIn { client in
            let login = try await client.post(
                "/auth/login",
                ["email": "admin@example.com", "password": .string(StandInClient.password), "mode": "session"],
                token: nil)
            #expect(login.data.object?.keys.sorted() == ["expires"])
            let cookie = try #require(login.headers.first(name: "set-cookie")?.split(separator: ";").first)
            #expect(cookie.hasPrefix("directus_session_token="))
            let byCookie = try await client.call(.GET, "/users/me", token: nil, headers: [("Cookie", String(cookie))])
            #expect(byCookie.data["email"] == "admin@example.com")
            let token = String(cookie.dropFirst("directus_session_token=".count))
            #expect(try await client.get("/users/me", token: token).status == 200)
            let logout = try await client.call(
                .POST, "/auth/logout", ["mode": "session"], token: nil, headers: [("Cookie", String(cookie))])
            #expect(logout.status == 204)
            #expect(try await client.get("/users/me", token: token).outcome == "401 INVALID_CREDENTIALS")
        }
    }

    @Test func badTokensAreToldApart() async throws {
        try await withStandIn { client in
            let user = try await client.get("/users/me?fields=id").data["id"] ?? .null
            let good = claims(user)
            #expect(try await client.get("/users/me", token: token(.object(good))).status == 200)
            let expired = token(.object(claims(user, expires: 1)))
            #expect(try await client.get("/users/me", token: expired).outcome == "401 TOKEN_EXPIRED")
            let bad = [
                "another key": token(.object(good), secret: "other"),
                "no algorithm": token(.object(good), algorithm: "none"),
                "another algorithm": token(.object(good), algorithm: "HS512"),
                "not yet valid": token(.object(good.merging(["nbf": 3_900_000_000]) { $1 })),
                "a password reset": token(["email": "a@b.c", "scope": "password-reset", "iss": "directus"]),
            ]
            for (name, token) in bad {
                #expect(try await client.get("/users/me", token: token).outcome == "403 INVALID_TOKEN", "\(name)")
            }
            let foreign = token(.object(good.merging(["iss": "else"]) { $1 }))
            #expect(try await client.get("/users/me", token: foreign).outcome == "401 INVALID_CREDENTIALS")
            #expect(try await client.get("/server/info", token: "unknown").outcome == "401 INVALID_CREDENTIALS")
            #expect(try await client.get("/users/me", token: nil).outcome == "401 INVALID_CREDENTIALS")
            let share = token(
                ["share": "s", "role": .null, "app_access": false, "admin_access": false, "iss": "directus"])
            #expect(try await client.get("/users/me", token: share).data == ["share": "s"])
        }
    }

    @Test func tokensTravelInTheHeaderOrTheQueryButNotInBoth() async throws {
        try await withStandIn { client in
            let parameter = "access_token=\(StandInClient.adminToken)"
            #expect(try await client.get("/users/me?\(parameter)", token: nil).status == 200)
            #expect(try await client.get("/users/me?\(parameter)").outcome == "400 INVALID_PAYLOAD")
            let basic = try await client.call(.GET, "/users/me", token: nil, headers: [("Authorization", "Basic eA==")])
            #expect(basic.outcome == "401 INVALID_CREDENTIALS")
        }
    }

    @Test func usersWhoAreNotActiveAreKeptOut() async throws {
        try await withStandIn { client in
            let user = try await client.makeUser("someone")
            #expect(try await client.login("someone@example.com").status == 200)
            #expect(try await client.get("/users/me", token: user.token).data == ["id": .string(user.id)])
            _ = try await client.patch("/users/\(user.id)", ["status": "suspended"])
            #expect(try await client.login("someone@example.com").outcome == "401 USER_SUSPENDED")
            #expect(try await client.get("/users/me", token: user.token).outcome == "401 INVALID_CREDENTIALS")
            #expect(try await client.login("nobody@example.com").outcome == "401 INVALID_CREDENTIALS")
            #expect(try await client.login("admin@example.com", "wrong").outcome == "401 INVALID_CREDENTIALS")
        }
    }

    @Test func secretsAreMaskedWhereverAUserIsRead() async throws {
        try await withStandIn { client in
            let user = try await client.get("/users/me").data
            #expect(user["password"] == "**********")
            #expect(user["token"] == "**********")
            #expect(user["tfa_secret"] == .null)
        }
    }
}
