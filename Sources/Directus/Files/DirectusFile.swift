// A file of Directus, and what is said about a new one (Directus, section 10).

public import FoundationEssentials

/// A row of `directus_files`.
public struct DirectusFile: Decodable, Sendable, Hashable {
    /// The uuid.
    public var id: String
    /// The name for people who download it.
    public var filenameDownload: String?
    /// The name in the app.
    public var title: String?
    /// The MIME type, as the uploader stated it.
    public var type: String?
    /// The folder; nil at the top.
    public var folder: String?
    /// The user who uploaded it.
    public var uploadedBy: String?
    /// When it was uploaded.
    public var uploadedOn: Date?
    /// When its row or its bytes changed last.
    public var modifiedOn: Date?
    /// Bytes.
    public var filesize: Int?
    /// Pixels; filled by the server for pictures only.
    public var width: Int?
    /// Pixels; filled by the server for pictures only.
    public var height: Int?
    /// Milliseconds; not filled by the server.
    public var duration: Int?
    /// What it shows.
    public var description: String?
    /// Words to find it by.
    public var tags: [String]

    /// Makes the row of a file of which only this is known.
    public init(id: String, filenameDownload: String? = nil, type: String? = nil, filesize: Int? = nil) {
        self.id = id
        self.filenameDownload = filenameDownload
        self.type = type
        self.filesize = filesize
        tags = []
    }

    /// Reads a row; columns that are missing or of another type are nil.
    public init(from decoder: any Decoder) throws {
        let row = try LenientRow(from: decoder)
        id = try row.id(decoder)
        filenameDownload = row.text("filename_download")
        title = row.text("title")
        type = row.text("type")
        folder = row.key("folder")
        uploadedBy = row.key("uploaded_by")
        uploadedOn = row.row["uploaded_on"]?.date
        modifiedOn = row.row["modified_on"]?.date
        filesize = row.integer("filesize")
        width = row.integer("width")
        height = row.integer("height")
        duration = row.integer("duration")
        description = row.text("description")
        tags = row.row["tags"]?.array?.compactMap(\.string) ?? []
    }
}

/// What is said about a file that is uploaded.
public struct NewDirectusFile: Sendable, Hashable {
    /// The uuid, chosen by the caller so that a repeated upload does not make a second file.
    public var id: String
    /// The name for people who download it; must not be empty. Control characters are replaced.
    public var filename: String
    /// The MIME type: stored unchecked, and needed for thumbnails later.
    public var type: String
    /// Default: made of the file name by the server.
    public var title: String?
    /// Default: the one of the server's settings.
    public var folder: String?
    /// What it shows.
    public var description: String?
    /// Words to find it by.
    public var tags: [String]
    /// A storage location of the server. Default: its first.
    public var storage: String?

    /// Makes metadata.
    ///
    /// - Parameters:
    ///   - id: A uuid; by default a new one.
    ///   - filename: Not empty: without a name Directus sees no file.
    ///   - type: Such as `video/mp4`.
    public init(
        id: String = UUID().uuidString.lowercased(), filename: String, type: String, title: String? = nil,
        folder: String? = nil, description: String? = nil, tags: [String] = [], storage: String? = nil
    ) {
        self.id = id
        self.filename = filename
        self.type = type
        self.title = title
        self.folder = folder
        self.description = description
        self.tags = tags
        self.storage = storage
    }
}
