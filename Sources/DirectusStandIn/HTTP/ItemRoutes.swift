// `/items` and the routes of system collections that work alike (Directus, section 5). Owns: which call means what.

import FoundationEssentials
import GRDB
import HTTPTypes
import Hummingbird

/// A collection as routes see it.
struct ItemRoute: Sendable {
    /// The collection of a request.
    var collection: @Sendable (StandInContext) throws -> String
    /// Makes of a body what is written, such as the digest of a password.
    var prepare: @Sendable (JSONValue) async throws -> JSONValue = { $0 }
    /// Follows the deletion of items.
    var deleted: @Sendable ([JSONValue]) async -> Void = { _ in }
    /// Answers requests whose body is no JSON, for a new item or for one with that key; nil if it is none of those.
    var upload: @Sendable (Request, StandInContext, String?) async throws -> Response? = { _, _, _ in nil }
}

extension StandInCore {
    func addItemRoutes(to router: RouterGroup<StandInContext>) {
        let items = ItemRoute(collection: { context in
            let name = try context.parameters.require("collection")
            if name.hasPrefix("directus_") { throw StandInError.unknownCollection(name) }
            return name
        })
        add(items, at: "items/:collection", to: router)
        let system = [
            "roles": "directus_roles", "policies": "directus_policies", "access": "directus_access",
            "permissions": "directus_permissions", "folders": "directus_folders", "flows": "directus_flows",
            "operations": "directus_operations",
        ]
        for (path, collection) in system {
            add(ItemRoute(collection: { _ in collection }), at: path, to: router)
        }
    }

    func add(_ route: ItemRoute, at path: String, to router: RouterGroup<StandInContext>) {
        let list = RouterPath(path)
        let one = RouterPath(path + "/:key")
        router.get(list) { request, context in
            let query = try ItemQuery(try QueryString.tree(request.uri.query))
            return try await self.list(try route.collection(context), query, context.accountability)
        }
        router.on(list, method: .search) { request, context in
            try await self.search(request, context, try route.collection(context))
        }
        router.post(list) { request, context in
            if let response = try await route.upload(request, context, nil) { return response }
            let body = try await route.prepare(try await self.body(of: request))
            return try await self.create(body, request, context, try route.collection(context))
        }
        router.patch(list) { request, context in
            let body = try await route.prepare(try await self.body(of: request))
            return try await self.updateMany(body, request, context, try route.collection(context))
        }
        router.delete(list) { request, context in
            try await self.deleteMany(request, context, route)
        }
        router.get(one) { request, context in
            let query = try ItemQuery(try QueryString.tree(request.uri.query))
            let name = try route.collection(context)
            let key = try context.parameters.require("key")
            return Response.data(
                try await self.read(as: context.accountability) { items in
                    let collection = try items.collection(name)
                    return try items.item(
                        collection, try items.key(.string(key), of: collection), fields: query.fields)
                })
        }
        router.patch(one) { request, context in
            let key = try context.parameters.require("key")
            if let response = try await route.upload(request, context, key) { return response }
            let body = try await route.prepare(try await self.body(of: request))
            return try await self.updateOne(key, body, request, context, try route.collection(context))
        }
        router.delete(one) { _, context in
            let name = try route.collection(context)
            let text = try context.parameters.require("key")
            let key = try await self.write(as: context.accountability) { items, events in
                let collection = try items.collection(name)
                let key = try items.key(.string(text), of: collection)
                try items.delete([key], in: collection, &events)
                return items.answeredKey(key, collection)
            }
            await route.deleted([key])
            return Response(status: .noContent)
        }
    }

    private func list(_ name: String, _ query: ItemQuery, _ accountability: Accountability) async throws -> Response {
        let (items, meta, isSingleton) = try await read(as: accountability) { items in
            let collection = try items.collection(name)
            let page = try items.list(collection, query)
            return (page.items, page.meta, collection.isSingleton && query.aggregate.isEmpty)
        }
        if isSingleton { return Response.json(["data": items.first ?? .null]) }
        var answer: [String: JSONValue] = ["data": .array(items)]
        if let meta { answer["meta"] = meta }
        return Response.json(.object(answer))
    }

    private func search(_ request: Request, _ context: StandInContext, _ name: String) async throws -> Response {
        let body = try await self.body(of: request)
        guard let keys = body["keys"]?.array else {
            return try await list(name, try ItemQuery(body["query"] ?? .object([:])), context.accountability)
        }
        let query = try ItemQuery(try QueryString.tree(request.uri.query))
        return Response.data(
            .array(
                try await read(as: context.accountability) { items in
                    let collection = try items.collection(name)
                    return try items.items(
                        collection, keys: try keys.map { try items.key($0, of: collection) }, fields: query.fields)
                }))
    }

    private func create(
        _ body: JSONValue, _ request: Request, _ context: StandInContext, _ name: String
    ) async throws -> Response {
        let query = try ItemQuery(try QueryString.tree(request.uri.query))
        let created = try await write(as: context.accountability) { items, events in
            let collection = try items.collection(name)
            guard case .array(let objects) = body else {
                let key = try items.create(body, in: collection, &events)
                return try items.readBack(collection, [key], query.fields)?.array?.first
            }
            let keys = try objects.map { try items.create($0, in: collection, &events) }
            return try items.readBack(collection, keys, query.fields)
        }
        return Response.data(created)
    }

    private func updateOne(
        _ key: String, _ body: JSONValue, _ request: Request, _ context: StandInContext, _ name: String
    ) async throws -> Response {
        let query = try ItemQuery(try QueryString.tree(request.uri.query))
        let updated = try await write(as: context.accountability) { items, events in
            let collection = try items.collection(name)
            let key = try items.key(.string(key), of: collection)
            try items.update([key], body, in: collection, &events)
            let current = try items.currentKey(key, body, collection)
            return try items.readBack(collection, [current], query.fields)?.array?.first
        }
        return Response.data(updated)
    }

    private func updateMany(
        _ body: JSONValue, _ request: Request, _ context: StandInContext, _ name: String
    ) async throws -> Response {
        let query = try ItemQuery(try QueryString.tree(request.uri.query))
        let updated = try await write(as: context.accountability) { items, events in
            let collection = try items.collection(name)
            let keys: [DatabaseValue]
            if case .array(let objects) = body {
                keys = try objects.map { object in
                    guard let value = object[collection.primaryKey.name], var members = object.object else {
                        throw StandInError.invalidPayload("Each item needs its key")
                    }
                    members[collection.primaryKey.name] = nil
                    let key = try items.key(value, of: collection)
                    try items.update([key], .object(members), in: collection, &events)
                    return key
                }
            } else {
                guard let data = body["data"] else { throw StandInError.invalidPayload("\"data\" is required") }
                keys = try items.chosen(body, of: collection, for: .update)
                try items.update(keys, data, in: collection, &events)
            }
            return try items.readBack(collection, keys, query.fields)
        }
        return Response.data(updated)
    }

    private func deleteMany(_ request: Request, _ context: StandInContext, _ route: ItemRoute) async throws -> Response
    {
        let body = try await self.body(of: request)
        let name = try route.collection(context)
        let keys = try await write(as: context.accountability) { items, events in
            let collection = try items.collection(name)
            let keys =
                if case .array(let values) = body {
                    try values.map { try items.key($0, of: collection) }
                } else {
                    try items.chosen(body, of: collection, for: .delete)
                }
            try items.delete(keys, in: collection, &events)
            return keys.map { items.answeredKey($0, collection) }
        }
        await route.deleted(keys)
        return Response(status: .noContent)
    }
}

extension Items {
    /// The keys that a body chooses by exactly one of `keys` and `query`.
    fileprivate func chosen(_ body: JSONValue, of collection: Collection, for action: Action) throws -> [DatabaseValue]
    {
        switch (body["keys"], body["query"]) {
        case (.array(let values)?, nil): return try values.map { try key($0, of: collection) }
        case (nil, let query?):
            var query = try ItemQuery(query)
            // A change is not a page: it concerns all items that match, unless a limit was given.
            query.limit = query.limit ?? settings.maximumLimit ?? -1
            return try keys(collection, query, for: action)
        default: throw StandInError.invalidPayload("Exactly one of \"keys\" and \"query\" is required")
        }
    }

    /// What was written, as the caller may read it; nil if the caller may not read at all.
    func readBack(_ collection: Collection, _ keys: [DatabaseValue], _ fields: [String]) throws -> JSONValue? {
        guard accountability.grant(.read, on: collection.name) != nil else { return nil }
        let found = try items(collection, keys: keys, fields: fields)
        return found.isEmpty && !keys.isEmpty ? nil : .array(found)
    }

    /// The key after a change that may have changed it.
    fileprivate func currentKey(
        _ key: DatabaseValue, _ body: JSONValue, _ collection: Collection
    ) throws -> DatabaseValue {
        guard let value = body[collection.primaryKey.name], !value.isNull else { return key }
        return try self.key(value, of: collection)
    }
}

extension HTTPRequest.Method {
    /// A GET with a body (Directus, section 5).
    static let search = HTTPRequest.Method("SEARCH") ?? .post
}
