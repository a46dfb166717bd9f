// What callers who are no administrators may do (Directus, section 4).

import NIOCore
import NIOHTTP1
import Testing

@testable import DirectusStandIn

@Suite struct PermissionTests {
    private static let own: [String: JSONValue] = ["permissions": ["user_created": ["_eq": "$CURRENT_USER"]]]

    @Test func usersSeeAndChangeOnlyWhatTheirRowsFilterLetsThrough() async throws {
        try await withStandIn { client in
            try await client.makeJobs()
            let rules = [("jobs", "create", [:]), ("jobs", "read", Self.own), ("jobs", "update", Self.own)]
            let anna = try await client.makeUser("anna", rules)
            let bert = try await client.makeUser("bert", rules)
            let job = try await client.post("/items/jobs", ["name": "of anna"], token: anna.token)
            #expect(job.data["user_created"] == .string(anna.id))
            let path = "/items/jobs/" + (job.data["id"]?.string ?? "")
            #expect(try await client.get(path, token: anna.token).status == 200)
            #expect(try await client.get(path, token: bert.token).outcome == "403 FORBIDDEN")
            #expect(try await client.patch(path, ["note": "x"], token: anna.token).status == 200)
            #expect(try await client.patch(path, ["note": "x"], token: bert.token).outcome == "403 FORBIDDEN")
            let all: JSONValue = ["query": .object([:]), "data": ["note": "taken over"]]
            #expect(try await client.patch("/items/jobs", all, token: bert.token).data == [])
            #expect(
                try await client.get("/items/jobs?meta=total_count", token: bert.token).json
                    == ["data": [], "meta": ["total_count": 0]])
            #expect(try await client.call(.DELETE, path, token: anna.token).outcome == "403 FORBIDDEN")
        }
    }

    @Test func aWriteThatCannotBeReadBackSucceedsWithoutABody() async throws {
        try await withStandIn { client in
            try await client.makeJobs()
            let user = try await client.makeUser("writer", [("jobs", "create", [:])])
            let created = try await client.post("/items/jobs", ["name": "unseen"], token: user.token)
            #expect(created.status == 204)
            #expect(created.bytes.readableBytes == 0)
            #expect(try await client.get("/items/jobs?fields=name").data == [["name": "unseen"]])
        }
    }

    @Test func onlyPermittedFieldsAreReadAndWritten() async throws {
        try await withStandIn { client in
            try await client.makeJobs()
            let user = try await client.makeUser(
                "worker",
                [
                    ("jobs", "read", ["fields": ["id", "status"]]),
                    ("jobs", "update", ["fields": ["status"]]),
                    (
                        "jobs", "create",
                        [
                            "fields": ["status"], "presets": ["note": "preset"],
                            "validation": ["status": ["_in": ["pending", "draft"]]],
                        ]
                    ),
                ])
            let id = try await client.post("/items/jobs", ["name": "a"]).data["id"] ?? .null
            let path = "/items/jobs/" + (id.string ?? "")
            #expect(try await client.get(path, token: user.token).data == ["id": id, "status": "pending"])
            #expect(try await client.get(path + "?fields=name", token: user.token).outcome == "403 FORBIDDEN")
            let byName = "/items/jobs?filter[name][_eq]=a"
            #expect(try await client.get(byName, token: user.token).outcome == "403 FORBIDDEN")
            #expect(try await client.get("/items/jobs?sort=name", token: user.token).outcome == "403 FORBIDDEN")
            #expect(try await client.patch(path, ["name": "x"], token: user.token).outcome == "403 FORBIDDEN")
            #expect(try await client.patch(path, ["status": "failed"], token: user.token).data["status"] == "failed")
            let created = try await client.post("/items/jobs", ["status": "draft"], token: user.token)
            let key = created.data["id"]?.string ?? ""
            #expect(try await client.get("/items/jobs/\(key)?fields=note").data == ["note": "preset"])
            let invalid = try await client.post("/items/jobs", ["status": "completed"], token: user.token)
            #expect(invalid.outcome == "400 FAILED_VALIDATION")
        }
    }

    @Test func permissionsAreThoseOfTheUserAndItsRoleAndChangeAtOnce() async throws {
        try await withStandIn { client in
            try await client.makeJobs()
            let role = try await client.post("/roles", ["name": "Workers"]).data["id"] ?? .null
            let policy = try await client.post("/policies", ["name": "Reading"]).data["id"] ?? .null
            let user = try await client.makeUser("worker", role: role)
            #expect(try await client.get("/items/jobs", token: user.token).outcome == "403 FORBIDDEN")
            _ = try await client.post("/access", ["role": role, "policy": policy])
            let permission = try await client.post(
                "/permissions", ["policy": policy, "collection": "jobs", "action": "read", "fields": ["*"]])
            #expect(try await client.get("/items/jobs", token: user.token).status == 200)
            let mine = try await client.get("/permissions/me", token: user.token)
            #expect(mine.data["jobs"]?["read"] == ["access": "full", "fields": ["*"]])
            let id = permission.data["id"]?.int ?? 0
            #expect(try await client.call(.DELETE, "/permissions/\(id)").status == 204)
            #expect(try await client.get("/items/jobs", token: user.token).outcome == "403 FORBIDDEN")
        }
    }

    @Test func thePublicPolicyIsForThoseWithoutAToken() async throws {
        try await withStandIn { client in
            try await client.makeJobs()
            let policy = try await client.post("/policies", ["name": "Public"]).data["id"] ?? .null
            _ = try await client.post("/access", ["policy": policy])
            _ = try await client.post(
                "/permissions", ["policy": policy, "collection": "jobs", "action": "read", "fields": ["*"]])
            #expect(try await client.get("/items/jobs", token: nil).status == 200)
            #expect(try await client.post("/items/jobs", .object([:]), token: nil).outcome == "403 FORBIDDEN")
            #expect(try await client.get("/items/jobs", token: "bad").outcome == "401 INVALID_CREDENTIALS")
        }
    }

    @Test func onlyAdministratorsChangeTheModelAndTheRules() async throws {
        try await withStandIn { client in
            try await client.makeJobs()
            let user = try await client.makeUser("someone", appAccess: true)
            let calls: [(String, JSONValue)] = [
                ("/collections", ["collection": "x", "schema": .object([:])]),
                ("/fields/jobs", ["field": "x", "type": "string"]), ("/policies", ["name": "x", "admin_access": true]),
                ("/users", ["email": "x@example.com"]), ("/permissions", ["collection": "jobs", "action": "read"]),
                ("/flows", ["name": "x"]),
            ]
            for (path, body) in calls {
                #expect(try await client.post(path, body, token: user.token).outcome == "403 FORBIDDEN", "\(path)")
            }
            let globals = try await client.get("/policies/me/globals", token: user.token)
            #expect(globals.data == ["app_access": true, "admin_access": false, "enforce_tfa": false])
            let itself = try await client.get("/users/me?fields=id,email,status,role", token: user.token)
            #expect(
                itself.data == [
                    "id": .string(user.id), "email": "someone@example.com", "status": "active", "role": .null,
                ])
        }
    }
}
