// Counts, sums and the like. Owns: `aggregate` and `groupBy` (Directus, section 6).

import GRDB

struct Aggregation {
    private struct Term {
        var function: String
        var field: Field?
        var sql: SQL
    }

    private let collection: Collection
    private let items: Items
    private var terms: [Term] = []
    private var groups: [(name: String, field: Field, sql: SQL)] = []

    private static let functions = [
        "count": "COUNT(", "countDistinct": "COUNT(DISTINCT ", "sum": "SUM(", "sumDistinct": "SUM(DISTINCT ",
        "avg": "AVG(", "avgDistinct": "AVG(DISTINCT ", "min": "MIN(", "max": "MAX(",
    ]

    init(_ query: ItemQuery, of collection: Collection, items: Items) throws {
        self.collection = collection
        self.items = items
        for (function, fields) in query.aggregate {
            if function == "countAll" {
                terms.append(Term(function: function, field: nil, sql: SQL(sql: "COUNT(*)")))
                continue
            }
            guard let opening = Self.functions[function] else {
                throw StandInError.invalidQuery("\"\(function)\" is not an aggregate function")
            }
            for name in fields {
                if name == "*" {
                    guard function == "count" else { throw StandInError.invalidQuery("\"\(function)\" needs a field") }
                    terms.append(Term(function: function, field: nil, sql: SQL(sql: "COUNT(*)")))
                    continue
                }
                let field = try items.readableField(name, of: collection)
                let sql = SQL(sql: opening) + FilterSQL.column(field, of: collection) + SQL(sql: ")")
                terms.append(Term(function: function, field: field, sql: sql))
            }
        }
        for name in query.groupBy {
            if let (function, argument) = DateFunction.parse(name) {
                let field = try items.readableField(argument, of: collection)
                groups.append(
                    (
                        "\(argument)_\(function.rawValue)", Field(name: name, type: .integer),
                        function.sql(of: FilterSQL.column(field, of: collection))
                    ))
            } else {
                let field = try items.readableField(name, of: collection)
                groups.append((name, field, FilterSQL.column(field, of: collection)))
            }
        }
    }

    func rows(where condition: SQL, limit: Int, offset: Int) throws -> [JSONValue] {
        let columns = (groups.map(\.sql) + terms.map(\.sql)).joined(separator: ", ")
        var statement = SQL(sql: "SELECT ") + columns + items.from(collection) + condition
        if !groups.isEmpty {
            let keys = groups.map(\.sql).joined(separator: ", ")
            statement += SQL(sql: " GROUP BY ") + keys + SQL(sql: " ORDER BY ") + keys
            statement += SQL(sql: " LIMIT ? OFFSET ?", arguments: [limit, offset])
        }
        return try Row.fetchAll(items.database, SQLRequest(literal: statement)).map { row in
            var members: [String: JSONValue] = [:]
            for (index, group) in groups.enumerated() {
                members[group.name] = ColumnValue.answered(row[index], group.field, bigNumbersAsText: false)
            }
            for (index, term) in terms.enumerated() {
                let value = answered(row[groups.count + index], term)
                guard let field = term.field else {
                    members[term.function] = value
                    continue
                }
                var inner = members[term.function]?.object ?? [:]
                inner[field.name] = value
                members[term.function] = .object(inner)
            }
            return .object(members)
        }
    }

    private func answered(_ value: DatabaseValue, _ term: Term) -> JSONValue {
        if let field = term.field, term.function == "min" || term.function == "max" {
            return ColumnValue.answered(value, field, bigNumbersAsText: false)
        }
        return Double.fromDatabaseValue(value).map(ColumnValue.number) ?? .null
    }
}
