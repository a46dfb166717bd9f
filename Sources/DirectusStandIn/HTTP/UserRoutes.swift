// `/users`, and what callers may ask of themselves (Directus, section 4).

import FoundationEssentials
import GRDB
import Hummingbird

extension StandInCore {
    func addUserRoutes(to router: RouterGroup<StandInContext>) {
        router.get("users/me") { request, context in
            let query = try ItemQuery(try QueryString.tree(request.uri.query))
            return Response.data(try await self.currentUser(context.accountability, query))
        }
        router.patch("users/me") { request, context in
            guard let id = context.accountability.user else { throw StandInError.invalidCredentials }
            let body = try await self.preparedUser(try await self.body(of: request))
            let query = try ItemQuery(try QueryString.tree(request.uri.query))
            let updated = try await self.write(as: context.accountability) { items, events in
                let key = try items.key(.string(id), of: SystemCollections.users)
                try items.update([key], body, in: SystemCollections.users, &events)
                return try items.readBack(SystemCollections.users, [key], query.fields)?.array?.first
            }
            return Response.data(updated)
        }
        router.get("policies/me/globals") { _, context in
            guard context.accountability.user != nil else { throw StandInError.invalidCredentials }
            return Response.data([
                "app_access": .bool(context.accountability.hasAppAccess || context.accountability.isAdmin),
                "admin_access": .bool(context.accountability.isAdmin), "enforce_tfa": false,
            ])
        }
        router.get("permissions/me") { _, context in
            Response.data(Self.effectivePermissions(context.accountability))
        }
        add(
            ItemRoute(collection: { _ in "directus_users" }, prepare: { try await self.preparedUser($0) }), at: "users",
            to: router)
    }

    private func currentUser(_ caller: Accountability, _ query: ItemQuery) async throws -> JSONValue {
        if let share = caller.share { return ["share": .string(share)] }
        guard let id = caller.user else { throw StandInError.invalidCredentials }
        return try await read(as: caller.seeingItself()) { items in
            let key = try items.key(.string(id), of: SystemCollections.users)
            do {
                return try items.item(SystemCollections.users, key, fields: query.fields)
            } catch let refusal as StandInError where refusal.code == "FORBIDDEN" {
                // The id is always there, even for users who may not read their own row.
                return ["id": .string(id)]
            }
        }
    }

    /// Keeps digests only.
    private func preparedUser(_ body: JSONValue) async throws -> JSONValue {
        switch body {
        case .array(let users):
            var prepared: [JSONValue] = []
            for user in users { prepared.append(try await preparedUser(user)) }
            return .array(prepared)
        case .object(var members):
            if let password = members["password"]?.string {
                members["password"] = .string(
                    try await PasswordHash.make(password, rounds: configuration.passwordRounds))
            }
            if let token = members["token"]?.string { members["token"] = .string(TokenDigest.make(token)) }
            if let email = members["email"]?.string { members["email"] = .string(email.lowercased()) }
            if let data = members["data"] { members["data"] = try await preparedUser(data) }
            return .object(members)
        default: return body
        }
    }

    private static func effectivePermissions(_ caller: Accountability) -> JSONValue {
        var result: [String: [String: JSONValue]] = [:]
        for permission in caller.permissions {
            guard let action = Action(rawValue: permission.action),
                let grant = caller.grant(action, on: permission.collection)
            else { continue }
            let fields: [JSONValue] =
                switch grant.fields {
                case .all: ["*"]
                case .some(let names): names.sorted().map { .string($0) }
                }
            result[permission.collection, default: [:]][permission.action] = [
                "access": grant.filters.isEmpty ? "full" : "partial", "fields": .array(fields),
            ]
        }
        return .object(result.mapValues { .object($0) })
    }
}

extension Accountability {
    /// The same caller, who may read a part of the own row if it has app access (Directus, section 4.1).
    fileprivate func seeingItself() -> Accountability {
        guard hasAppAccess, !isAdmin else { return self }
        var caller = self
        caller.permissions.append(
            Permission(
                collection: "directus_users", action: "read", filter: ["id": ["_eq": "$CURRENT_USER"]],
                validation: nil, presets: [:],
                fields: [
                    "id", "first_name", "last_name", "last_page", "email", "password", "location", "title",
                    "description", "tags", "avatar", "language", "appearance", "theme_light", "theme_dark",
                    "tfa_secret", "status", "role",
                ]))
        return caller
    }
}
