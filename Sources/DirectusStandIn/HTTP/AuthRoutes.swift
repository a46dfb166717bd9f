// `/auth`: login, refresh, logout in all three modes (Directus, section 3).

import FoundationEssentials
import HTTPTypes
import Hummingbird

extension StandInCore {
    func addAuthRoutes(to router: Router<StandInContext>) {
        router.post("auth/login") { request, _ in
            let body = try await self.body(of: request)
            guard let email = body["email"]?.string, let password = body["password"]?.string else {
                throw StandInError.invalidPayload("\"email\" and \"password\" are required")
            }
            let mode = try Self.mode(of: body) ?? .json
            let tokens = try await self.sessions.login(email: email, password: password, mode: mode, now: Date())
            return self.answer(tokens, mode)
        }
        router.post("auth/refresh") { request, _ in
            let body = try await self.body(of: request)
            let mode = try Self.mode(of: body) ?? (body["refresh_token"]?.string == nil ? .cookie : .json)
            let token = try await self.refreshToken(of: request, body, mode)
            return self.answer(try await self.sessions.refresh(token, mode: mode, now: Date()), mode)
        }
        router.post("auth/logout") { request, _ in
            let body = try await self.body(of: request)
            let mode = try Self.mode(of: body) ?? (body["refresh_token"]?.string == nil ? .cookie : .json)
            try await self.sessions.logout(try await self.refreshToken(of: request, body, mode))
            var response = Response(status: .noContent)
            if mode != .json {
                let name = mode == .session ? SessionCookie.session : SessionCookie.refresh
                response.headers[.setCookie] = "\(name)=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"
            }
            return response
        }
    }

    private static func mode(of body: JSONValue) throws -> SessionMode? {
        guard let value = body["mode"], !value.isNull else { return nil }
        guard let mode = value.string.flatMap(SessionMode.init) else {
            throw StandInError.invalidPayload("\"mode\" has to be json, cookie or session")
        }
        return mode
    }

    private func refreshToken(of request: Request, _ body: JSONValue, _ mode: SessionMode) async throws -> String {
        var token = body["refresh_token"]?.string
        if token == nil && mode == .cookie { token = request.cookie(SessionCookie.refresh) }
        if token == nil && mode == .session, let session = request.cookie(SessionCookie.session) {
            token = try await authenticator.session(of: session)
        }
        guard let token else { throw StandInError.invalidPayload("The refresh token is required") }
        return token
    }

    private func answer(_ tokens: SessionTokens, _ mode: SessionMode) -> Response {
        var data: [String: JSONValue] = ["expires": .int(tokens.expires)]
        if mode != .session { data["access_token"] = .string(tokens.accessToken) }
        if mode == .json { data["refresh_token"] = .string(tokens.refreshToken) }
        var response = Response.data(.object(data))
        response.headers[.cacheControl] = "no-store"
        let attributes = "Path=/; HttpOnly; SameSite=Lax"
        switch mode {
        case .json: break
        case .cookie:
            let age = configuration.refreshTokenLifetime.components.seconds
            response.headers[.setCookie] =
                "\(SessionCookie.refresh)=\(tokens.refreshToken); \(attributes); Max-Age=\(age)"
        case .session:
            let age = configuration.sessionLifetime.components.seconds
            response.headers[.setCookie] =
                "\(SessionCookie.session)=\(tokens.accessToken); \(attributes); Max-Age=\(age)"
        }
        return response
    }

    /// The body of a request as JSON; an object without members if there is none.
    ///
    /// - Throws: `INVALID_PAYLOAD` if it is too large or no JSON.
    func body(of request: Request) async throws -> JSONValue {
        var bytes = ByteBuffer()
        for try await part in request.body {
            guard bytes.readableBytes + part.readableBytes <= configuration.maximumPayload else {
                throw StandInError.invalidPayload("The body is too large")
            }
            bytes.writeImmutableBuffer(part)
        }
        guard bytes.readableBytes > 0 else { return .object([:]) }
        do {
            return try JSONValue(parsing: Data(bytes.readableBytesView))
        } catch is DecodingError {
            throw StandInError.invalidPayload("The body is not valid JSON")
        }
    }
}
