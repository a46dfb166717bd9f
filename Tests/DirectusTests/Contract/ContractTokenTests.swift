import Directus
import DirectusStandIn
import Foundation
import NIOCore
import Testing

@Suite("Directus: tokens and permissions")
struct ContractTokenTests {
    private static func jwt(_ payload: String, algorithm: String = "HS256") -> String {
        func part(_ text: String) -> String {
            Data(text.utf8).base64EncodedString().replacing("=", with: "").replacing("+", with: "-")
                .replacing("/", with: "_")
        }
        return [part(#"{"alg":"\#(algorithm)","typ":"JWT"}"#), part(payload), part("no signature of this server")]
            .joined(separator: ".")
    }

    @Test("no token is the public; a bad token is an error of its kind")
    func outcomes() async throws {
        try await Contract.run { directus in
            let claims = #"{"id":"\#(UUID().uuidString)","role":null,"app_access":true,"admin_access":true,"#
            let forged = claims + #""iss":"directus","iat":1767225600,"exp":4102444800}"#
            for (token, path, expected) in [
                (.none, directus.items, "403 FORBIDDEN"), (.none, "/users/me", "401 INVALID_CREDENTIALS"),
                (.other("no-such-token"), directus.items, "401 INVALID_CREDENTIALS"),
                (.other("no-such-token"), "/server/info", "401 INVALID_CREDENTIALS"),
                (.other(Self.jwt(forged)), directus.items, "403 INVALID_TOKEN"),
                (.other(Self.jwt(forged, algorithm: "none")), directus.items, "403 INVALID_TOKEN"),
                (.other(Self.jwt(#"{"iss":"another"}"#)), directus.items, "401 INVALID_CREDENTIALS"),
            ] as [(Contract.Token, String, String)] {
                let reply = try await directus.call("GET", path, token: token)
                #expect(reply.outcome == expected, "\(token) \(path)")
            }
        }
    }

    @Test("a token may come in the query, but not there and in the header")
    func places() async throws {
        try await Contract.run { directus in
            let query = try await directus.call(
                "GET", directus.items, token: .none, query: [("access_token", directus.token)])
            #expect(query.status == 200)
            let both = try await directus.call("GET", directus.items, query: [("access_token", directus.token)])
            #expect(both.outcome == "400 INVALID_PAYLOAD")
            let scheme = try await directus.call(
                "GET", "/users/me", token: .none, headers: [("Authorization", "bEaReR \(directus.token)")])
            #expect(scheme.status == 200)
            let other = try await directus.call(
                "GET", "/users/me", token: .none, headers: [("Authorization", "Basic \(directus.token)")])
            #expect(other.outcome == "401 INVALID_CREDENTIALS")
        }
    }

    @Test("a login gives a JWT with its claims and a refresh token that works once")
    func login() async throws {
        try await Contract.run { directus in
            try await directus.withUser { id, _, email in
                let tokens = try await directus.client.signIn(email: email, password: "a password of the user")
                let parts = tokens.accessToken.split(separator: ".")
                try #require(parts.count == 3)
                var payload = parts[1].replacing("-", with: "+").replacing("_", with: "/")
                payload += String(repeating: "=", count: (4 - payload.count % 4) % 4)
                let data = try #require(Data(base64Encoded: String(payload)))
                let claims = try JSONDecoder().decode(DirectusValue.self, from: data)
                #expect(claims["id"]?.string == id && claims["iss"] == "directus")
                #expect(claims["admin_access"] == false && claims["app_access"] == false)
                #expect(claims.object?.keys.contains("role") == true)
                let lifetime = (claims["exp"]?.integer ?? 0) - (claims["iat"]?.integer ?? 0)
                #expect(tokens.lifetime == .seconds(lifetime))
                let user = try await directus.client.user(ofToken: tokens.accessToken)
                #expect(user.id == id && user.isAdmin == false)
                let renewed = try await directus.client.refresh(tokens.refreshToken)
                #expect(renewed.refreshToken != tokens.refreshToken)
                let dead = await failure { () async throws(DirectusError) in
                    try await directus.client.refresh(tokens.refreshToken)
                }
                #expect(dead?.code == .invalidCredentials && dead?.status == 401)
                try await directus.client.signOut(renewed.refreshToken)
                let gone = await failure { () async throws(DirectusError) in
                    try await directus.client.refresh(renewed.refreshToken)
                }
                #expect(gone?.code == .invalidCredentials)
                let wrong = await failure { () async throws(DirectusError) in
                    try await directus.client.signIn(email: email, password: "another")
                }
                #expect(wrong?.code == .invalidCredentials && wrong?.isAuthentication == true)
                let missing = try await directus.call("POST", "/auth/refresh", ["mode": "json"], token: .none)
                #expect(missing.outcome == "400 INVALID_PAYLOAD")
            }
        }
    }

    @Test("a user without permissions reads its id and no rows; its static token is not shown again")
    func bareUser() async throws {
        try await Contract.run { directus in
            try await directus.withUser { id, token, _ in
                let user = try await directus.client.user(ofToken: token)
                #expect(user.id == id && user.isAdmin == false)
                let rows = try await directus.call("GET", directus.items, token: .other(token))
                #expect(rows.outcome == "403 FORBIDDEN")
                let shown = try await directus.call("GET", "/users/\(id)?fields=token,password")
                #expect(shown.data == ["token": "**********", "password": "**********"])
                _ = try await directus.call("PATCH", "/users/\(id)", ["status": "suspended"])
                let suspended = await failure { () async throws(DirectusError) in
                    try await directus.client.user(ofToken: token)
                }
                #expect(suspended?.isAuthentication == true)
            }
        }
    }

    @Test("permissions choose rows and columns, and a row that may not be read back is 204")
    func permissions() async throws {
        try await Contract.run { directus in
            try await directus.add("theirs")
            let own: DirectusValue = ["user_created": ["_eq": "$CURRENT_USER"]]
            try await directus.withUser(permissions: [
                ["action": "create", "fields": ["slug", "number"], "permissions": [:]],
                ["action": "read", "fields": ["id", "slug"], "permissions": own],
                ["action": "update", "fields": ["number"], "permissions": own],
            ]) { _, token, _ in
                let made = try await directus.call("POST", directus.items, ["slug": "mine"], token: .other(token))
                let id = try #require(made.data?["id"]?.string, "\(made.outcome)")
                let list = try await directus.call("GET", directus.items, token: .other(token))
                #expect(list.rows.compactMap { $0["slug"]?.string } == ["mine"])
                let path = "\(directus.items)/\(id)"
                let allowed = try await directus.call("PATCH", path, ["number": 5], token: .other(token))
                #expect(allowed.status == 200)
                let column = try await directus.call("PATCH", path, ["slug": "x"], token: .other(token))
                #expect(column.outcome == "403 FORBIDDEN")
                let removal = try await directus.call("DELETE", path, token: .other(token))
                #expect(removal.outcome == "403 FORBIDDEN")
            }
            try await directus.withUser(permissions: [["action": "create", "fields": ["*"], "permissions": [:]]]) {
                _, token, _ in
                let made = try await directus.call("POST", directus.items, ["slug": "blind"], token: .other(token))
                #expect(made.status == 204 && made.body.readableBytes == 0)
            }
        }
    }

    @Test("access is told by the policies")
    func access() async throws {
        try await Contract.run { directus in
            let globals = try await directus.call("GET", "/policies/me/globals")
            #expect(globals.data?["admin_access"] == true)
            let user = try await directus.client.user(ofToken: directus.token)
            #expect(user.id != nil && user.isAdmin == true)
        }
    }
}
