// Owns: who may use the dashboard: administrators, with a bearer token or with the session that signing in gave them.

import BullMQ
import HTTPTypes
import Hummingbird

/// Guards the dashboard's data. The page itself holds nothing that is secret.
struct DashboardGate: RouterMiddleware {
    let verifier: TokenVerifier
    let sessions: DashboardSessions

    func handle(
        _ request: Request, context: QueueAPIContext,
        next: @concurrent (Request, QueueAPIContext) async throws -> Response
    ) async throws -> Response {
        if (context.endpointPath ?? request.uri.path).hasPrefix("/dashboard/api") {
            try await requireAdministrator(request)
        }
        return try await next(request, context)
    }

    private func requireAdministrator(_ request: Request) async throws(APIError) {
        if sessions.userID(cookies: request.headers[.cookie]) != nil { return }
        let caller = try await verifier.caller(authorization: request.headers[.authorization])
        guard caller.isAdmin else { throw .forbidden }
    }
}

/// `POST /dashboard/login` and `POST /dashboard/logout`.
struct DashboardSignIn: Sendable {
    let verifier: TokenVerifier
    let directus: (any DirectusAccess)?
    let sessions: DashboardSessions
    let bodies: BodyReader
    /// For each peer, so that nobody can try passwords all day.
    let limiter: RateLimiter

    func signIn(_ request: Request, _ context: QueueAPIContext) async throws -> Response {
        try requireOwnPage(request)
        try limiter.admit(context.peer?.ipAddress ?? "unknown")
        guard case .object(let body)? = try await JSONBody.read(request, context, bodies) else {
            throw APIError.invalidJSON
        }
        guard let token = try await token(body) else { throw APIError.unauthorized }
        let caller = try await verifier.caller(of: token)
        guard caller.isAdmin else { throw APIError.forbidden }
        let cookie = sessions.setCookie(for: caller.userID, isSecure: isSecure(request))
        return .json(#"{"ok":true}"#, headers: [.setCookie: cookie, .cacheControl: "no-store"])
    }

    func signOut(_ request: Request) throws -> Response {
        try requireOwnPage(request)
        return .json(#"{"ok":true}"#, headers: [.setCookie: sessions.endingCookie(isSecure: isSecure(request))])
    }

    private func token(_ body: JSONObject) async throws(APIError) -> BearerToken? {
        if let token = body["token"]?.stringValue { return BearerToken(token) }
        guard let email = body["email"]?.stringValue, let password = body["password"]?.stringValue, let directus
        else { return nil }
        do throws(IdentityUnavailable) {
            return try await directus.signIn(email: email, password: password)
        } catch {
            throw .directusUnavailable
        }
    }

    private static let requestedWith = HTTPField.Name("X-Requested-With")

    /// A form of another site cannot send this header.
    private func requireOwnPage(_ request: Request) throws(APIError) {
        guard let name = Self.requestedWith, request.headers[name] == "dashboard" else { throw .forbidden }
    }

    /// As far as one can tell: a proxy in front says so. A client that lies gets a cookie that its browser does not send.
    private func isSecure(_ request: Request) -> Bool {
        request.headers[.origin]?.hasPrefix("https://") ?? false
    }
}
