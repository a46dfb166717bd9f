// The data model as data: collections, columns, relations (Directus, section 14).

/// Collections that a system needs.
public struct DirectusSchema: Sendable, Hashable {
    /// The collections, those first that others refer to.
    public var collections: [Collection]
    /// Flows that call a web hook on changes of rows.
    public var webHooks: [WebHook]

    /// Makes a schema.
    public init(collections: [Collection], webHooks: [WebHook] = []) {
        self.collections = collections
        self.webHooks = webHooks
    }

    /// A collection.
    public struct Collection: Sendable, Hashable {
        /// Its name.
        public var name: String
        /// A name of Material Symbols, for the app.
        public var icon: String
        /// What it is for, for the app.
        public var note: String
        /// Whether every change is recorded in the activity and revisions tables. Default no: rows that a worker patches
        /// would make them explode.
        public var keepsRevisions: Bool
        /// Its columns, the primary key first.
        public var columns: [Column]

        /// Makes a collection.
        public init(_ name: String, icon: String, note: String, keepsRevisions: Bool = false, columns: [Column]) {
            self.name = name
            self.icon = icon
            self.note = note
            self.keepsRevisions = keepsRevisions
            self.columns = columns
        }
    }

    /// A column.
    public struct Column: Sendable, Hashable {
        /// Its name.
        public var name: String
        /// A type of Directus: `string` (up to 255 characters), `text`, `integer`, `uuid`, `json`, `timestamp`, …
        public var type: String
        /// Flags that act on write: `uuid`, `date-created`, `user-created`, `cast-json`, `file`, …
        public var special: [String] = []
        /// Whether it is the key of the rows.
        public var isPrimaryKey = false
        /// Whether the database counts it up.
        public var hasAutoIncrement = false
        /// Whether it may be `null`. Default yes.
        public var isNullable = true
        /// Whether no two rows may have the same value.
        public var isUnique = false
        /// Whether the database keeps an index.
        public var isIndexed = false
        /// What it is when a new row does not say.
        public var defaultValue: DirectusValue?
        /// The values to choose from in the app.
        public var choices: [String] = []
        /// The collection whose keys it holds.
        public var relatedCollection: String?
        /// What happens when that row is deleted: `SET NULL`, `CASCADE`, `NO ACTION`, …
        public var onDelete = "SET NULL"

        /// Makes a column; the properties say the rest.
        public init(_ name: String, _ type: String) {
            self.name = name
            self.type = type
        }
    }

    /// A flow that sends a request whenever rows of a collection were created, changed or deleted.
    public struct WebHook: Sendable, Hashable {
        /// The flow's name, by which it is found again.
        public var name: String
        /// The collections whose rows it watches.
        public var collections: [String]
        /// Directus refuses addresses of its own host unless it is told otherwise (Directus, section 12.4).
        public var url: String
        /// Headers of the request.
        public var headers: [String: String]

        /// Makes a web hook.
        public init(name: String, collections: [String], url: String, headers: [String: String] = [:]) {
            self.name = name
            self.collections = collections
            self.url = url
            self.headers = headers
        }
    }
}

/// Something that applying a schema did, or found it cannot do.
public struct SchemaChange: Sendable, Hashable, CustomStringConvertible {
    /// What kind of change.
    public enum Kind: String, Sendable, Hashable {
        case createdCollection = "created collection"
        case createdColumn = "created column"
        case createdRelation = "created relation"
        case createdFlow = "created flow"
        case changedFlow = "changed flow"
        /// A column exists with another type and was left as it is.
        case differentType = "left column of another type"
    }

    /// What kind of change.
    public var kind: Kind
    /// The collection or the flow.
    public var name: String
    /// The column.
    public var column: String?
    /// What else there is to know.
    public var note: String?

    init(_ kind: Kind, _ name: String, column: String? = nil, note: String? = nil) {
        self.kind = kind
        self.name = name
        self.column = column
        self.note = note
    }

    /// Such as `created column media_jobs.queue`.
    public var description: String {
        kind.rawValue + " " + name + (column.map { "." + $0 } ?? "") + (note.map { " (\($0))" } ?? "")
    }
}
