// Filters as SQL. Owns: the operators (Directus, section 7); every value becomes a parameter.

import FoundationEssentials
import GRDB

/// Turns the filter of a request into a condition.
struct FilterSQL {
    var schema: Schema
    var accountability: Accountability
    var now: Date
    /// Which fields of a collection the filter may name; nil stands for all.
    var readable: @Sendable (String) throws -> ReadableFields

    /// Nothing restricts.
    static let all = SQL(sql: "1")
    private static let none = SQL(sql: "0")
    private static let maximumDepth = 10
    /// SQLite takes 32,766 parameters in one statement.
    private static let maximumList = 10_000

    func condition(_ filter: JSONValue, on collection: Collection, depth: Int = 0) throws -> SQL {
        guard depth <= Self.maximumDepth else { throw StandInError.invalidQuery("The filter is nested too deeply") }
        guard case .object(let members) = filter else {
            throw StandInError.invalidQuery("\"filter\" has to be an object")
        }
        let conditions = try members.sorted { $0.key < $1.key }.map { name, value in
            switch name {
            case "_and": try group(value, "AND", on: collection, depth: depth)
            case "_or": try group(value, "OR", on: collection, depth: depth)
            default: try member(name, value, on: collection, depth: depth)
            }
        }
        return conditions.isEmpty ? Self.all : Self.joined(conditions, "AND")
    }

    static func joined(_ conditions: [SQL], _ connective: String) -> SQL {
        SQL(sql: "(") + conditions.joined(separator: " \(connective) ") + SQL(sql: ")")
    }

    private func group(_ value: JSONValue, _ connective: String, on collection: Collection, depth: Int) throws -> SQL {
        // Brackets in a query string may bring an object with numbers for names instead of a list.
        let parts: [JSONValue]
        switch value {
        case .array(let values): parts = values
        case .object(let members) where members.keys.allSatisfy({ Int($0) != nil }):
            parts = members.sorted { (Int($0.key) ?? 0) < (Int($1.key) ?? 0) }.map(\.value)
        default: throw StandInError.invalidQuery("\"_and\" and \"_or\" need a list")
        }
        let conditions = try parts.map { try condition($0, on: collection, depth: depth + 1) }
        return conditions.isEmpty ? Self.all : Self.joined(conditions, connective)
    }

    private func member(_ name: String, _ value: JSONValue, on collection: Collection, depth: Int) throws -> SQL {
        if let (function, argument) = DateFunction.parse(name) {
            let field = try self.field(argument, of: collection)
            guard case .object(let operators) = value else {
                throw StandInError.invalidQuery("\"\(name)\" needs an operator")
            }
            let number = Field(name: name, type: .integer)
            return try Self.joined(
                operators.sorted { $0.key < $1.key }.map {
                    try comparison(function.sql(of: Self.column(field, of: collection)), number, $0.key, $0.value)
                }, "AND")
        }
        let field = try self.field(name, of: collection)
        let column = Self.column(field, of: collection)
        guard case .object(let operators) = value, !operators.isEmpty else {
            return try comparison(column, field, "_eq", value)
        }
        if let relation = schema.relation(collection.name, name), operators.keys.contains(where: { isNested($0) }),
            let related = schema[relation.related]
        {
            let inner = try condition(value, on: related, depth: depth + 1)
            let table = SQL(sql: related.name.sqlIdentifier)
            return column + SQL(sql: " IN (SELECT ") + Self.column(related.primaryKey, of: related)
                + SQL(sql: " FROM ") + table + SQL(sql: " WHERE ") + inner + SQL(sql: ")")
        }
        return try Self.joined(
            operators.sorted { $0.key < $1.key }.map { try comparison(column, field, $0.key, $0.value) }, "AND")
    }

    private func isNested(_ name: String) -> Bool {
        !name.hasPrefix("_") || name == "_and" || name == "_or"
    }

    private func field(_ name: String, of collection: Collection) throws -> Field {
        guard let field = collection.field(name), field.type != .alias,
            try readable(collection.name).contains(name)
        else { throw StandInError.unknownField(name, in: collection.name) }
        return field
    }

    static func column(_ field: Field, of collection: Collection) -> SQL {
        SQL(sql: "\(collection.name.sqlIdentifier).\(field.name.sqlIdentifier)")
    }
}

extension FilterSQL {
    private func comparison(_ column: SQL, _ field: Field, _ name: String, _ operand: JSONValue) throws -> SQL {
        switch name {
        case "_null", "_nnull", "_empty", "_nempty":
            guard let flag = operand.bool else { throw StandInError.invalidQuery("\"\(name)\" needs a boolean") }
            let isPlain = flag == (name == "_null" || name == "_empty")
            let test = SQL(sql: isPlain ? " IS NULL" : " IS NOT NULL")
            if name.hasSuffix("null") { return column + test }
            let empty = SQL(sql: isPlain ? " IN ('', '[]', '{}')" : " NOT IN ('', '[]', '{}')")
            return Self.joined([column + test, column + empty], isPlain ? "OR" : "AND")
        case "_in", "_nin":
            let values = try list(operand, name).map { try self.operand($0, field, name) }
            let marks = values.map { SQL(sql: "?", arguments: [$0]) }.joined(separator: ", ")
            let inside = column + SQL(sql: name == "_in" ? " IN (" : " NOT IN (") + marks + SQL(sql: ")")
            return name == "_in" ? inside : Self.joined([inside, column + SQL(sql: " IS NULL")], "OR")
        case "_between", "_nbetween":
            let bounds = try list(operand, name)
            guard bounds.count == 2 else { throw StandInError.invalidQuery("\"\(name)\" needs two values") }
            let values = try bounds.map { try self.operand($0, field, name) }
            let negation = name == "_nbetween" ? " NOT" : ""
            return column + SQL(sql: "\(negation) BETWEEN ? AND ?", arguments: [values[0], values[1]])
        case "_eq", "_neq", "_lt", "_lte", "_gt", "_gte":
            if operand.isNull {
                guard name == "_eq" || name == "_neq" else { return Self.none }
                return column + SQL(sql: name == "_eq" ? " IS NULL" : " IS NOT NULL")
            }
            let value = try self.operand(operand, field, name)
            let signs = ["_eq": "=", "_neq": "<>", "_lt": "<", "_lte": "<=", "_gt": ">", "_gte": ">="]
            let test = column + SQL(sql: " \(signs[name] ?? "=") ?", arguments: [value])
            return name == "_neq" ? Self.joined([test, column + SQL(sql: " IS NULL")], "OR") : test
        default:
            return try match(column, name, operand)
        }
    }

    /// The operators on parts of texts: `_contains`, `_starts_with`, `_ends_with`, with `n` for not, `i` for any case.
    private func match(_ column: SQL, _ name: String, _ operand: JSONValue) throws -> SQL {
        var kind = name.dropFirst()
        let isNegated = kind.hasPrefix("n")
        if isNegated { kind = kind.dropFirst() }
        let ignoresCase = kind.hasPrefix("i")
        if ignoresCase { kind = kind.dropFirst() }
        guard name.hasPrefix("_"), ["contains", "starts_with", "ends_with"].contains(kind) else {
            throw StandInError.invalidQuery("\"\(name)\" is not a filter operator")
        }
        guard let text = operand.keyText, !text.isEmpty else {
            throw StandInError.invalidQuery("\"\(name)\" needs a text that is not empty")
        }
        let value = ignoresCase ? text.lowercased() : text
        let subject = ignoresCase ? SQL(sql: "lower(") + column + SQL(sql: ")") : column
        let length = value.unicodeScalars.count
        let test =
            switch kind {
            case "contains": SQL(sql: "instr(") + subject + SQL(sql: ", ?) > 0", arguments: [value])
            case "starts_with": SQL(sql: "substr(") + subject + SQL(sql: ", 1, ?) = ?", arguments: [length, value])
            default: SQL(sql: "substr(") + subject + SQL(sql: ", ?) = ?", arguments: [-length, value])
            }
        guard isNegated else { return test }
        return Self.joined([SQL(sql: "NOT (") + test + SQL(sql: ")"), column + SQL(sql: " IS NULL")], "OR")
    }

    private func list(_ operand: JSONValue, _ name: String) throws -> [JSONValue] {
        let values: [JSONValue]
        switch operand {
        case .array(let list): values = list
        case .string(let text): values = text.split(separator: ",").map { .string(String($0)) }
        case .object(let members) where members.keys.allSatisfy({ Int($0) != nil }):
            values = members.sorted { (Int($0.key) ?? 0) < (Int($1.key) ?? 0) }.map(\.value)
        default: values = []
        }
        guard !values.isEmpty else { throw StandInError.invalidQuery("\"\(name)\" needs a list that is not empty") }
        guard values.count <= Self.maximumList else {
            throw StandInError.invalidQuery("\"\(name)\" has too many values")
        }
        return values
    }

    private func operand(_ value: JSONValue, _ field: Field, _ name: String) throws -> DatabaseValue {
        var value = value
        if case .string(let text) = value {
            if text.isEmpty { throw StandInError.invalidQuery("\"\(name)\" can't be empty; use \"_empty\"") }
            if text.hasPrefix("$") { value = try variable(text, field) }
        }
        if case .array = value { throw StandInError.invalidQuery("\"\(name)\" needs one value") }
        if case .object = value { throw StandInError.invalidQuery("\"\(name)\" needs one value") }
        do {
            return try ColumnValue.stored(value, Field(name: field.name, type: field.type), collection: "")
        } catch is StandInError {
            // What cannot be in the column equals nothing that is; Directus leaves that to the database.
            return (value.keyText ?? value.text).databaseValue
        }
    }

    private func variable(_ text: String, _ field: Field) throws -> JSONValue {
        switch text {
        case "$CURRENT_USER": return accountability.user.map { .string($0) } ?? .null
        case "$CURRENT_ROLE": return accountability.role.map { .string($0) } ?? .null
        default:
            guard text.hasPrefix("$NOW") else { return .string(text) }
            guard let date = RelativeTime.resolve(text, now: now) else {
                throw StandInError.invalidQuery("\"\(text)\" is not a time")
            }
            return .string(Timestamp.instant(date))
        }
    }
}
