// `/collections`, `/fields` and `/relations`: the data model (Directus, section 14).

import GRDB
import Hummingbird

extension StandInCore {
    func addSchemaRoutes(to router: RouterGroup<StandInContext>) {
        addCollectionRoutes(to: router)
        addFieldRoutes(to: router)
        addRelationRoutes(to: router)
    }

    private func addCollectionRoutes(to router: RouterGroup<StandInContext>) {
        router.get("collections") { _, context in
            let visible = self.schema.current.collections.values.filter { Self.canSee($0.name, context) }
            return Response.data(.array(visible.sorted { $0.name < $1.name }.map(\.description)))
        }
        router.get("collections/:collection") { _, context in
            Response.data(try self.visibleCollection(context).description)
        }
        router.post("collections") { request, context in
            let body = try await self.body(of: request)
            let descriptions = body.array ?? [body]
            let made = try await self.changeModel(context) { change in
                try descriptions.map { try change.createCollection($0).description }
            }
            return Response.data(body.array == nil ? made.first : .array(made))
        }
        router.patch("collections/:collection") { request, context in
            let name = try context.parameters.require("collection")
            let body = try await self.body(of: request)
            let changed = try await self.changeModel(context) { change in
                try change.updateCollection(name, meta: body["meta"] ?? .null).description
            }
            return Response.data(changed)
        }
        router.delete("collections/:collection") { _, context in
            let name = try context.parameters.require("collection")
            try await self.changeModel(context) { try $0.deleteCollection(name) }
            return Response(status: .noContent)
        }
    }

    private func addFieldRoutes(to router: RouterGroup<StandInContext>) {
        router.get("fields") { _, context in
            let visible = self.schema.current.collections.values.filter { Self.canSee($0.name, context) }
            let fields = visible.sorted { $0.name < $1.name }.flatMap { collection in
                collection.fields.map { $0.described(in: collection) }
            }
            return Response.data(.array(fields))
        }
        router.get("fields/:collection") { _, context in
            let collection = try self.visibleCollection(context)
            return Response.data(.array(collection.fields.map { $0.described(in: collection) }))
        }
        router.get("fields/:collection/:field") { _, context in
            let collection = try self.visibleCollection(context)
            guard let field = collection.field(try context.parameters.require("field")) else {
                throw StandInError.forbidden
            }
            return Response.data(field.described(in: collection))
        }
        router.post("fields/:collection") { request, context in
            let name = try context.parameters.require("collection")
            let body = try await self.body(of: request)
            return Response.data(
                try await self.changeModel(context) { change in
                    let (field, collection) = try change.createField(body, in: name)
                    return field.described(in: collection)
                })
        }
        router.patch("fields/:collection/:field") { request, context in
            let name = try context.parameters.require("collection")
            let field = try context.parameters.require("field")
            let body = try await self.body(of: request)
            return Response.data(
                try await self.changeModel(context) { change in
                    let (field, collection) = try change.updateField(field, body, in: name)
                    return field.described(in: collection)
                })
        }
        router.delete("fields/:collection/:field") { _, context in
            let name = try context.parameters.require("collection")
            let field = try context.parameters.require("field")
            try await self.changeModel(context) { try $0.deleteField(field, in: name) }
            return Response(status: .noContent)
        }
    }

    private func addRelationRoutes(to router: RouterGroup<StandInContext>) {
        router.get("relations") { _, context in
            Response.data(
                .array(self.schema.current.relations.filter { Self.canSee($0.collection, context) }.map(self.described))
            )
        }
        router.get("relations/:collection") { _, context in
            let collection = try self.visibleCollection(context)
            return Response.data(.array(self.schema.current.relations(of: collection.name).map(self.described)))
        }
        router.get("relations/:collection/:field") { _, context in
            let collection = try self.visibleCollection(context)
            let field = try context.parameters.require("field")
            guard let relation = self.schema.current.relation(collection.name, field) else {
                throw StandInError.forbidden
            }
            return Response.data(self.described(relation))
        }
        router.post("relations") { request, context in
            let body = try await self.body(of: request)
            let relation = try await self.changeModel(context) { try $0.createRelation(body) }
            return Response.data(self.described(relation))
        }
        router.delete("relations/:collection/:field") { _, context in
            let name = try context.parameters.require("collection")
            let field = try context.parameters.require("field")
            try await self.changeModel(context) { try $0.deleteRelation(field, in: name) }
            return Response(status: .noContent)
        }
    }

    private static func canSee(_ collection: String, _ context: StandInContext) -> Bool {
        context.accountability.grant(.read, on: collection) != nil
    }

    /// A missing collection is as forbidden as one that may not be seen.
    private func visibleCollection(_ context: StandInContext) throws -> Collection {
        let name = try context.parameters.require("collection")
        guard let collection = schema.current[name], Self.canSee(name, context) else {
            throw StandInError.forbidden
        }
        return collection
    }

    @Sendable private func described(_ relation: Relation) -> JSONValue {
        relation.described(key: schema.current[relation.related]?.primaryKey.name ?? "id")
    }

    /// Changes the model in one transaction; for administrators only.
    private func changeModel<Result: Sendable>(
        _ context: StandInContext, _ body: @escaping @Sendable (ModelChange) throws -> Result
    ) async throws -> Result {
        guard context.accountability.isAdmin else { throw StandInError.forbidden }
        return try await database.barrierWriteWithoutTransaction { db in
            // Rebuilding a table must not follow the references to it.
            try db.execute(sql: "PRAGMA foreign_keys = OFF")
            let outcome = Swift.Result {
                let change = ModelChange(database: db, store: self.schema)
                var result: Result?
                try db.inTransaction {
                    result = try body(change)
                    return .commit
                }
                return result
            }
            try db.execute(sql: "PRAGMA foreign_keys = ON")
            try self.schema.reload(db)
            guard let result = try outcome.get() else { throw StandInError.internalError }
            return result
        }
    }
}
