// Which fields of an item are answered. Owns: wildcards, and the way from a field to the item that it points to.

import GRDB

/// The fields to answer, with those of related items.
struct Selection {
    /// A field whose item is answered in the place of its key.
    struct Expansion {
        var field: Field
        var related: Collection
        var selection: Selection
    }

    private(set) var columns: [Field] = []
    private(set) var expansions: [Expansion] = []

    private static let maximumDepth = 10

    /// - Throws: `FORBIDDEN` for a field that does not exist or that the caller may not read.
    init(fields: [String], of collection: Collection, items: Items, depth: Int = 0) throws {
        guard depth <= Self.maximumDepth else { throw StandInError.invalidQuery("\"fields\" is nested too deeply") }
        let readable = try items.grant(.read, on: collection).fields
        var nested: [String: [String]] = [:]
        var chosen: Set<String> = []
        for path in fields {
            let parts = path.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            let names: [String]
            if parts[0] == "*" {
                names = collection.columns.map(\.name).filter { readable.contains($0) }
            } else {
                _ = try items.readableField(parts[0], of: collection)
                names = [parts[0]]
            }
            guard parts.count == 2 else {
                chosen.formUnion(names)
                continue
            }
            for name in names {
                if items.schema.relation(collection.name, name) != nil {
                    nested[name, default: []].append(parts[1])
                } else if parts[0] == "*" {
                    chosen.insert(name)
                } else {
                    throw StandInError.unknownField(path, in: collection.name)
                }
            }
        }
        columns = collection.columns.filter { chosen.contains($0.name) && nested[$0.name] == nil }
        for field in collection.columns {
            guard let paths = nested[field.name], let relation = items.schema.relation(collection.name, field.name),
                let related = items.schema[relation.related]
            else { continue }
            expansions.append(
                Expansion(
                    field: field, related: related,
                    selection: try Selection(fields: paths, of: related, items: items, depth: depth + 1)))
        }
    }
}

extension Items {
    /// Rows with the selected fields, in order.
    func rows(
        of collection: Collection, _ selection: Selection, where condition: SQL, order: SQL, limit: Int, offset: Int
    ) throws -> [JSONValue] {
        var statement = select(collection, selection) + condition + order
        statement += SQL(sql: " LIMIT ? OFFSET ?", arguments: [limit, offset])
        return try rendered(try Row.fetchAll(database, SQLRequest(literal: statement)), collection, selection).map(\.1)
    }

    /// Rows with the selected fields by their keys.
    func keyedRows(
        of collection: Collection, _ selection: Selection, keys: [DatabaseValue], where condition: SQL
    ) throws -> [DatabaseValue: JSONValue] {
        var result: [DatabaseValue: JSONValue] = [:]
        let key = FilterSQL.column(collection.primaryKey, of: collection)
        // SQLite has a limit of parameters in one statement.
        for start in stride(from: 0, to: keys.count, by: 500) {
            let part = keys[start..<min(start + 500, keys.count)]
            let marks = part.map { SQL(sql: "?", arguments: [$0]) }.joined(separator: ", ")
            let statement =
                select(collection, selection)
                + FilterSQL.joined([key + SQL(sql: " IN (") + marks + SQL(sql: ")"), condition], "AND")
            for (key, item) in try rendered(
                try Row.fetchAll(database, SQLRequest(literal: statement)), collection, selection)
            {
                result[key] = item
            }
        }
        return result
    }

    private func select(_ collection: Collection, _ selection: Selection) -> SQL {
        let fields = [collection.primaryKey] + selection.columns + selection.expansions.map(\.field)
        let columns = fields.map { FilterSQL.column($0, of: collection) }.joined(separator: ", ")
        return SQL(sql: "SELECT ") + columns + from(collection)
    }

    private func rendered(
        _ rows: [Row], _ collection: Collection, _ selection: Selection
    ) throws -> [(DatabaseValue, JSONValue)] {
        let first = 1 + selection.columns.count
        let related = try selection.expansions.enumerated().map { index, expansion in
            let keys = Set(rows.map { $0[first + index] as DatabaseValue }).filter { !$0.isNull }
            return try keyedRows(
                of: expansion.related, expansion.selection, keys: Array(keys),
                where: visible(.read, in: expansion.related))
        }
        return rows.map { row in
            var members: [String: JSONValue] = [:]
            for (index, field) in selection.columns.enumerated() {
                members[field.name] = answered(row[1 + index], field)
            }
            for (index, expansion) in selection.expansions.enumerated() {
                members[expansion.field.name] = related[index][row[first + index] as DatabaseValue] ?? .null
            }
            return (row[0] as DatabaseValue, .object(members))
        }
    }

    private func answered(_ value: DatabaseValue, _ field: Field) -> JSONValue {
        if field.has("conceal") { return value.isNull ? .null : "**********" }
        return ColumnValue.answered(value, field, bigNumbersAsText: settings.bigNumbersAsText)
    }
}
