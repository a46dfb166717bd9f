// Creators and their accounts on platforms.

/// A row of `creator_profiles`.
public struct CreatorProfile: Decodable, Sendable, Hashable {
    /// The collection's name.
    public static let collection = "creator_profiles"

    /// The uuid.
    public var id: String
    /// The user who owns it.
    public var user: String?
    /// The name for people.
    public var name: String?
    /// The folder of Directus for its files.
    public var folder: String?

    /// Makes a profile.
    public init(id: String, user: String? = nil, name: String? = nil, folder: String? = nil) {
        self.id = id
        self.user = user
        self.name = name
        self.folder = folder
    }

    /// Reads a row; columns that are missing or of another type are nil.
    public init(from decoder: any Decoder) throws {
        let row = try LenientRow(from: decoder)
        self.init(id: try row.id(decoder), user: row.key("user"), name: row.text("name"), folder: row.key("folder"))
    }
}

/// A row of `platform_connections`: an account of a creator elsewhere.
public struct PlatformConnection: Decodable, Sendable, Hashable {
    /// The collection's name.
    public static let collection = "platform_connections"

    /// The key.
    public var id: String
    /// The profile whose account it is.
    public var creatorProfileID: String?
    /// The platform's name.
    public var platform: String?
    /// The account's name there.
    public var handle: String?
    /// `active`, …
    public var status: String?

    /// Makes a connection.
    public init(
        id: String, creatorProfileID: String? = nil, platform: String? = nil, handle: String? = nil,
        status: String? = nil
    ) {
        self.id = id
        self.creatorProfileID = creatorProfileID
        self.platform = platform
        self.handle = handle
        self.status = status
    }

    /// Reads a row; columns that are missing or of another type are nil.
    public init(from decoder: any Decoder) throws {
        let row = try LenientRow(from: decoder)
        self.init(
            id: try row.id(decoder), creatorProfileID: row.key("creator_profile_id"), platform: row.text("platform"),
            handle: row.text("handle"), status: row.text("status"))
    }
}
