// The data model, made and changed by requests (Directus, section 14), and what is there after a restart.

import Foundation
import NIOCore
import NIOHTTP1
import Testing

@testable import DirectusStandIn

@Suite struct ModelTests {
    @Test func aCollectionWithoutAKeyGetsOneThatCounts() async throws {
        try await withStandIn { client in
            let made = try await client.post(
                "/collections",
                ["collection": "terms", "schema": .object([:]), "fields": [["field": "slug", "type": "string"]]])
            #expect(made.data["schema"] == ["name": "terms"])
            let items = try await client.post("/items/terms", [["slug": "a"], ["slug": "b"]])
            #expect(items.data == [["id": 1, "slug": "a"], ["id": 2, "slug": "b"]])
            #expect(try await client.get("/items/terms/2").data["slug"] == "b")
            #expect(try await client.get("/items/terms/two").outcome == "403 FORBIDDEN")
            let next = parameter("filter", ["id": ["_gt": "1"]])
            #expect(try await client.get("/items/terms?sort=id&limit=500&" + next).data == [["id": 2, "slug": "b"]])
        }
    }

    @Test func aCollectionWithoutASchemaIsAFolderThatHoldsNothing() async throws {
        try await withStandIn { client in
            let made = try await client.post("/collections", ["collection": "folder", "meta": .object([:])])
            #expect(made.data["schema"] == .null)
            #expect(try await client.get("/collections/folder").status == 200)
            #expect(try await client.get("/items/folder").outcome == "403 FORBIDDEN")
        }
    }

    @Test func namesThatAreTakenOrReservedAreRefused() async throws {
        try await withStandIn { client in
            try await client.makeJobs()
            for name in ["jobs", "JOBS", "directus_jobs", "a/b", "sqlite_x", ""] {
                let made = try await client.post("/collections", ["collection": .string(name), "schema": .object([:])])
                #expect(made.outcome == "400 INVALID_PAYLOAD", "\(name)")
            }
            let twice = try await client.post("/fields/jobs", ["field": "name", "type": "string"])
            #expect(twice.outcome == "400 INVALID_PAYLOAD")
            let type = try await client.post("/fields/jobs", ["field": "x", "type": "magic"])
            #expect(type.outcome == "400 INVALID_PAYLOAD")
            let odd = try await client.post(
                "/collections",
                [
                    "collection": "o\"dd; DROP TABLE jobs", "schema": .object([:]),
                    "fields": [["field": "a\"b", "type": "string"]],
                ])
            #expect(odd.status == 200)
            #expect(try await client.get("/items/jobs").status == 200)
        }
    }

    @Test func fieldsComeAndGoAndTheRowsStay() async throws {
        try await withStandIn { client in
            try await client.makeJobs()
            let file = try await client.upload([("file", "a", nil, .init(string: "x"))]).data["id"] ?? .null
            let job = try await client.post("/items/jobs", ["name": "kept", "file": file])
            let path = "/items/jobs/" + (job.data["id"]?.string ?? "")
            let added = try await client.post(
                "/fields/jobs",
                [
                    "field": "retries", "type": "integer", "meta": .object([:]),
                    "schema": ["default_value": 3, "is_nullable": false],
                ])
            #expect(added.data["collection"] == "jobs")
            #expect(
                try await client.get(path + "?fields=name,retries,file").data
                    == ["name": "kept", "retries": 3, "file": file])
            let changed = try await client.patch(
                "/fields/jobs/name", ["schema": ["max_length": 5], "meta": ["note": "short"]])
            #expect(changed.data["meta"]?["note"] == "short")
            #expect(try await client.patch(path, ["name": "longer"]).outcome == "400 VALUE_TOO_LONG")
            #expect(try await client.call(.DELETE, "/fields/jobs/retries").status == 204)
            #expect(try await client.get(path + "?fields=retries").outcome == "403 FORBIDDEN")
            // The relation survived the rebuilding of its table.
            #expect(try await client.call(.DELETE, "/files/" + (file.string ?? "")).status == 204)
            #expect(try await client.get(path + "?fields=name,file").data == ["name": "kept", "file": .null])
        }
    }

    @Test func theModelIsDescribedAsItWasMade() async throws {
        try await withStandIn { client in
            try await client.makeJobs()
            let fields = try await client.get("/fields/jobs").data.array ?? []
            #expect(fields.first?["field"] == "id")
            #expect(fields.first?["schema"]?["is_primary_key"] == true)
            #expect(fields.count == 16)
            let status = try await client.get("/fields/jobs/status").data
            #expect(status["schema"]?["default_value"] == "pending")
            #expect(status["schema"]?["is_nullable"] == false)
            let relation = try await client.get("/relations/jobs/file").data
            #expect(relation["related_collection"] == "directus_files")
            #expect(relation["schema"]?["on_delete"] == "SET NULL")
            #expect(try await client.call(.DELETE, "/collections/jobs").status == 204)
            #expect(try await client.get("/collections/jobs").outcome == "403 FORBIDDEN")
            #expect(try await client.get("/items/jobs").outcome == "403 FORBIDDEN")
            try await client.makeJobs()
            #expect(try await client.get("/items/jobs").data == [])
        }
    }

    @Test func whatWasWrittenIsThereAfterARestart() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "stand-in-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        var file = JSONValue.null
        try await withStandIn({ $0.folder = folder }) { client in
            try await client.makeJobs()
            file = try await client.upload([("file", "a.txt", nil, .init(string: "bytes"))]).data["id"] ?? .null
            _ = try await client.post("/items/jobs", ["name": "kept", "file": file])
        }
        try await withStandIn({
            $0.folder = folder
            $0.adminToken = nil
        }) { client async throws in
            #expect(try await client.get("/items/jobs?fields=name,file").data == [["name": "kept", "file": file]])
            #expect(try await client.get("/assets/" + (file.string ?? "")).text == "bytes")
            #expect(try await client.login().status == 200)
            #expect(try await client.get("/users").data.array?.count == 1)
        }
    }
}
