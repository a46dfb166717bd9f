// Whom a token belongs to (Directus, sections 2.2 and 4).

/// The owner of a token.
public struct DirectusUser: Sendable, Hashable, Decodable {
    /// The user's uuid; nil for a share token.
    public var id: String?
    /// The share's uuid, for a share token: such a token acts for no user and must not enqueue.
    public var share: String?
    /// Readable only with permission; a pure API user may read nothing but the id.
    public var email: String?
    /// `active`, `suspended`, …; compare it when it is readable, Directus itself does not for a JWT.
    public var status: String?
    /// The role's uuid.
    public var role: String?
    /// Whether one of the user's policies gives admin access; nil if unknown.
    public var isAdmin: Bool?

    /// Makes a user.
    public init(
        id: String?, share: String? = nil, email: String? = nil, status: String? = nil, role: String? = nil,
        isAdmin: Bool? = nil
    ) {
        self.id = id
        self.share = share
        self.email = email
        self.status = status
        self.role = role
        self.isAdmin = isAdmin
    }

    /// Reads the answer.
    public init(from decoder: any Decoder) throws {
        let row = try LenientRow(from: decoder)
        self.init(
            id: row.key("id"), share: row.key("share"), email: row.text("email"), status: row.text("status"),
            role: row.key("role"))
    }
}

/// What a login gives (Directus, section 3).
public struct DirectusTokens: Sendable, Hashable, Decodable {
    /// The JWT for `Authorization`.
    public var accessToken: String
    /// Good for one refresh; then there is another.
    public var refreshToken: String
    /// How long the access token lives.
    public var lifetime: Duration

    /// Reads the answer.
    public init(from decoder: any Decoder) throws {
        let row = try LenientRow(from: decoder)
        guard let access = row.text("access_token"), let refresh = row.text("refresh_token") else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "no access_token or no refresh_token"))
        }
        accessToken = access
        refreshToken = refresh
        // Milliseconds, though some published examples show seconds.
        lifetime = .milliseconds(row.integer("expires") ?? 0)
    }
}

extension DirectusTokens: CustomStringConvertible, CustomDebugStringConvertible {
    /// No token, so that none gets into a log.
    public var description: String { "tokens for \(lifetime)" }
    /// The same.
    public var debugDescription: String { description }
}
