import Foundation
import Testing

@testable import Directus

@Suite("Calls about rows")
struct ItemCallTests {
    @Test("a list is asked for with the token, the fields and the filter, past any cache")
    func list() async throws {
        let server = try await ScriptedServer(.data(#"[{"id":"a","status":"failed"},{"id":"b"}]"#))
        try await withDirectus(server) { directus, server in
            let query = DirectusQuery(fields: ["id", "status"], filter: .equal("status", "failed"), limit: 2)
            let rows = try await directus.items("media_jobs", query, as: MediaJobRecord.self)
            #expect(rows.map(\.id) == ["a", "b"])
            let request = try #require(server.requests.first)
            #expect(request.method == "GET" && request.path == "/items/media_jobs")
            #expect(request.query == ["fields": "id,status", "filter": #"{"status":{"_eq":"failed"}}"#, "limit": "2"])
            #expect(request["Authorization"] == "Bearer service-token")
            #expect(request["Cache-Control"] == "no-store")
        }
    }

    @Test("a query that is too long for an address goes as SEARCH")
    func search() async throws {
        let server = try await ScriptedServer(.data("[]"))
        try await withDirectus(server) { directus, server in
            let keys = (0..<200).map { _ in UUID().uuidString }
            let rows = try await directus.items(
                "media_jobs", DirectusQuery(filter: .isIn("id", keys), limit: -1), as: DirectusRow.self)
            #expect(rows.isEmpty)
            let request = try #require(server.requests.first)
            #expect(request.method == "SEARCH" && request.uri == "/items/media_jobs")
            let body = try JSONDecoder().decode(DirectusValue.self, from: Data(request.body.utf8))
            #expect(body["query"]?["filter"]?["id"]?["_in"]?.array?.count == 200)
            #expect(body["query"]?["limit"] == -1)
        }
    }

    @Test("a row that is forbidden does not exist; other refusals are errors")
    func missing() async throws {
        let server = try await ScriptedServer(
            .error(403, "FORBIDDEN"), .error(403, "INVALID_TOKEN"), .json("<html>no</html>", status: 403))
        try await withDirectus(server) { directus, _ in
            let none = try await directus.item("media_jobs", id: "a", as: MediaJobRecord.self)
            #expect(none == nil)
            let refused = await failure { () async throws(DirectusError) in
                try await directus.item("media_jobs", id: "a", as: MediaJobRecord.self)
            }
            #expect(refused?.code == .invalidToken && refused?.isAuthentication == true)
            let proxy = await failure { () async throws(DirectusError) in
                try await directus.item("media_jobs", id: "a", as: MediaJobRecord.self)
            }
            #expect(proxy?.code == .invalidAnswer && proxy?.isAuthentication == false)
        }
    }

    @Test("a row is created and answered; one that may not be read back is nil")
    func create() async throws {
        let server = try await ScriptedServer(.data(#"{"id":"a","status":"pending"}"#), .empty)
        try await withDirectus(server) { directus, server in
            let row: DirectusRow = ["status": "pending", "params": ["w": 1]]
            let made = try await directus.create(row, in: "media_jobs", returning: ["id", "status"])
            #expect(made == ["id": "a", "status": "pending"])
            let unread = try await directus.create(row, in: "media_jobs")
            #expect(unread == nil)
            let request = try #require(server.requests.first)
            #expect(request.method == "POST" && request.uri == "/items/media_jobs?fields=id%2Cstatus")
            #expect(request.body == #"{"params":{"w":1},"status":"pending"}"#)
            #expect(request["Content-Type"] == "application/json")
        }
    }

    @Test("a row with an id of its own is created once, even if the first answer is lost")
    func createAgain() async throws {
        let server = try await ScriptedServer { number, request in
            switch (number, request.method) {
            case (1, _): .refused
            case (2, _): .error(400, "RECORD_NOT_UNIQUE")
            default: .data(#"{"id":"a"}"#)
            }
        }
        try await withDirectus(server) { directus, server in
            let made = try await directus.create(["id": "a"] as DirectusRow, in: "media_jobs")
            #expect(made == ["id": "a"])
            #expect(server.requests.map(\.method) == ["POST", "POST", "GET"])
        }
    }

    @Test("an id that is taken from the start is an error")
    func taken() async throws {
        let server = try await ScriptedServer(.error(400, "RECORD_NOT_UNIQUE"))
        try await withDirectus(server) { directus, server in
            let error = await failure { () async throws(DirectusError) in
                try await directus.create(["id": "a"] as DirectusRow, in: "media_jobs")
            }
            #expect(error?.code == .recordNotUnique && error?.status == 400)
            #expect(server.requests.count == 1)
        }
    }

    @Test("a row without an id is not created twice when an answer is lost")
    func createOnce() async throws {
        let server = try await ScriptedServer(.refused)
        try await withDirectus(server) { directus, server in
            let error = await failure { () async throws(DirectusError) in
                try await directus.create(["status": "x"] as DirectusRow, in: "media_jobs")
            }
            #expect(error?.code == .unreachable && error?.isUnavailable == true)
            #expect(server.requests.count == 1)
        }
    }

    @Test("changes are sent again until they arrive, and an empty answer is a success")
    func update() async throws {
        let server = try await ScriptedServer(.refused, .error(503, "SERVICE_UNAVAILABLE"), .empty)
        try await withDirectus(server) { directus, server in
            try await directus.update("media_jobs", id: "a", ["error": nil] as DirectusRow)
            #expect(server.requests.count == 3)
            #expect(server.requests.allSatisfy { $0.method == "PATCH" && $0.uri == "/items/media_jobs/a?fields=id" })
            #expect(server.requests.allSatisfy { $0.body == #"{"error":null}"# })
        }
    }

    @Test("a conditional update tells which rows changed, and is not repeated once it may have happened")
    func conditionalUpdate() async throws {
        let server = try await ScriptedServer(.data(#"[{"id":"a"}]"#), .data("[]"), .refused, .empty)
        try await withDirectus(server) { directus, server in
            let filter = DirectusFilter.all([.equal("id", "a"), .isIn("status", ["failed", "error"])])
            let changes: DirectusRow = ["status": "pending"]
            let changed = try await directus.update("media_jobs", where: filter, changes)
            #expect(changed == ["a"])
            let late = try await directus.update("media_jobs", where: filter, changes)
            #expect(late.isEmpty)
            let lost = await failure { () async throws(DirectusError) in
                try await directus.update("media_jobs", where: filter, changes)
            }
            #expect(lost?.isUnavailable == true)
            #expect(server.requests.count == 3)
            let unknown = await failure { () async throws(DirectusError) in
                try await directus.update("media_jobs", where: filter, changes)
            }
            #expect(unknown?.code == .invalidAnswer)
            let body = try JSONDecoder().decode(DirectusValue.self, from: Data(server.requests[0].body.utf8))
            #expect(body["query"]?["filter"] == filter.document)
            #expect(body["data"] == ["status": "pending"])
        }
    }

    @Test("a count is read from a number or a text")
    func count() async throws {
        let server = try await ScriptedServer(.data(#"[{"count":"12"}]"#), .data(#"[{"count":7}]"#), .data("[]"))
        try await withDirectus(server) { directus, server in
            let all = try await directus.count("media_jobs")
            #expect(all == 12)
            let failed = try await directus.count("media_jobs", where: .equal("status", "failed"))
            #expect(failed == 7)
            let none = await failure { () async throws(DirectusError) in try await directus.count("media_jobs") }
            #expect(none?.code == .invalidAnswer)
            #expect(server.requests[1].query["aggregate[count]"] == "*")
        }
    }

    @Test("pages follow the last id, so that nothing is lost between them")
    func pages() async throws {
        let server = try await ScriptedServer(
            .data(#"[{"id":1,"slug":"a"},{"id":2,"slug":"b"}]"#), .data(#"[{"id":5,"slug":"c"}]"#), .data("[]"))
        try await withDirectus(server) { directus, server in
            var slugs: [[String]] = []
            let query = DirectusQuery(fields: ["slug"], filter: .equal("status", "published"))
            for try await page in directus.pages(of: "taxonomy_terms", query, size: 2, as: TaxonomyTermRecord.self) {
                slugs.append(page.map(\.slug))
            }
            #expect(slugs == [["a", "b"], ["c"]])
            #expect(server.requests.count == 3)
            #expect(server.requests[0].query["fields"] == "slug,id")
            #expect(server.requests[0].query["filter"] == #"{"status":{"_eq":"published"}}"#)
            #expect(
                server.requests[1].query["filter"] == #"{"_and":[{"status":{"_eq":"published"}},{"id":{"_gt":2}}]}"#)
        }
    }
}
