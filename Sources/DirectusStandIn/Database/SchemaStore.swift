// Where the data model is kept. Owns: the tables of the model itself, the making and rebuilding of tables, and the
// snapshot that requests read.

import FoundationEssentials
import GRDB
import Synchronization

/// The data model in the database, with a snapshot in memory.
final class SchemaStore: Sendable {
    private let snapshot: Mutex<Schema>

    init() {
        snapshot = Mutex(Schema(collections: SystemCollections.all, relations: SystemCollections.relations))
    }

    var current: Schema { snapshot.withLock { $0 } }

    /// Makes what every instance has, and reads what was made before.
    func prepare(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE IF NOT EXISTS "standin_collections" ("name" TEXT PRIMARY KEY, "meta" TEXT NOT NULL,
                    "has_table" INTEGER NOT NULL);
                CREATE TABLE IF NOT EXISTS "standin_fields" ("collection" TEXT NOT NULL, "name" TEXT NOT NULL,
                    "definition" TEXT NOT NULL, PRIMARY KEY ("collection", "name"));
                CREATE TABLE IF NOT EXISTS "standin_relations" ("collection" TEXT NOT NULL, "field" TEXT NOT NULL,
                    "related" TEXT NOT NULL, "on_delete" TEXT NOT NULL, "meta" TEXT NOT NULL,
                    PRIMARY KEY ("collection", "field"));
                CREATE TABLE IF NOT EXISTS "standin_sessions" ("token" TEXT PRIMARY KEY, "user" TEXT NOT NULL
                    REFERENCES "directus_users" ("id") ON DELETE CASCADE, "expires" REAL NOT NULL);
                """)
        for collection in SystemCollections.all {
            let relations = SystemCollections.relations.filter { $0.collection == collection.name }
            try Self.makeTable(collection, relations: relations, db)
        }
        try reload(db)
    }

    /// Reads the model again; to be called at the end of a transaction that changed it.
    func reload(_ db: Database) throws {
        var fields: [String: [Field]] = [:]
        for row in try Row.fetchAll(db, sql: "SELECT * FROM standin_fields ORDER BY rowid") {
            let definition = try JSONValue(parsing: Data((row["definition"] as String).utf8))
            fields[row["collection"], default: []].append(try Field(definition: definition))
        }
        let collections = try Row.fetchAll(db, sql: "SELECT * FROM standin_collections ORDER BY rowid").map { row in
            Collection(
                name: row["name"], fields: fields[row["name"]] ?? [], meta: JSONValue(text: row["meta"]) ?? .null,
                hasTable: row["has_table"])
        }
        let relations = try Row.fetchAll(db, sql: "SELECT * FROM standin_relations ORDER BY rowid").map { row in
            Relation(
                collection: row["collection"], field: row["field"], related: row["related"],
                onDelete: row["on_delete"], meta: JSONValue(text: row["meta"]) ?? .null)
        }
        let schema = Schema(
            collections: SystemCollections.all + collections, relations: SystemCollections.relations + relations)
        snapshot.withLock { $0 = schema }
    }

    /// Writes a collection's description over the old one.
    func save(_ collection: Collection, relations: [Relation], _ db: Database) throws {
        try db.execute(
            sql: "INSERT OR REPLACE INTO standin_collections (name, meta, has_table) VALUES (?, ?, ?)",
            arguments: [collection.name, collection.meta.text, collection.hasTable])
        try forgetParts(of: collection.name, db)
        for field in collection.fields {
            try db.execute(
                sql: "INSERT INTO standin_fields (collection, name, definition) VALUES (?, ?, ?)",
                arguments: [collection.name, field.name, field.definition.text])
        }
        for relation in relations {
            try db.execute(
                sql: """
                    INSERT INTO standin_relations (collection, field, related, on_delete, meta) VALUES (?, ?, ?, ?, ?)
                    """,
                arguments: [
                    relation.collection, relation.field, relation.related, relation.onDelete, relation.meta.text,
                ])
        }
    }

    /// Removes a collection's description.
    func forget(_ collection: String, _ db: Database) throws {
        try db.execute(sql: "DELETE FROM standin_collections WHERE name = ?", arguments: [collection])
        try forgetParts(of: collection, db)
    }

    private func forgetParts(of collection: String, _ db: Database) throws {
        try db.execute(sql: "DELETE FROM standin_fields WHERE collection = ?", arguments: [collection])
        try db.execute(sql: "DELETE FROM standin_relations WHERE collection = ?", arguments: [collection])
    }

    static func makeTable(
        _ collection: Collection, relations: [Relation], as name: String? = nil, _ db: Database
    ) throws {
        let table = (name ?? collection.name).sqlIdentifier
        let columns = collection.columns.map { field in
            Self.column(field, relation: relations.first { $0.field == field.name })
        }
        try db.execute(sql: "CREATE TABLE IF NOT EXISTS \(table) (\(columns.joined(separator: ", ")))")
    }

    static func makeIndexes(_ collection: Collection, _ db: Database) throws {
        for field in collection.columns where field.isIndexed && !field.isUnique && !field.isPrimaryKey {
            let index = "\(collection.name).\(field.name)".sqlIdentifier
            let table = collection.name.sqlIdentifier
            try db.execute(
                sql: "CREATE INDEX IF NOT EXISTS \(index) ON \(table) (\(field.name.sqlIdentifier))")
        }
    }

    /// Gives a table the columns and references of a changed description; keeps the rows. Foreign keys must be off.
    static func rebuildTable(from old: Collection, to new: Collection, relations: [Relation], _ db: Database) throws {
        let temporary = "standin_rebuilt"
        try makeTable(new, relations: relations, as: temporary, db)
        let table = new.name.sqlIdentifier
        let kept = new.columns.filter { field in old.columns.contains { $0.name == field.name } }
        let filled = new.columns.filter { field in !field.defaultValue.isNull && !kept.contains(field) }
        let values = try filled.map { try ColumnValue.stored($0.defaultValue, $0, collection: new.name) }
        let keptNames = kept.map(\.name.sqlIdentifier)
        let targets = (keptNames + filled.map(\.name.sqlIdentifier)).joined(separator: ", ")
        let sources = (keptNames + filled.map { _ in "?" }).joined(separator: ", ")
        try db.execute(
            sql: "INSERT INTO \(temporary) (\(targets)) SELECT \(sources) FROM \(table)",
            arguments: StatementArguments(values))
        try db.execute(sql: "DROP TABLE \(table)")
        try db.execute(sql: "ALTER TABLE \(temporary) RENAME TO \(table)")
        try makeIndexes(new, db)
    }

    private static func column(_ field: Field, relation: Relation?) -> String {
        var parts = [field.name.sqlIdentifier, field.type.column]
        if field.isPrimaryKey {
            parts.append(field.hasAutoIncrement ? "PRIMARY KEY AUTOINCREMENT" : "PRIMARY KEY NOT NULL")
        } else {
            if !field.isNullable { parts.append("NOT NULL") }
            if field.isUnique { parts.append("UNIQUE") }
        }
        if let relation {
            parts.append("REFERENCES \(relation.related.sqlIdentifier) ON DELETE \(relation.onDelete)")
        }
        return parts.joined(separator: " ")
    }
}
