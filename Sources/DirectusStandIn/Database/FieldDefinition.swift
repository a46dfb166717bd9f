// Fields as clients describe them. Owns: reading a field from a request, and writing it for an answer and for keeping
// (Directus, section 14).

extension Field {
    /// Reads a field as `POST /collections` and `POST /fields` describe it.
    init(definition: JSONValue) throws {
        guard let name = definition["field"]?.string, !name.isEmpty, !name.contains("/"),
            name.unicodeScalars.allSatisfy({ $0.value >= 0x20 })
        else {
            throw StandInError.invalidPayload("\"field\" is required")
        }
        guard let type = definition["type"]?.string.flatMap(FieldType.init) else {
            throw StandInError.invalidPayload("\"type\" of field \"\(name)\" is missing or unknown")
        }
        self.init(name: name, type: type)
        meta = definition["meta"].flatMap { $0.isNull ? nil : $0 }
        apply(schema: definition["schema"] ?? .null)
        if isPrimaryKey { isNullable = false }
    }

    /// Changes what a partial description names.
    mutating func apply(schema: JSONValue) {
        if let value = schema["is_primary_key"]?.bool { isPrimaryKey = value }
        if let value = schema["has_auto_increment"]?.bool {
            hasAutoIncrement = value
            if value { isPrimaryKey = true }
        }
        if let value = schema["is_nullable"]?.bool { isNullable = value }
        if let value = schema["is_unique"]?.bool { isUnique = value }
        if let value = schema["is_indexed"]?.bool { isIndexed = value }
        if let value = schema["max_length"] { maximumLength = value.int }
        if let value = schema["default_value"] { defaultValue = value }
        if type == .string && maximumLength == nil { maximumLength = 255 }
    }

    /// The description; the same that `init(definition:)` reads.
    var definition: JSONValue {
        ["field": .string(name), "type": .string(type.rawValue), "schema": schemaDescription, "meta": meta ?? .null]
    }

    private var schemaDescription: JSONValue {
        if type == .alias { return .null }
        return [
            "name": .string(name), "is_primary_key": .bool(isPrimaryKey), "has_auto_increment": .bool(hasAutoIncrement),
            "is_nullable": .bool(isNullable), "is_unique": .bool(isUnique || isPrimaryKey),
            "is_indexed": .bool(isIndexed), "max_length": maximumLength.map { .int($0) } ?? .null,
            "default_value": defaultValue, "data_type": .string(type.column.lowercased()),
        ]
    }

    /// The answer of the fields endpoints.
    func described(in collection: Collection) -> JSONValue {
        guard case .object(var members) = definition else { return definition }
        members["collection"] = .string(collection.name)
        if case .object(var schema) = members["schema"] {
            schema["table"] = .string(collection.name)
            members["schema"] = .object(schema)
        }
        if let meta, case .object(var details) = meta {
            details["collection"] = .string(collection.name)
            details["field"] = .string(name)
            details["special"] = specials.isEmpty ? .null : .array(specials.map { .string($0) })
            members["meta"] = .object(details)
        }
        return .object(members)
    }
}

extension Collection {
    /// The answer of the collections endpoints.
    var description: JSONValue {
        var details = meta.object ?? [:]
        details["collection"] = .string(name)
        details["singleton"] = .bool(isSingleton)
        return [
            "collection": .string(name), "meta": .object(details),
            "schema": hasTable ? ["name": .string(name)] : .null,
        ]
    }
}

extension Relation {
    /// The answer of the relations endpoints.
    func described(key: String) -> JSONValue {
        var details = meta.object ?? [:]
        details["many_collection"] = .string(collection)
        details["many_field"] = .string(field)
        details["one_collection"] = .string(related)
        return [
            "collection": .string(collection), "field": .string(field), "related_collection": .string(related),
            "schema": [
                "table": .string(collection), "column": .string(field), "foreign_key_table": .string(related),
                "foreign_key_column": .string(key), "on_delete": .string(onDelete),
            ],
            "meta": .object(details),
        ]
    }
}
