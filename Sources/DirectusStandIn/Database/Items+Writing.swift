// Items on their way in. Owns: creating, changing and deleting with the caller's permissions, the values that the server
// fills in by itself, and the events that tell of it (Directus, sections 5 and 12.2).

import FoundationEssentials
import GRDB

/// Something that happened to items; flows are started by it.
struct ItemEvent: Sendable {
    var action: String
    var collection: String
    var keys: [JSONValue]
    var payload: JSONValue
}

extension Items {
    /// Creates an item.
    func create(_ object: JSONValue, in collection: Collection, _ events: inout [ItemEvent]) throws -> DatabaseValue {
        let grant = try grant(.create, on: collection)
        let given = try members(object, collection, grant)
        var values: [(Field, DatabaseValue)] = []
        for field in collection.columns {
            if let value = filled(field, isNew: true) {
                if field.has("uuid"), let own = given[field.name], !own.isNull {
                    values.append((field, try stored(own, field, collection)))
                } else {
                    values.append((field, try stored(value, field, collection)))
                }
            } else if let value = given[field.name] {
                if value.isNull && !field.isNullable && !field.hasAutoIncrement {
                    throw StandInError.failedValidation(field: field.name, type: "nnull")
                }
                values.append((field, try stored(value, field, collection)))
            } else if !field.defaultValue.isNull {
                values.append((field, try stored(field.defaultValue, field, collection)))
            } else if !field.isNullable && !field.hasAutoIncrement {
                throw StandInError.failedValidation(field: field.name, type: "required")
            }
        }
        let table = collection.name.sqlIdentifier
        let names = values.map(\.0.name.sqlIdentifier).joined(separator: ", ")
        let marks = values.map { _ in "?" }.joined(separator: ", ")
        try translating(collection) {
            try database.execute(
                sql: values.isEmpty
                    ? "INSERT INTO \(table) DEFAULT VALUES" : "INSERT INTO \(table) (\(names)) VALUES (\(marks))",
                arguments: StatementArguments(values.map(\.1)))
        }
        let primary = collection.primaryKey
        let key =
            values.first { $0.0.name == primary.name && !$0.1.isNull }?.1
            ?? database.lastInsertedRowID.databaseValue
        try check(grant, key, collection)
        events.append(
            ItemEvent(
                action: "create", collection: collection.name, keys: [answeredKey(key, collection)],
                payload: concealing(given, collection)))
        return key
    }

    /// Gives items other values.
    func update(
        _ keys: [DatabaseValue], _ object: JSONValue, in collection: Collection, _ events: inout [ItemEvent]
    ) throws {
        guard !keys.isEmpty else { return }
        try require(keys, of: collection, for: .update)
        let grant = try grant(.update, on: collection)
        let given = try members(object, collection, grant)
        var values: [(Field, DatabaseValue)] = []
        for field in collection.columns {
            if let value = filled(field, isNew: false) {
                values.append((field, try stored(value, field, collection)))
            } else if let value = given[field.name] {
                if value.isNull && !field.isNullable {
                    throw StandInError.failedValidation(field: field.name, type: "nnull")
                }
                values.append((field, try stored(value, field, collection)))
            }
        }
        if !values.isEmpty {
            let assignments = values.map { "\($0.0.name.sqlIdentifier) = ?" }.joined(separator: ", ")
            let table = collection.name.sqlIdentifier
            let primary = collection.primaryKey.name.sqlIdentifier
            try translating(collection) {
                let statement = try database.cachedStatement(
                    sql: "UPDATE \(table) SET \(assignments) WHERE \(primary) = ?")
                for key in keys {
                    try statement.execute(arguments: StatementArguments(values.map(\.1) + [key]))
                }
            }
            for key in keys { try check(grant, key, collection) }
        }
        events.append(
            ItemEvent(
                action: "update", collection: collection.name, keys: keys.map { answeredKey($0, collection) },
                payload: concealing(given, collection)))
    }

    /// Deletes items.
    func delete(_ keys: [DatabaseValue], in collection: Collection, _ events: inout [ItemEvent]) throws {
        guard !keys.isEmpty else { return }
        try require(keys, of: collection, for: .delete)
        let table = collection.name.sqlIdentifier
        let primary = collection.primaryKey.name.sqlIdentifier
        try translating(collection) {
            let statement = try database.cachedStatement(sql: "DELETE FROM \(table) WHERE \(primary) = ?")
            for key in keys { try statement.execute(arguments: [key]) }
        }
        let answered = keys.map { answeredKey($0, collection) }
        events.append(
            ItemEvent(action: "delete", collection: collection.name, keys: answered, payload: .array(answered)))
    }

    /// The key as answers spell it.
    func answeredKey(_ key: DatabaseValue, _ collection: Collection) -> JSONValue {
        ColumnValue.answered(key, collection.primaryKey, bigNumbersAsText: false)
    }

    /// The members that may be written: unknown ones are dropped for administrators and refused for others.
    private func members(_ object: JSONValue, _ collection: Collection, _ grant: Grant) throws -> [String: JSONValue] {
        guard case .object(let given) = object else { throw StandInError.invalidPayload("An item has to be an object") }
        var members = grant.presets
        for (name, value) in given {
            guard grant.fields.contains(name) else { throw StandInError.unknownField(name, in: collection.name) }
            guard let field = collection.field(name), field.type != .alias else {
                if accountability.isAdmin { continue }
                throw StandInError.unknownField(name, in: collection.name)
            }
            members[name] = try pointer(value, field, collection)
        }
        return members.mapValues { value in
            switch value {
            case "$CURRENT_USER": accountability.user.map { .string($0) } ?? .null
            case "$CURRENT_ROLE": accountability.role.map { .string($0) } ?? .null
            case "$NOW": .string(Timestamp.instant(now))
            default: value
            }
        }
    }

    /// A related item may be given as an object with its key.
    private func pointer(_ value: JSONValue, _ field: Field, _ collection: Collection) throws -> JSONValue {
        guard case .object(let members) = value, let relation = schema.relation(collection.name, field.name) else {
            return value
        }
        guard let related = schema[relation.related], let key = members[related.primaryKey.name] else {
            throw StandInError.invalidPayload("Field \"\(field.name)\" needs the key of a related item")
        }
        return key
    }

    /// What the server writes by itself, whatever the caller gave; nil for all other fields.
    private func filled(_ field: Field, isNew: Bool) -> JSONValue? {
        for special in field.specials {
            switch special {
            case "uuid" where isNew: return .string(UUID().uuidString.lowercased())
            case "date-created" where isNew, "date-updated" where !isNew:
                return .string(ColumnValue.instant(now, field.type))
            case "user-created" where isNew, "user-updated" where !isNew:
                return accountability.user.map { .string($0) } ?? .null
            case "role-created" where isNew, "role-updated" where !isNew:
                return accountability.role.map { .string($0) } ?? .null
            default: continue
            }
        }
        return nil
    }

    private func stored(_ value: JSONValue, _ field: Field, _ collection: Collection) throws -> DatabaseValue {
        try ColumnValue.stored(value, field, collection: collection.name)
    }

    /// What was written must satisfy the caller's permission; throwing undoes the transaction.
    private func check(_ grant: Grant, _ key: DatabaseValue, _ collection: Collection) throws {
        guard !grant.validations.isEmpty else { return }
        let filter = filterSQL { _ in .all }
        let condition = FilterSQL.joined(
            try grant.validations.map { try filter.condition($0, on: collection) }, "OR")
        let column = FilterSQL.column(collection.primaryKey, of: collection)
        let matching = try count(
            collection, where: FilterSQL.joined([column + SQL(sql: " = ?", arguments: [key]), condition], "AND"))
        guard matching == 1 else {
            let field = grant.validations.first?.object?.keys.min() ?? ""
            throw StandInError.failedValidation(field: field, type: "custom")
        }
    }

    /// Secrets do not go into events.
    private func concealing(_ members: [String: JSONValue], _ collection: Collection) -> JSONValue {
        .object(
            members.reduce(into: [:]) { result, member in
                let isSecret = collection.field(member.key)?.has("conceal") ?? false
                result[member.key] = isSecret ? "**********" : member.value
            })
    }

    private func translating(_ collection: Collection, _ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as DatabaseError {
            throw StandInError(error, collection: collection.name) ?? error
        }
    }
}

extension StandInError {
    /// What a constraint of the database means to a client; nil for errors that are none of its business.
    init?(_ error: DatabaseError, collection: String) {
        // The message ends with "table.column".
        let field = error.message?.split(separator: ".").last.map(String.init)
        switch error.extendedResultCode {
        case .SQLITE_CONSTRAINT_UNIQUE, .SQLITE_CONSTRAINT_PRIMARYKEY, .SQLITE_CONSTRAINT_ROWID:
            self = .constraint("RECORD_NOT_UNIQUE", collection: collection, field: field)
        case .SQLITE_CONSTRAINT_NOTNULL:
            self = .constraint("NOT_NULL_VIOLATION", collection: collection, field: field)
        case .SQLITE_CONSTRAINT_FOREIGNKEY:
            self = .constraint("INVALID_FOREIGN_KEY", collection: collection, field: nil)
        default: return nil
        }
    }
}
