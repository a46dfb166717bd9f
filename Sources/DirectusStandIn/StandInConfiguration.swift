// Settings of the stand-in, with the defaults of Directus where Directus has one.

public import FoundationEssentials

/// How a ``DirectusStandIn`` listens, where it keeps its data, and whom it lets in.
public struct StandInConfiguration: Sendable {
    /// The address to listen on. Default 127.0.0.1: nobody but this machine.
    public var host = "127.0.0.1"
    /// The port to listen on; 0 takes a free one. Default 8055.
    public var port = 8055
    /// The folder of the database and the files. Default nil: the database lives in memory, the files in a temporary
    /// folder that goes with the service.
    public var folder: URL?
    /// What access tokens are signed with; its UTF-8 bytes are the key (Directus, section 1.2).
    public var secret: String
    /// Address of the administrator made at the first start.
    public var adminEmail = "admin@example.com"
    /// Password of the administrator.
    public var adminPassword: String
    /// Static token of the administrator. Default nil: none.
    public var adminToken: String?
    /// How long an access token lives. Default 15 minutes.
    public var accessTokenLifetime: Duration = .seconds(15 * 60)
    /// How long a refresh token lives. Default 7 days.
    public var refreshTokenLifetime: Duration = .seconds(7 * 24 * 60 * 60)
    /// How long a session token lives. Default 1 day.
    public var sessionLifetime: Duration = .seconds(24 * 60 * 60)
    /// How long a refused login takes, whatever it found. Default 0.5 seconds.
    public var loginStall: Duration = .milliseconds(500)
    /// Rounds of scrypt for passwords, a power of two. Default 16384; tests that make many users want fewer.
    public var passwordRounds = 16_384
    /// Rows of a list when no limit is given. Default 100.
    public var defaultLimit = 100
    /// The largest limit a request may give. Default nil: none.
    public var maximumLimit: Int?
    /// The largest JSON body in bytes. Default 1 MB.
    public var maximumPayload = 1_048_576
    /// The largest uploaded file in bytes. Default nil: none.
    public var maximumUpload: Int?
    /// Whether values of `bigInteger` and `decimal` columns, `filesize` among them, are answered as texts, as Directus
    /// does on PostgreSQL. Default true, so that clients meet both spellings.
    public var answersBigNumbersAsText = true
    /// How long one webhook of a flow may take. Default 10 seconds.
    public var webhookTimeout: Duration = .seconds(10)

    /// Settings with the defaults of their properties.
    ///
    /// - Parameters:
    ///   - secret: What access tokens are signed with.
    ///   - adminPassword: Password of the administrator.
    public init(secret: String, adminPassword: String) {
        self.secret = secret
        self.adminPassword = adminPassword
    }
}
