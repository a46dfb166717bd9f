// Rows: read, count, create, change, delete (Directus, sections 5 and 6).

import NIOHTTP1

extension DirectusClient {
    /// Longest path that is sent as a GET; longer queries go as SEARCH, since proxies cut long request lines.
    private static let longestPath = 4000

    /// Rows of a collection.
    ///
    /// Without a limit the server gives 100. For a whole collection use ``pages(of:_:size:as:)``.
    ///
    /// - Throws: ``DirectusError/Code/forbidden`` also for a collection or a column that does not exist.
    public func items<Item: Decodable & Sendable>(
        _ collection: String, _ query: DirectusQuery = DirectusQuery(), as type: Item.Type = Item.self
    ) async throws(DirectusError) -> [Item] {
        let path = try Path.of("items", collection, parameters: query.parameters())
        if path.utf8.count <= Self.longestPath { return try await send(.get(path)).data() }
        let body = DirectusValue.object(["query": query.document])
        let search = Call(
            method: .RAW(value: "SEARCH"), path: try Path.of("items", collection),
            body: .json(try DirectusJSON.encode(body)))
        return try await send(search).data()
    }

    /// One row; nil if there is none or the caller may not read it, which Directus does not tell apart: both are 403.
    /// With an admin's token it does not exist (Directus, section 5).
    public func item<Item: Decodable & Sendable>(
        _ collection: String, id: String, fields: [String] = ["*"], as type: Item.Type = Item.self
    ) async throws(DirectusError) -> Item? {
        let path = try Path.of("items", collection, id, parameters: DirectusQuery(fields: fields).parameters())
        do {
            return try await send(.get(path)).data()
        } catch {
            if error.code == .forbidden { return nil }
            throw error
        }
    }

    /// Creates a row.
    ///
    /// A row that brings its own `id` is tried again like any other call, and if an earlier attempt has made it without
    /// our learning of it, that counts as success. Without an `id` it is tried again only if it was certainly not made.
    ///
    /// - Parameters:
    ///   - fields: The columns to answer.
    ///   - retries: Instead of the configuration's.
    /// - Returns: The row as it is now; nil if it was made but may not be read.
    /// - Throws: ``DirectusError/Code/recordNotUnique`` if the id or a unique value is taken.
    @discardableResult
    public func create<Item: Encodable & Sendable>(
        _ item: Item, in collection: String, returning fields: [String] = ["id"], retries: DirectusRetryPolicy? = nil
    ) async throws(DirectusError) -> DirectusRow? {
        let body = try DirectusJSON.encode(item)
        let id = try DirectusJSON.decode(DirectusValue.self, from: body)["id"]?.key
        let call = Call(
            method: .POST,
            path: try Path.of("items", collection, parameters: [("fields", fields.joined(separator: ","))]),
            body: .json(body), safety: id == nil ? .unlessExecuted : .repeatable, retries: retries)
        var mayExist = false
        let answer = try await repeating(call) { () async throws(FailedAttempt) -> Answer? in
            do throws(FailedAttempt) {
                return try await self.attempt(call)
            } catch {
                if mayExist, error.error.code == .recordNotUnique { return nil }
                if error.wasSent { mayExist = true }
                throw error
            }
        }
        guard let answer else {
            return try await self.item(collection, id: id ?? "", fields: fields, as: DirectusRow.self)
        }
        return answer.isEmpty ? nil : try answer.data(as: DirectusRow.self)
    }

    /// Creates rows in one call; all of them or none, on databases with transactions.
    ///
    /// - Returns: Their keys; empty if they may not be read.
    @discardableResult
    public func create<Item: Encodable & Sendable>(
        all items: [Item], in collection: String
    ) async throws(DirectusError) -> [String] {
        guard !items.isEmpty else { return [] }
        let call = Call(
            method: .POST, path: try Path.of("items", collection, parameters: [("fields", "id")]),
            body: .json(try DirectusJSON.encode(items)), safety: .unlessExecuted)
        return try await keys(of: send(call))
    }

    /// Changes columns of a row; a JSON column is replaced, not merged.
    ///
    /// - Parameters:
    ///   - changes: Only the columns that change. Use a ``DirectusRow`` to write `null`.
    ///   - retries: Instead of the configuration's; ``DirectusRetryPolicy/persistent`` for states that must arrive.
    /// - Throws: ``DirectusError/Code/forbidden`` if there is no such row.
    public func update<Changes: Encodable & Sendable>(
        _ collection: String, id: String, _ changes: Changes, retries: DirectusRetryPolicy? = nil
    ) async throws(DirectusError) {
        // Asking for one column makes a cheap answer.
        let path = try Path.of("items", collection, id, parameters: [("fields", "id")])
        _ = try await send(
            Call(method: .PATCH, path: path, body: .json(try DirectusJSON.encode(changes)), retries: retries))
    }

    /// Changes the rows that match: the nearest thing to a conditional update, though not strictly atomic.
    ///
    /// Not tried again once it may have been executed, because then it would match nothing and look like a lost race.
    ///
    /// - Returns: The keys of the changed rows; empty if nothing matched.
    /// - Throws: ``DirectusError/Code/invalidAnswer`` if the rows were changed but may not be read, so that nobody knows.
    public func update<Changes: Encodable & Sendable>(
        _ collection: String, where filter: DirectusFilter, _ changes: Changes
    ) async throws(DirectusError) -> [String] {
        let body = ConditionalUpdate(query: ["filter": filter.document, "limit": -1], data: changes)
        let call = Call(
            method: .PATCH, path: try Path.of("items", collection, parameters: [("fields", "id")]),
            body: .json(try DirectusJSON.encode(body)), safety: .unlessExecuted)
        let answer = try await send(call)
        guard !answer.isEmpty else {
            throw DirectusError(
                .invalidAnswer, status: answer.status,
                message: "Directus does not tell which rows of \(collection) changed: the token may not read them")
        }
        return try keys(of: answer)
    }

    /// Deletes a row.
    ///
    /// - Throws: ``DirectusError/Code/forbidden`` if there is no such row.
    public func delete(_ collection: String, id: String) async throws(DirectusError) {
        _ = try await send(Call(method: .DELETE, path: try Path.of("items", collection, id)))
    }

    /// How many rows match.
    public func count(_ collection: String, where filter: DirectusFilter? = nil) async throws(DirectusError) -> Int {
        let rows = try await aggregate(collection, ["count": "*"], where: filter)
        guard let count = rows.first?["count"]?.integer else {
            throw DirectusError(.invalidAnswer, message: "Directus did not answer a count of \(collection)")
        }
        return count
    }

    /// Functions over the rows that match, by groups (Directus, section 6).
    ///
    /// - Parameters:
    ///   - functions: Function → column, such as `["count": "*", "max": "priority"]`.
    ///   - groups: Columns, or functions of columns such as `year(date_created)`.
    /// - Returns: One row for each group: the groups' columns, and for each function its number (`count` of `*`) or an
    ///   object of numbers by column.
    public func aggregate(
        _ collection: String, _ functions: [String: String], by groups: [String] = [],
        where filter: DirectusFilter? = nil
    ) async throws(DirectusError) -> [DirectusRow] {
        var parameters = functions.sorted { $0.key < $1.key }.map { ("aggregate[\($0.key)]", $0.value) }
        parameters += groups.map { ("groupBy[]", $0) }
        parameters += try DirectusQuery(filter: filter).parameters()
        return try await send(.get(try Path.of("items", collection, parameters: parameters))).data()
    }

    private func keys(of answer: Answer) throws(DirectusError) -> [String] {
        guard !answer.isEmpty else { return [] }
        return try answer.data(as: [DirectusValue].self).compactMap(\.key)
    }
}

/// The body of an update of whatever matches.
private struct ConditionalUpdate<Changes: Encodable>: Encodable {
    var query: [String: DirectusValue]
    var data: Changes
}
