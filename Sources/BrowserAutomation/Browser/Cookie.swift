// Owns the cookies of a context: reading them all, setting them, forgetting them.

public import Foundation

/// A cookie. Its value is a secret: its description leaves it out.
public struct Cookie: Sendable, Hashable, Codable, CustomStringConvertible {
    /// With which requests from other sites it goes along.
    public enum SameSite: String, Sendable, Hashable, Codable {
        /// With none.
        case strict = "Strict"
        /// With links.
        case lax = "Lax"
        /// With all; such a cookie must be secure.
        case none = "None"
    }

    /// The name.
    public var name: String
    /// The value.
    public var value: String
    /// The host it belongs to; with a leading dot its subdomains too.
    public var domain: String
    /// The path it belongs to. Default `/`.
    public var path: String
    /// When it expires; `nil` with the browser.
    public var expires: Date?
    /// Whether scripts cannot read it.
    public var isHTTPOnly: Bool
    /// Whether it goes over encrypted connections alone.
    public var isSecure: Bool
    /// With which requests from other sites it goes along; `nil` leaves it to the browser.
    public var sameSite: SameSite?

    /// A cookie.
    public init(
        _ name: String, _ value: String, domain: String, path: String = "/", expires: Date? = nil,
        isHTTPOnly: Bool = false, isSecure: Bool = false, sameSite: SameSite? = nil
    ) {
        self.name = name
        self.value = value
        self.domain = domain
        self.path = path
        self.expires = expires
        self.isHTTPOnly = isHTTPOnly
        self.isSecure = isSecure
        self.sameSite = sameSite
    }

    /// Name and place, never the value.
    public var description: String { "\(name) of \(domain)\(path)" }
}

extension BrowserContext {
    private struct WireCookie: Decodable {
        let name: String
        let value: String
        let domain: String
        let path: String
        let expires: Double?
        let httpOnly: Bool
        let secure: Bool
        let sameSite: Cookie.SameSite?

        var cookie: Cookie {
            // −1 stands for the end of the browser.
            let end = expires.flatMap { $0 < 0 ? nil : Date(timeIntervalSince1970: $0) }
            return Cookie(
                name, value, domain: domain, path: path, expires: end, isHTTPOnly: httpOnly, isSecure: secure,
                sameSite: sameSite)
        }
    }

    /// All cookies of the context.
    public func cookies() async throws(BrowserError) -> [Cookie] {
        struct Stored: Decodable { let cookies: [WireCookie] }
        return try await browser.command("Storage.getCookies", scoped(), as: Stored.self).cookies.map(\.cookie)
    }

    /// Sets cookies. Throws `invalidArgument` when the browser takes none of one: it refuses some in silence.
    public func setCookies(_ cookies: [Cookie]) async throws(BrowserError) {
        let wire: [JSONValue] = cookies.map { cookie in
            var object: [String: JSONValue] = [
                "name": .string(cookie.name), "value": .string(cookie.value), "domain": .string(cookie.domain),
                "path": .string(cookie.path), "httpOnly": .bool(cookie.isHTTPOnly), "secure": .bool(cookie.isSecure),
            ]
            if let expires = cookie.expires { object["expires"] = .number(expires.timeIntervalSince1970) }
            if let sameSite = cookie.sameSite { object["sameSite"] = .string(sameSite.rawValue) }
            return .object(object)
        }
        try await browser.command("Storage.setCookies", scoped(["cookies": .array(wire)]))
        let stored = Set(try await self.cookies().map { "\($0.name)\n\($0.value)" })
        if let refused = cookies.first(where: {
            !stored.contains("\($0.name)\n\($0.value)") && ($0.expires ?? .distantFuture) > Date()
        }) {
            throw BrowserError(.invalidArgument, "the browser does not take the cookie \(refused)")
        }
    }

    /// Forgets all cookies of the context.
    public func clearCookies() async throws(BrowserError) {
        try await browser.command("Storage.clearCookies", scoped())
    }

    private func scoped(_ parameters: [String: JSONValue] = [:]) -> JSONValue {
        var parameters = parameters
        if let id { parameters["browserContextId"] = .string(id) }
        return .object(parameters)
    }
}
