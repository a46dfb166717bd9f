// Brings a Directus to the data model: creates what is missing, leaves what is there (Directus, section 14).

import NIOHTTP1

extension DirectusSchema {
    /// Creates the collections, columns, relations and flows that are missing. Nothing is deleted, and a column that exists
    /// is left as it is, even with another type. Running it again changes nothing.
    ///
    /// - Parameter client: With an admin's token.
    /// - Returns: What was done, in order; empty if everything was there.
    /// - Throws: ``DirectusError/Code/forbidden`` if the token is not an admin's. What was created until then stays.
    @discardableResult
    public func apply(with client: DirectusClient) async throws(DirectusError) -> [SchemaChange] {
        try await client.requireAdmin()
        var changes: [SchemaChange] = []
        for collection in collections { changes += try await create(collection, with: client) }
        // Relations last: their other end may be any of the collections.
        for collection in collections { changes += try await relate(collection, with: client) }
        for hook in webHooks { changes += try await create(hook, with: client) }
        return changes
    }

    private func create(
        _ collection: Collection, with client: DirectusClient
    ) async throws(DirectusError) -> [SchemaChange] {
        if try await !client.exists("collections", collection.name) {
            if try await client.makeUnlessThere(
                try Path.of("collections"), collection.document,
                check: { () async throws(DirectusError) in
                    try await client.exists("collections", collection.name)
                })
            {
                return [SchemaChange(.createdCollection, collection.name)]
            }
        }
        var changes: [SchemaChange] = []
        let present = try await client.columnTypes(of: collection.name)
        for column in collection.columns {
            if let type = present[column.name] {
                guard type != column.type else { continue }
                changes.append(
                    SchemaChange(
                        .differentType, collection.name, column: column.name, note: "\(type) instead of \(column.type)")
                )
                continue
            }
            let isNew = try await client.makeUnlessThere(
                try Path.of("fields", collection.name), column.document,
                check: { () async throws(DirectusError) in
                    try await client.columnTypes(of: collection.name)[column.name] != nil
                })
            if isNew { changes.append(SchemaChange(.createdColumn, collection.name, column: column.name)) }
        }
        return changes
    }

    private func relate(
        _ collection: Collection, with client: DirectusClient
    ) async throws(DirectusError) -> [SchemaChange] {
        let wanted = collection.columns.filter { $0.relatedCollection != nil }
        guard !wanted.isEmpty else { return [] }
        var changes: [SchemaChange] = []
        let present = try await client.relatedColumns(of: collection.name)
        for column in wanted where !present.contains(column.name) {
            guard let relation = column.relation(in: collection.name) else { continue }
            let isNew = try await client.makeUnlessThere(
                try Path.of("relations"), relation,
                check: { () async throws(DirectusError) in
                    try await client.relatedColumns(of: collection.name).contains(column.name)
                })
            if isNew { changes.append(SchemaChange(.createdRelation, collection.name, column: column.name)) }
        }
        return changes
    }

    private func create(_ hook: WebHook, with client: DirectusClient) async throws(DirectusError) -> [SchemaChange] {
        var changes: [SchemaChange] = []
        let flows = try await client.rows(
            "flows", where: .equal("name", hook.name), fields: ["id", "status", "operation"])
        var flow = flows.first ?? DirectusRow()
        if flow.id == nil {
            flow = try await client.make(try Path.of("flows"), hook.flow)
            changes.append(SchemaChange(.createdFlow, hook.name))
        }
        guard let id = flow.id else {
            throw DirectusError(.invalidAnswer, message: "Directus did not tell the id of the flow \(hook.name)")
        }
        var wasChanged = false
        let steps = try await client.rows(
            "operations", where: .all([.equal("flow", id), .equal("key", "request")]), fields: ["id", "options"])
        var step = steps.first ?? DirectusRow()
        if step.id == nil {
            step = try await client.make(
                try Path.of("operations"),
                [
                    "flow": .string(id), "key": "request", "name": "Request", "type": "request", "position_x": 19,
                    "position_y": 1, "options": hook.request,
                ])
        } else if step["options"] != hook.request, let stepID = step.id {
            try await client.change(try Path.of("operations", stepID), ["options": hook.request])
            wasChanged = true
        }
        // A flow without this link does nothing.
        if flow["operation"]?.key != step.id, let stepID = step.id {
            try await client.change(try Path.of("flows", id), ["operation": .string(stepID)])
            wasChanged = true
        }
        if wasChanged, changes.isEmpty { changes.append(SchemaChange(.changedFlow, hook.name)) }
        return changes
    }
}

extension DirectusClient {
    fileprivate func requireAdmin() async throws(DirectusError) {
        let access = try await send(.get(try Path.of("policies", "me", "globals"))).data(as: DirectusRow.self)
        guard access["admin_access"]?.bool == true else {
            throw DirectusError(
                .forbidden, status: 403,
                message: "Setting up the data model needs the token of an admin; this token has no admin access")
        }
    }

    /// Whether a collection is there. An admin's 403 means that it is not.
    fileprivate func exists(_ kind: String, _ name: String) async throws(DirectusError) -> Bool {
        do {
            _ = try await send(.get(try Path.of(kind, name)))
            return true
        } catch {
            if error.code == .forbidden { return false }
            throw error
        }
    }

    fileprivate func columnTypes(of collection: String) async throws(DirectusError) -> [String: String] {
        let rows = try await send(.get(try Path.of("fields", collection))).data(as: [DirectusRow].self)
        return rows.reduce(into: [:]) { types, row in
            if let name = row["field"]?.string { types[name] = row["type"]?.string ?? "" }
        }
    }

    fileprivate func relatedColumns(of collection: String) async throws(DirectusError) -> Set<String> {
        do {
            let rows = try await send(.get(try Path.of("relations", collection))).data(as: [DirectusRow].self)
            return Set(rows.compactMap { $0["related_collection"]?.string == nil ? nil : $0["field"]?.string })
        } catch {
            // A collection without relations may be answered like one that does not exist.
            if error.code == .forbidden { return [] }
            throw error
        }
    }

    fileprivate func rows(
        _ kind: String, where filter: DirectusFilter, fields: [String]
    ) async throws(DirectusError) -> [DirectusRow] {
        let query = DirectusQuery(fields: fields, filter: filter, sort: ["id"])
        return try await send(.get(try Path.of(kind, parameters: query.parameters()))).data()
    }

    fileprivate func make(_ path: String, _ document: DirectusValue) async throws(DirectusError) -> DirectusRow {
        let call = Call(
            method: .POST, path: path, body: .json(try DirectusJSON.encode(document)), safety: .unlessExecuted,
            timeout: Self.schemaTimeout)
        return try await send(call).data()
    }

    fileprivate func change(_ path: String, _ document: DirectusValue) async throws(DirectusError) {
        _ = try await send(Call(method: .PATCH, path: path, body: .json(try DirectusJSON.encode(document))))
    }

    /// Creates something; false if it turns out that somebody else has, or an attempt whose answer was lost.
    fileprivate func makeUnlessThere(
        _ path: String, _ document: DirectusValue, check isThere: () async throws(DirectusError) -> Bool
    ) async throws(DirectusError) -> Bool {
        do {
            let call = Call(
                method: .POST, path: path, body: .json(try DirectusJSON.encode(document)), timeout: Self.schemaTimeout)
            _ = try await send(call)
            return true
        } catch {
            guard error.status == 400 else { throw error }
            let failure = error
            guard try await isThere() else { throw failure }
            return false
        }
    }

    /// Schema calls are slow (Directus, section 14).
    private static var schemaTimeout: Duration { .seconds(120) }
}
