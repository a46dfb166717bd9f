// Tokens: whose they are, and where they come from (Directus, sections 2 to 4); and whether the server is there.

import NIOCore
import NIOHTTP1

extension DirectusClient {
    /// Asks whom a token belongs to, with that token (Directus, section 2.2).
    ///
    /// - Parameters:
    ///   - token: A caller's token. One that no header can carry is refused without asking.
    ///   - withAccess: Whether to ask for ``DirectusUser/isAdmin``, too: a second call.
    /// - Returns: The owner: with ``DirectusUser/share`` and without an id if it is a share token.
    /// - Throws: An error with ``DirectusError/isAuthentication`` if the token is no good, and one with
    ///   ``DirectusError/isUnavailable`` if nobody knows.
    public func user(ofToken token: String, withAccess: Bool = true) async throws(DirectusError) -> DirectusUser {
        var call = Call.get(try Path.of("users", "me", parameters: [("fields", "id,email,status,role")]))
        call.token = .other(token)
        var user = try await send(call).data(as: DirectusUser.self)
        guard withAccess, user.id != nil else { return user }
        call.path = try Path.of("policies", "me", "globals")
        do {
            user.isAdmin = try await send(call).data(as: DirectusRow.self)["admin_access"]?.bool
        } catch {
            // Whoever may not ask, or asks a server that does not know the question, is no admin that we know of.
            if error.isAuthentication || error.isUnavailable || error.code == .cancelled { throw error }
        }
        return user
    }

    /// Signs in with a password (Directus, section 3). Services use a static token instead.
    public func signIn(email: String, password: String) async throws(DirectusError) -> DirectusTokens {
        let body: DirectusValue = ["email": .string(email), "password": .string(password), "mode": "json"]
        var call = Call(method: .POST, path: "/auth/login", body: .json(try DirectusJSON.encode(body)))
        call.token = .none
        call.safety = .unlessExecuted
        return try await send(call).data()
    }

    /// Trades a refresh token, which is then dead, for new tokens.
    public func refresh(_ refreshToken: String) async throws(DirectusError) -> DirectusTokens {
        let body: DirectusValue = ["refresh_token": .string(refreshToken), "mode": "json"]
        var call = Call(method: .POST, path: "/auth/refresh", body: .json(try DirectusJSON.encode(body)))
        call.token = .none
        call.safety = .unlessExecuted
        return try await send(call).data()
    }

    /// Ends a session.
    public func signOut(_ refreshToken: String) async throws(DirectusError) {
        let body: DirectusValue = ["refresh_token": .string(refreshToken), "mode": "json"]
        var call = Call(method: .POST, path: "/auth/logout", body: .json(try DirectusJSON.encode(body)))
        call.token = .none
        _ = try await send(call)
    }

    /// Whether Directus answers. Once, without trying again.
    public func ping() async throws(DirectusError) {
        var call = Call.get("/server/ping")
        call.retries = DirectusRetryPolicy.none
        call.token = .none
        call.timeout = min(.seconds(5), configuration.timeout)
        let answer = try await send(call)
        guard String(buffer: answer.body).trimming(while: \.isWhitespace) == "pong" else {
            throw DirectusError(
                .invalidAnswer, status: answer.status, message: "The server does not answer as a Directus does")
        }
    }
}
