// The bodies that the schema endpoints take (Directus, section 14).

extension DirectusSchema.Collection {
    var document: DirectusValue {
        [
            "collection": .string(name),
            "meta": [
                "icon": .string(icon), "note": .string(note), "accountability": keepsRevisions ? "all" : nil,
            ],
            // Without this there is no table.
            "schema": [:],
            "fields": .array(columns.map(\.document)),
        ]
    }
}

extension DirectusSchema.Column {
    var document: DirectusValue {
        var meta: [String: DirectusValue] = [:]
        if !special.isEmpty { meta["special"] = .array(special.map { .string($0) }) }
        if isPrimaryKey { meta["readonly"] = true }
        if isPrimaryKey, type == "uuid" { meta["hidden"] = true }
        if special == ["file"] { meta["interface"] = "file" }
        if special == ["m2o"] { meta["interface"] = "select-dropdown-m2o" }
        if special.contains(where: { $0.hasPrefix("date-") || $0.hasPrefix("user-") }) {
            meta["readonly"] = true
            meta["hidden"] = true
        }
        if !choices.isEmpty {
            let options = choices.map { choice -> DirectusValue in
                ["text": .string(choice.prefix(1).uppercased() + choice.dropFirst()), "value": .string(choice)]
            }
            meta["interface"] = "select-dropdown"
            meta["options"] = ["choices": .array(options)]
        }
        var schema: [String: DirectusValue] = ["is_nullable": .bool(isNullable)]
        if isPrimaryKey {
            schema["is_primary_key"] = true
            schema["has_auto_increment"] = .bool(hasAutoIncrement)
        }
        if isUnique { schema["is_unique"] = true }
        if isIndexed { schema["is_indexed"] = true }
        if let defaultValue { schema["default_value"] = defaultValue }
        return ["field": .string(name), "type": .string(type), "meta": .object(meta), "schema": .object(schema)]
    }

    func relation(in collection: String) -> DirectusValue? {
        guard let relatedCollection else { return nil }
        return [
            "collection": .string(collection), "field": .string(name), "related_collection": .string(relatedCollection),
            "schema": ["on_delete": .string(onDelete)],
        ]
    }
}

extension DirectusSchema.WebHook {
    var flow: DirectusValue {
        [
            "name": .string(name), "icon": "bolt", "status": "active", "trigger": "event", "accountability": "all",
            "options": options,
        ]
    }

    var options: DirectusValue {
        [
            "type": "action", "scope": ["items.create", "items.update", "items.delete"],
            "collections": .array(collections.map { .string($0) }),
        ]
    }

    /// What the flow's only step sends: an empty object, since there is no fixed payload (Directus, section 12.3).
    var request: DirectusValue {
        [
            "method": "POST", "url": .string(url), "body": "{}",
            "headers": .array(
                headers.sorted { $0.key < $1.key }.map { ["header": .string($0.key), "value": .string($0.value)] }),
        ]
    }
}
