// Items: what is written, what comes back (Directus, section 5).

import NIOCore
import NIOHTTP1
import Testing

@testable import DirectusStandIn

@Suite struct ItemTests {
    @Test func itemsAreCreatedChangedReadAndDeleted() async throws {
        try await withStandIn { client in
            try await client.makeJobs()
            let created = try await client.post("/items/jobs", ["name": "a", "params": ["x": [1, 2]]])
            #expect(created.status == 200)
            let id = try #require(created.data["id"]?.string)
            #expect(created.data["status"] == "pending")
            let user = try await client.get("/users/me").data["id"]
            #expect(created.data["user_created"] == user)
            #expect(created.data["date_updated"] == .null)
            let changed = try await client.patch("/items/jobs/\(id)?fields=params,date_updated", ["params": ["y": 1]])
            #expect(changed.data["params"] == ["y": 1])
            #expect(changed.data["date_updated"]?.string?.hasSuffix("Z") == true)
            #expect(try await client.get("/items/jobs/\(id)?fields=name").json == ["data": ["name": "a"]])
            let deleted = try await client.call(.DELETE, "/items/jobs/\(id)")
            #expect(deleted.status == 204)
            #expect(deleted.bytes.readableBytes == 0)
            #expect(try await client.get("/items/jobs/\(id)").outcome == "403 FORBIDDEN")
        }
    }

    @Test func valuesComeBackInTheirTypes() async throws {
        try await withStandIn { client in
            try await client.makeJobs()
            let written: JSONValue = [
                "id": "0198C0DE-0000-7000-8000-000000000001", "name": "ä\"\\\n\u{1F600}", "priority": "7",
                "score": 0.25,
                "done": true, "tags": ["a", "b"], "bytes": 9_007_199_254_740_993, "params": [true, .null, "x"],
                "finished_at": "2026-01-02T03:04:05+02:00", "local_time": "2026-01-02T03:04:05",
                "unknown": "is dropped",
            ]
            let read = try await client.post(
                "/items/jobs?fields=id,name,priority,score,done,tags,bytes,params,finished_at,local_time", written)
            #expect(
                read.data == [
                    "id": "0198c0de-0000-7000-8000-000000000001", "name": "ä\"\\\n\u{1F600}", "priority": 7,
                    "score": 0.25, "done": true, "tags": ["a", "b"], "bytes": "9007199254740993",
                    "params": [true, .null, "x"], "finished_at": "2026-01-02T01:04:05.000Z",
                    "local_time": "2026-01-02T03:04:05",
                ])
        }
    }

    @Test func whatBreaksAConstraintIsRefusedByItsCode() async throws {
        try await withStandIn { client in
            try await client.makeJobs()
            let first = try await client.post("/items/jobs", ["name": "taken"])
            let refusals: [(JSONValue, String)] = [
                (["name": "taken"], "400 RECORD_NOT_UNIQUE"),
                (["id": first.data["id"] ?? .null], "400 RECORD_NOT_UNIQUE"),
                (["name": "longer than twenty letters"], "400 VALUE_TOO_LONG"),
                (["status": .null], "400 FAILED_VALIDATION"),
                (["priority": "many"], "400 VALUE_OUT_OF_RANGE"),
                (["finished_at": "yesterday"], "400 VALUE_OUT_OF_RANGE"),
                (["file": "0198c0de-0000-7000-8000-000000000009"], "400 INVALID_FOREIGN_KEY"),
                ("text", "400 INVALID_PAYLOAD"),
            ]
            for (item, expected) in refusals {
                #expect(try await client.post("/items/jobs", item).outcome == expected, "\(item.text)")
            }
            // One bad item of many undoes all.
            let many = try await client.post("/items/jobs", [["name": "good"], ["name": "taken"]])
            #expect(many.outcome == "400 RECORD_NOT_UNIQUE")
            #expect(try await client.get("/items/jobs?aggregate[count]=*").data == [["count": 1]])
        }
    }

    @Test func whatIsMissingIsForbidden() async throws {
        try await withStandIn { client in
            try await client.makeJobs()
            let paths = [
                "/items/jobs/0198c0de-0000-7000-8000-000000000009", "/items/jobs/not-a-uuid", "/items/nothing",
                "/items/directus_users", "/items/nothing/1", "/collections/nothing", "/fields/jobs/nothing",
                "/files/0198c0de-0000-7000-8000-000000000009", "/assets/not-a-uuid", "/flows/x",
            ]
            for path in paths { #expect(try await client.get(path).outcome == "403 FORBIDDEN", "\(path)") }
            #expect(try await client.get("/nothing").outcome == "404 ROUTE_NOT_FOUND")
            let patched = try await client.patch("/items/jobs/0198c0de-0000-7000-8000-000000000009", ["name": "x"])
            #expect(patched.outcome == "403 FORBIDDEN")
        }
    }

    @Test func manyItemsAreChangedByKeysByQueryOrEachByItsOwn() async throws {
        try await withStandIn { client in
            try await client.makeJobs()
            let created = try await client.post("/items/jobs", [["name": "a"], ["name": "b"], ["name": "c"]])
            let ids = (created.data.array ?? []).compactMap { $0["id"] }
            try #require(ids.count == 3)
            let byKeys = try await client.patch(
                "/items/jobs?fields=name,status", ["keys": [ids[0], ids[1]], "data": ["status": "failed"]])
            #expect(byKeys.data == [["name": "a", "status": "failed"], ["name": "b", "status": "failed"]])
            let each = try await client.patch(
                "/items/jobs?fields=priority", [["id": ids[0], "priority": 1], ["id": ids[2], "priority": 3]])
            #expect(each.data == [["priority": 1], ["priority": 3]])
            let conditional: JSONValue = [
                "query": ["filter": ["id": ["_eq": ids[0]], "status": ["_in": ["failed", "error"]]]],
                "data": ["status": "pending"],
            ]
            #expect(try await client.patch("/items/jobs?fields=name", conditional).data == [["name": "a"]])
            #expect(try await client.patch("/items/jobs?fields=name", conditional).data == [])
            let both = try await client.patch("/items/jobs", ["keys": [], "query": .object([:]), "data": .object([:])])
            #expect(both.outcome == "400 INVALID_PAYLOAD")
            let deleted = try await client.call(
                .DELETE, "/items/jobs", ["query": ["filter": ["status": ["_eq": "failed"]]]])
            #expect(deleted.status == 204)
            #expect(try await client.call(.DELETE, "/items/jobs", .array([ids[2]])).status == 204)
            #expect(try await client.get("/items/jobs?fields=name").data == [["name": "a"]])
        }
    }

    @Test func oneOfManyRacingConditionalChangesWins() async throws {
        try await withStandIn { client in
            try await client.makeJobs()
            let id = try await client.post("/items/jobs", ["status": "failed"]).data["id"] ?? .null
            let change: JSONValue = [
                "query": ["filter": ["id": ["_eq": id], "status": ["_eq": "failed"]]], "data": ["status": "pending"],
            ]
            let winners = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<10 {
                    group.addTask { try await client.patch("/items/jobs?fields=id", change).data.array?.count ?? 0 }
                }
                return try await group.reduce(0, +)
            }
            #expect(winners == 1)
        }
    }

    @Test func relatedItemsAreAnsweredInThePlaceOfTheirKeys() async throws {
        try await withStandIn { client in
            try await client.makeJobs()
            let file = try await client.upload([("file", "clip.mp4", "video/mp4", .init(string: "12345"))])
            let job = try await client.post("/items/jobs", ["file": file.data["id"] ?? .null])
            let id = job.data["id"]?.string ?? ""
            #expect(job.data["file"] == file.data["id"])
            let read = try await client.get("/items/jobs/\(id)?fields=status,file.type,file.uploaded_by.email")
            #expect(
                read.data == [
                    "status": "pending", "file": ["type": "video/mp4", "uploaded_by": ["email": "admin@example.com"]],
                ])
            #expect(try await client.get("/items/jobs/\(id)?fields=*.*").data["file"]?["filesize"] == "5")
        }
    }

    @Test func bodiesThatAreTooLargeOrNoJSONAreRefused() async throws {
        try await withStandIn({ $0.maximumPayload = 1_000 }) { client in
            try await client.makeJobs()
            let large = JSONValue.object(["note": .string(String(repeating: "x", count: 1_000))])
            #expect(try await client.post("/items/jobs", large).outcome == "400 INVALID_PAYLOAD")
            let broken = try await client.call(.POST, "/items/jobs", bytes: .init(string: "{"))
            #expect(broken.outcome == "400 INVALID_PAYLOAD")
        }
    }
}
