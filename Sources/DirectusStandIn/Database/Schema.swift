// The data model. Owns: what collections, fields and relations there are, as values; nothing here touches the database.

/// A column and what Directus knows about it.
struct Field: Sendable, Hashable {
    var name: String
    var type: FieldType
    var isPrimaryKey = false
    var hasAutoIncrement = false
    var isNullable = true
    var isUnique = false
    var isIndexed = false
    var maximumLength: Int?
    var defaultValue: JSONValue = .null
    /// The metadata row; nil for a column without one.
    var meta: JSONValue?

    /// What the server does with the values by itself: `uuid`, `date-created`, `conceal` and so on.
    var specials: [String] {
        switch meta?["special"] {
        case .array(let values): values.compactMap(\.string)
        case .string(let text): text.split(separator: ",").map(String.init)
        default: []
        }
    }

    func has(_ special: String) -> Bool { specials.contains(special) }
}

/// The types of fields (Directus, section 14).
enum FieldType: String, Sendable, Codable {
    case alias, bigInteger, binary, boolean, csv, date, dateTime, decimal, float, hash, integer, json, string, text
    case time, timestamp, uuid

    /// The type of the column in SQLite.
    var column: String {
        switch self {
        case .bigInteger, .boolean, .integer: "INTEGER"
        case .decimal, .float: "REAL"
        default: "TEXT"
        }
    }

    var isNumeric: Bool { column != "TEXT" && self != .boolean }
    var isSearchable: Bool { self == .string || self == .text }
}

/// A field that points to an item of another collection.
struct Relation: Sendable, Hashable {
    var collection: String
    var field: String
    var related: String
    var onDelete = "SET NULL"
    var meta: JSONValue = .null
}

/// A table with its fields.
struct Collection: Sendable, Hashable {
    var name: String
    var fields: [Field]
    var meta: JSONValue = .null
    var isSystem = false
    /// Whether there is a table; a collection without one is a mere folder entry.
    var hasTable = true

    var isSingleton: Bool { meta["singleton"]?.bool ?? false }

    func field(_ name: String) -> Field? { fields.first { $0.name == name } }

    var columns: [Field] { fields.filter { $0.type != .alias } }

    /// The field that identifies an item; a table always has one.
    var primaryKey: Field {
        fields.first(where: \.isPrimaryKey)
            ?? Field(name: "id", type: .integer, isPrimaryKey: true, hasAutoIncrement: true)
    }
}

/// All collections and relations at one time.
struct Schema: Sendable {
    private(set) var collections: [String: Collection] = [:]
    private(set) var relations: [Relation] = []

    init(collections: [Collection], relations: [Relation]) {
        self.collections = Dictionary(collections.map { ($0.name, $0) }) { _, last in last }
        self.relations = relations
    }

    subscript(name: String) -> Collection? { collections[name] }

    /// The collection that `field` of `collection` points to.
    func relation(_ collection: String, _ field: String) -> Relation? {
        relations.first { $0.collection == collection && $0.field == field }
    }

    func relations(of collection: String) -> [Relation] {
        relations.filter { $0.collection == collection }
    }
}
