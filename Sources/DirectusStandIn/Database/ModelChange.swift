// Changes of the data model. Owns: what may be changed, and the tables that follow the descriptions (Directus,
// section 14).

import GRDB

/// Changes of the model within one transaction.
struct ModelChange {
    var database: Database
    var store: SchemaStore

    private static let onDelete: Set<String> = ["NO ACTION", "SET NULL", "SET DEFAULT", "CASCADE", "RESTRICT"]

    func createCollection(_ description: JSONValue) throws -> Collection {
        guard let name = description["collection"]?.string, !name.isEmpty else {
            throw StandInError.invalidPayload("\"collection\" is required")
        }
        let isReserved = ["directus_", "standin_", "sqlite_"].contains { name.lowercased().hasPrefix($0) }
        guard !isReserved, !name.contains("/"), name.unicodeScalars.allSatisfy({ $0.value >= 0x20 }) else {
            throw StandInError.invalidPayload("Collections can't be named \"\(name)\"")
        }
        guard try existing(name) == nil else {
            throw StandInError.invalidPayload("Collection \"\(name)\" already exists")
        }
        var collection = Collection(
            name: name, fields: try (description["fields"]?.array ?? []).map(Field.init(definition:)),
            meta: description["meta"] ?? .null, hasTable: !(description["schema"] ?? .null).isNull)
        guard Set(collection.fields.map(\.name)).count == collection.fields.count else {
            throw StandInError.invalidPayload("A field of \"\(name)\" is given twice")
        }
        if collection.hasTable {
            if !collection.fields.contains(where: \.isPrimaryKey) {
                collection.fields.removeAll { $0.name == "id" }
                collection.fields.insert(
                    Field(
                        name: "id", type: .integer, isPrimaryKey: true, hasAutoIncrement: true, isNullable: false,
                        meta: ["hidden": true, "readonly": true]), at: 0)
            }
            try SchemaStore.makeTable(collection, relations: [], database)
            try SchemaStore.makeIndexes(collection, database)
        }
        try store.save(collection, relations: [], database)
        return collection
    }

    func updateCollection(_ name: String, meta: JSONValue) throws -> Collection {
        var collection = try own(name)
        var details = collection.meta.object ?? [:]
        details.merge(meta.object ?? [:]) { _, new in new }
        collection.meta = .object(details)
        try store.save(collection, relations: store.current.relations(of: name), database)
        return collection
    }

    func deleteCollection(_ name: String) throws {
        let collection = try own(name)
        for relation in store.current.relations where relation.related == name && relation.collection != name {
            try deleteRelation(relation.field, in: relation.collection)
        }
        if collection.hasTable { try database.execute(sql: "DROP TABLE \(name.sqlIdentifier)") }
        try store.forget(name, database)
    }

    func createField(_ description: JSONValue, in name: String) throws -> (Field, Collection) {
        let old = try own(name)
        let field = try Field(definition: description)
        guard old.field(field.name) == nil else {
            throw StandInError.invalidPayload("Field \"\(field.name)\" already exists in collection \"\(name)\"")
        }
        guard !field.isPrimaryKey else { throw StandInError.invalidPayload("\"\(name)\" has a primary key already") }
        var new = old
        new.fields.append(field)
        try replace(old, by: new)
        return (field, new)
    }

    func updateField(_ fieldName: String, _ description: JSONValue, in name: String) throws -> (Field, Collection) {
        let old = try own(name)
        guard let index = old.fields.firstIndex(where: { $0.name == fieldName }) else { throw StandInError.forbidden }
        var new = old
        if let type = description["type"]?.string {
            guard let type = FieldType(rawValue: type) else {
                throw StandInError.invalidPayload("\"\(type)\" is not a type")
            }
            new.fields[index].type = type
        }
        if let schema = description["schema"] { new.fields[index].apply(schema: schema) }
        if let meta = description["meta"]?.object {
            new.fields[index].meta = .object((new.fields[index].meta?.object ?? [:]).merging(meta) { _, new in new })
        }
        try replace(old, by: new)
        return (new.fields[index], new)
    }

    func deleteField(_ fieldName: String, in name: String) throws {
        let old = try own(name)
        guard let field = old.field(fieldName), !field.isPrimaryKey else { throw StandInError.forbidden }
        var new = old
        new.fields.removeAll { $0.name == fieldName }
        try replace(old, by: new, relations: store.current.relations(of: name).filter { $0.field != fieldName })
    }

    func createRelation(_ description: JSONValue) throws -> Relation {
        guard let name = description["collection"]?.string, let field = description["field"]?.string,
            let related = description["related_collection"]?.string
        else { throw StandInError.invalidPayload("\"collection\", \"field\" and \"related_collection\" are required") }
        let collection = try own(name)
        guard collection.field(field) != nil else {
            throw StandInError.invalidPayload("Field \"\(field)\" doesn't exist in collection \"\(name)\"")
        }
        guard store.current[related]?.hasTable == true else {
            throw StandInError.invalidPayload("Collection \"\(related)\" doesn't exist")
        }
        let relations = store.current.relations(of: name)
        guard !relations.contains(where: { $0.field == field }) else {
            throw StandInError.invalidPayload("Field \"\(field)\" of \"\(name)\" already has a relation")
        }
        let rule = description["schema"]?["on_delete"]?.string ?? "NO ACTION"
        guard Self.onDelete.contains(rule) else { throw StandInError.invalidPayload("\"\(rule)\" is not a rule") }
        let relation = Relation(
            collection: name, field: field, related: related, onDelete: rule, meta: description["meta"] ?? .null)
        try replace(collection, by: collection, relations: relations + [relation])
        return relation
    }

    func deleteRelation(_ field: String, in name: String) throws {
        let collection = try own(name)
        let relations = store.current.relations(of: name)
        guard relations.contains(where: { $0.field == field }) else { throw StandInError.forbidden }
        try replace(collection, by: collection, relations: relations.filter { $0.field != field })
    }

    private func replace(_ old: Collection, by new: Collection, relations: [Relation]? = nil) throws {
        let relations = relations ?? store.current.relations(of: new.name)
        if new.hasTable {
            do {
                try SchemaStore.rebuildTable(from: old, to: new, relations: relations, database)
            } catch let error as DatabaseError {
                throw StandInError(error, collection: new.name) ?? error
            }
        }
        try store.save(new, relations: relations, database)
        try store.reload(database)
    }

    private func existing(_ name: String) throws -> String? {
        // SQLite does not tell names apart by their case.
        try String.fetchOne(
            database, sql: "SELECT name FROM standin_collections WHERE lower(name) = lower(?)", arguments: [name])
    }

    private func own(_ name: String) throws -> Collection {
        guard let collection = store.current[name], !collection.isSystem else { throw StandInError.forbidden }
        return collection
    }
}
