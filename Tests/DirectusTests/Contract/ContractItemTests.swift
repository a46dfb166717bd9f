import Directus
import DirectusStandIn
import Foundation
import NIOCore
import Testing

@Suite("Directus: rows")
struct ContractItemTests {
    @Test("creating answers 200 with the row: its uuid, its defaults, when and by whom it was made")
    func create() async throws {
        try await Contract.run { directus in
            let row: DirectusValue = ["slug": "a", "params": ["w": [1, 2.5, nil, "ü"]], "at": "2026-01-02T03:04:05Z"]
            let reply = try await directus.call("POST", directus.items, row)
            #expect(reply.status == 200)
            let made = try #require(reply.data)
            #expect(made["id"]?.string.flatMap(UUID.init(uuidString:)) != nil)
            #expect(made["status"] == "pending")
            #expect(made["params"] == ["w": [1, 2.5, nil, "ü"]])
            #expect(made["at"] == "2026-01-02T03:04:05.000Z")
            #expect(made["user_created"]?.string != nil)
            let created = try #require(made["date_created"]?.date)
            #expect(abs(created.timeIntervalSinceNow) < 3600)
            let several = try await directus.call("POST", directus.items, [["slug": "b"], ["slug": "c"]])
            #expect(several.rows.compactMap { $0["slug"]?.string } == ["b", "c"])
        }
    }

    @Test("changing replaces columns, JSON as a whole; deleting answers 204")
    func change() async throws {
        try await Contract.run { directus in
            let made = try await directus.call("POST", directus.items, ["slug": "a", "params": ["a": 1, "b": 2]])
            let id = try #require(made.data?["id"]?.string)
            let changed = try await directus.call("PATCH", "\(directus.items)/\(id)", ["params": ["c": 3]])
            #expect(changed.status == 200)
            #expect(changed.data?["params"] == ["c": 3] && changed.data?["slug"] == "a")
            let removed = try await directus.call("DELETE", "\(directus.items)/\(id)")
            #expect(removed.status == 204 && removed.body.readableBytes == 0)
            let gone = try await directus.call("GET", "\(directus.items)/\(id)")
            #expect(gone.outcome == "403 FORBIDDEN")
        }
    }

    @Test("what does not exist is forbidden: rows, collections, columns, keys of another shape; a wrong path is 404")
    func missing() async throws {
        try await Contract.run { directus in
            let absent = UUID().uuidString.lowercased()
            for (method, path, body) in [
                ("GET", "\(directus.items)/\(absent)", nil), ("PATCH", "\(directus.items)/\(absent)", ["slug": "x"]),
                ("DELETE", "\(directus.items)/\(absent)", nil), ("GET", "\(directus.items)/not-a-uuid", nil),
                ("GET", "/items/no_such_collection", nil), ("GET", "/items/directus_users", nil),
                ("GET", "\(directus.items)?fields=nope", nil), ("GET", "\(directus.items)?sort=nope", nil),
                ("GET", "\(directus.items)?filter[nope][_eq]=1", nil), ("GET", "/collections/no_such_collection", nil),
                ("GET", "/files/\(absent)", nil), ("GET", "/assets/\(absent)", nil), ("GET", "/assets/nope", nil),
            ] as [(String, String, DirectusValue?)] {
                let reply = try await directus.call(method, path, body)
                #expect(reply.outcome == "403 FORBIDDEN", "\(method) \(path)")
            }
            let wrong = try await directus.call("GET", "/no/such/route")
            #expect(wrong.outcome == "404 ROUTE_NOT_FOUND")
        }
    }

    @Test("bodies and values that are wrong are 400, each with its code")
    func wrong() async throws {
        try await Contract.run { directus in
            try await directus.add("a")
            let twice = try await directus.call("POST", directus.items, ["slug": "a"])
            #expect(twice.outcome == "400 RECORD_NOT_UNIQUE")
            let text = try await directus.send(
                "POST", directus.items, ("application/json", .init(string: "{\"slug\":")))
            #expect(text.outcome == "400 INVALID_PAYLOAD")
            let long = String(repeating: "x", count: 1_100_000)
            let large = try await directus.call("POST", directus.items, ["params": .string(long)])
            #expect(large.outcome == "400 INVALID_PAYLOAD")
        }
    }

    @Test("an update of what matches answers what it changed, which may be nothing")
    func conditional() async throws {
        try await Contract.run { directus in
            try await directus.add("a", "b", "c")
            let change: DirectusValue = [
                "query": ["filter": ["number": ["_gt": 1], "status": ["_in": ["pending", "x"]]]],
                "data": ["status": "done"],
            ]
            let first = try await directus.call("PATCH", directus.items, change)
            #expect(first.status == 200 && first.rows.count == 2)
            let second = try await directus.call("PATCH", directus.items, change)
            #expect(second.status == 200 && second.data == [])
            let keys = first.rows.compactMap { $0["id"] }
            let byKey = try await directus.call(
                "PATCH", directus.items, ["keys": .array(keys), "data": ["status": "again"]])
            #expect(byKey.rows.map { $0["status"] } == ["again", "again"])
            let each = try await directus.call(
                "PATCH", directus.items, [["id": keys[0], "number": 10], ["id": keys[1], "number": 11]])
            #expect(each.rows.compactMap { $0["number"]?.integer }.sorted() == [10, 11])
            let removed = try await directus.call("DELETE", directus.items, .array(keys))
            #expect(removed.status == 204)
            let left = try await directus.client.count(directus.collection)
            #expect(left == 1)
        }
    }

    @Test("a list has 100 rows unless told otherwise, and counts only when asked")
    func windows() async throws {
        try await Contract.run { directus in
            let rows = (1...103).map { ["slug": .string("s\($0)"), "number": .integer(Int64($0))] as DirectusValue }
            _ = try await directus.call("POST", directus.items, .array(rows))
            func numbers(_ query: (String, String)...) async throws -> [Int] {
                let list = try await directus.call(
                    "GET", directus.items, query: [("sort", "number")] + query)
                return list.rows.compactMap { $0["number"]?.integer }
            }
            let byDefault = try await numbers()
            #expect(byDefault == Array(1...100))
            let all = try await numbers(("limit", "-1"))
            #expect(all.count == 103)
            let window = try await numbers(("limit", "2"), ("offset", "3"))
            #expect(window == [4, 5])
            let page = try await numbers(("limit", "10"), ("page", "2"), ("offset", "50"))
            #expect(page == Array(11...20))
            let last = try await directus.call("GET", directus.items, query: [("limit", "1"), ("sort", "-number")])
            #expect(last.rows.compactMap { $0["number"]?.integer } == [103])
            let plain = try await directus.call("GET", directus.items, query: [("limit", "1")])
            #expect(plain.json?["meta"] == nil)
            let counted = try await directus.call(
                "GET", directus.items,
                query: [("limit", "0"), ("meta", "*"), ("filter", #"{"number":{"_lte":5}}"#)])
            #expect(counted.json?["meta"]?["filter_count"]?.integer == 5)
            #expect(counted.json?["meta"]?["total_count"]?.integer == 103)
            #expect(counted.data == [])
        }
    }

    @Test("aggregates count, sum and group")
    func aggregates() async throws {
        try await Contract.run { directus in
            try await directus.add("a", "b", "c", "d")
            _ = try await directus.call(
                "PATCH", directus.items, ["query": ["filter": ["number": ["_gt": 2]]], "data": ["status": "done"]])
            let count = try await directus.client.count(directus.collection, where: .equal("status", "done"))
            #expect(count == 2)
            let rows = try await directus.client.aggregate(
                directus.collection, ["count": "*", "sum": "number", "max": "number"], by: ["status"])
            let done = try #require(rows.first { $0["status"] == "done" })
            #expect(done["count"]?.integer == 2)
            #expect(done["sum"]?["number"]?.integer == 7)
            #expect(done["max"]?["number"]?.integer == 4)
        }
    }

    @Test("SEARCH reads what GET reads")
    func search() async throws {
        try await Contract.run { directus in
            try await directus.add("a", "b", "c")
            let reply = try await directus.call(
                "SEARCH", directus.items,
                ["query": ["filter": ["slug": ["_in": ["c", "a"]]], "sort": ["-slug"], "fields": ["slug"]]])
            #expect(reply.status == 200)
            #expect(reply.data == [["slug": "c"], ["slug": "a"]])
            let found = try await directus.call("GET", directus.items, query: [("search", "b"), ("fields", "slug")])
            #expect(found.data == [["slug": "b"]])
        }
    }
}
