// Items of one collection in one transaction. Owns: reading them with the caller's permissions.

import FoundationEssentials
import GRDB

/// The items of the database as one caller sees them, within one transaction.
struct Items {
    var database: Database
    var schema: Schema
    var accountability: Accountability
    var settings: ItemSettings
    var now: Date

    /// The collection of that name.
    ///
    /// - Throws: `FORBIDDEN` if there is none or the caller may not see it.
    func collection(_ name: String) throws -> Collection {
        guard let collection = schema[name], collection.hasTable else {
            throw StandInError.unknownCollection(name)
        }
        return collection
    }

    func grant(_ action: Action, on collection: Collection) throws -> Grant {
        guard let grant = accountability.grant(action, on: collection.name) else {
            throw StandInError.unknownCollection(collection.name)
        }
        return grant
    }

    /// A page of items, and the counts that were asked for.
    func list(_ collection: Collection, _ query: ItemQuery) throws -> (items: [JSONValue], meta: JSONValue?) {
        let visible = try visible(.read, in: collection)
        let matching = try matching(query, in: collection)
        let limit = try rowLimit(query)
        let items: [JSONValue]
        if query.aggregate.isEmpty && query.groupBy.isEmpty {
            let selection = try Selection(fields: query.fields, of: collection, items: self)
            items = try rows(
                of: collection, selection, where: FilterSQL.joined([visible, matching], "AND"),
                order: order(query.sort, in: collection), limit: limit, offset: query.offset)
        } else {
            items = try Aggregation(query, of: collection, items: self)
                .rows(where: FilterSQL.joined([visible, matching], "AND"), limit: limit, offset: query.offset)
        }
        guard query.wantsTotal || query.wantsFiltered else { return (items, nil) }
        var meta: [String: JSONValue] = [:]
        if query.wantsTotal { meta["total_count"] = .int(try count(collection, where: visible)) }
        if query.wantsFiltered {
            meta["filter_count"] = .int(
                try count(collection, where: FilterSQL.joined([visible, matching], "AND")))
        }
        return (items, .object(meta))
    }

    /// One item.
    ///
    /// - Throws: `FORBIDDEN` if there is none or the caller may not see it.
    func item(_ collection: Collection, _ key: DatabaseValue, fields: [String]) throws -> JSONValue {
        guard let item = try self.items(collection, keys: [key], fields: fields).first else {
            throw StandInError.forbidden
        }
        return item
    }

    /// Those items of `keys` that the caller may see, in the order of `keys`.
    func items(_ collection: Collection, keys: [DatabaseValue], fields: [String]) throws -> [JSONValue] {
        let visible = try visible(.read, in: collection)
        let selection = try Selection(fields: fields, of: collection, items: self)
        let found = try keyedRows(of: collection, selection, keys: keys, where: visible)
        return keys.compactMap { found[$0] }
    }

    /// The keys that match a filter and that the caller may act upon.
    func keys(_ collection: Collection, _ query: ItemQuery, for action: Action) throws -> [DatabaseValue] {
        let key = FilterSQL.column(collection.primaryKey, of: collection)
        let conditions = try [
            visible(action, in: collection), visible(.read, in: collection), matching(query, in: collection),
        ]
        var statement = SQL(sql: "SELECT ") + key + from(collection) + FilterSQL.joined(conditions, "AND")
        statement += try order(query.sort, in: collection)
        statement += SQL(sql: " LIMIT ? OFFSET ?", arguments: [try rowLimit(query), query.offset])
        return try DatabaseValue.fetchAll(database, SQLRequest(literal: statement))
    }

    /// Those keys of `keys` that exist and that the caller may act upon; throws if one is missing.
    func require(_ keys: [DatabaseValue], of collection: Collection, for action: Action) throws {
        let key = FilterSQL.column(collection.primaryKey, of: collection)
        let marks = keys.map { SQL(sql: "?", arguments: [$0]) }.joined(separator: ", ")
        let condition = try FilterSQL.joined(
            [key + SQL(sql: " IN (") + marks + SQL(sql: ")"), visible(action, in: collection)], "AND")
        guard try count(collection, where: condition) == Set(keys).count else { throw StandInError.forbidden }
    }

    /// A key of a path or a body, as the column keeps it.
    ///
    /// - Throws: `FORBIDDEN` for what cannot be a key.
    func key(_ value: JSONValue, of collection: Collection) throws -> DatabaseValue {
        do {
            let key = try ColumnValue.stored(value, collection.primaryKey, collection: collection.name)
            guard !key.isNull else { throw StandInError.forbidden }
            return key
        } catch is StandInError {
            throw StandInError.forbidden
        }
    }

    /// The condition of the caller's permissions.
    func visible(_ action: Action, in collection: Collection) throws -> SQL {
        let grant = try grant(action, on: collection)
        if grant.filters.isEmpty { return FilterSQL.all }
        // The filter of a permission may name fields that its holder may not read.
        let filter = filterSQL { _ in .all }
        return FilterSQL.joined(try grant.filters.map { try filter.condition($0, on: collection) }, "OR")
    }

    func filterSQL(readable: @escaping @Sendable (String) throws -> ReadableFields) -> FilterSQL {
        FilterSQL(schema: schema, accountability: accountability, now: now, readable: readable)
    }

    private func matching(_ query: ItemQuery, in collection: Collection) throws -> SQL {
        var conditions: [SQL] = []
        if let filter = query.filter {
            let accountability = accountability
            let compiler = filterSQL { name in
                guard let grant = accountability.grant(.read, on: name) else {
                    throw StandInError.unknownCollection(name)
                }
                return grant.fields
            }
            conditions.append(try compiler.condition(filter, on: collection))
        }
        if let text = query.search, !text.isEmpty { conditions.append(try searching(text, in: collection)) }
        return conditions.isEmpty ? FilterSQL.all : FilterSQL.joined(conditions, "AND")
    }

    private func searching(_ text: String, in collection: Collection) throws -> SQL {
        let readable = try grant(.read, on: collection).fields
        let tests = collection.columns.compactMap { field -> SQL? in
            guard readable.contains(field.name), !field.has("conceal") else { return nil }
            let column = FilterSQL.column(field, of: collection)
            if field.type.isSearchable {
                return SQL(sql: "instr(lower(") + column + SQL(sql: "), ?) > 0", arguments: [text.lowercased()])
            }
            if field.type == .uuid, UUID(uuidString: text) != nil {
                return column + SQL(sql: " = ?", arguments: [text.lowercased()])
            }
            guard field.type.isNumeric, let number = Double(text) else { return nil }
            return column + SQL(sql: " = ?", arguments: [number])
        }
        return tests.isEmpty ? SQL(sql: "0") : FilterSQL.joined(tests, "OR")
    }

    private func order(_ sort: [String], in collection: Collection) throws -> SQL {
        var terms: [SQL] = []
        for entry in sort {
            let isDescending = entry.hasPrefix("-")
            let name = isDescending ? String(entry.dropFirst()) : entry
            let column: SQL
            if let (function, argument) = DateFunction.parse(name) {
                column = function.sql(of: FilterSQL.column(try readableField(argument, of: collection), of: collection))
            } else {
                column = FilterSQL.column(try readableField(name, of: collection), of: collection)
            }
            terms.append(column + SQL(sql: isDescending ? " DESC" : " ASC"))
        }
        terms.append(FilterSQL.column(collection.primaryKey, of: collection) + SQL(sql: " ASC"))
        return SQL(sql: " ORDER BY ") + terms.joined(separator: ", ")
    }

    func readableField(_ name: String, of collection: Collection) throws -> Field {
        guard let field = collection.field(name), field.type != .alias,
            try grant(.read, on: collection).fields.contains(name)
        else { throw StandInError.unknownField(name, in: collection.name) }
        return field
    }

    private func rowLimit(_ query: ItemQuery) throws -> Int {
        guard let limit = query.limit else { return min(settings.defaultLimit, settings.maximumLimit ?? .max) }
        guard let maximum = settings.maximumLimit else { return limit }
        guard limit <= maximum else {
            throw StandInError.invalidQuery("\"limit\" has to be at most \(maximum)")
        }
        return limit == -1 ? maximum : limit
    }

    func count(_ collection: Collection, where condition: SQL) throws -> Int {
        let statement = SQL(sql: "SELECT COUNT(*)") + from(collection) + condition
        return try Int.fetchOne(database, SQLRequest(literal: statement)) ?? 0
    }

    func from(_ collection: Collection) -> SQL {
        SQL(sql: " FROM \(collection.name.sqlIdentifier) WHERE ")
    }
}

/// What the configuration says about items.
struct ItemSettings: Sendable {
    var defaultLimit: Int
    var maximumLimit: Int?
    var bigNumbersAsText: Bool
}
