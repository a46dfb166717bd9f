// Filters, order and pages (Directus, sections 6 and 7).

import NIOCore
import NIOHTTP1
import Testing

@testable import DirectusStandIn

@Suite struct FilterTests {
    private static let items: JSONValue = [
        [
            "name": "alpha", "status": "failed", "priority": 1, "score": 1.5, "done": true, "note": "First Note",
            "finished_at": "2020-01-02T03:04:05Z", "params": ["a": 1], "tags": ["x", "y"],
        ],
        ["name": "beta", "status": "pending", "priority": 2, "done": false, "note": ""],
        [
            "name": "gamma", "status": "processing", "priority": 3, "note": "50% 'quoted' _x",
            "finished_at": "2999-01-01",
        ],
        ["name": "delta", "status": "pending", "priority": 10, "score": -2],
    ]

    private static let expectations: [(filter: JSONValue, names: [String])] = [
        (["status": ["_eq": "pending"]], ["beta", "delta"]),
        (["status": "failed"], ["alpha"]),
        (["status": ["_neq": "pending"]], ["alpha", "gamma"]),
        (["status": ["_in": ["failed", "processing"]]], ["alpha", "gamma"]),
        (["status": ["_nin": ["failed", "processing"]]], ["beta", "delta"]),
        (["priority": ["_gt": 2]], ["delta", "gamma"]),
        (["priority": ["_gte": "2", "_lt": 10]], ["beta", "gamma"]),
        (["priority": ["_between": [2, 3]]], ["beta", "gamma"]),
        (["priority": ["_nbetween": [2, 3]]], ["alpha", "delta"]),
        (["score": ["_null": true]], ["beta", "gamma"]),
        (["score": ["_nnull": true]], ["alpha", "delta"]),
        (["score": ["_null": false]], ["alpha", "delta"]),
        (["note": ["_empty": true]], ["beta", "delta"]),
        (["note": ["_nempty": true]], ["alpha", "gamma"]),
        (["note": ["_contains": "Note"]], ["alpha"]),
        (["note": ["_contains": "note"]], []),
        (["note": ["_icontains": "note"]], ["alpha"]),
        (["note": ["_contains": "%"]], ["gamma"]),
        (["note": ["_contains": "'quoted'"]], ["gamma"]),
        (["name": ["_ncontains": "a"]], []),
        (["name": ["_starts_with": "al"]], ["alpha"]),
        (["name": ["_nstarts_with": "al"]], ["beta", "delta", "gamma"]),
        (["name": ["_iends_with": "TA"]], ["beta", "delta"]),
        (["done": ["_eq": true]], ["alpha"]),
        (["done": ["_eq": "false"]], ["beta"]),
        (["finished_at": ["_lt": "$NOW"]], ["alpha"]),
        (["finished_at": ["_gt": "$NOW(-30 minutes)"]], ["gamma"]),
        (["date_created": ["_gt": "$NOW(-1 hour)"]], ["alpha", "beta", "delta", "gamma"]),
        (["date_created": ["_gt": "$NOW(+1 hour)"]], []),
        (["year(finished_at)": ["_eq": 2020]], ["alpha"]),
        (["_or": [["name": ["_eq": "alpha"]], ["name": ["_eq": "beta"]]]], ["alpha", "beta"]),
        (["_and": [["status": ["_eq": "pending"]], ["_or": [["priority": ["_gt": 5]]]]]], ["delta"]),
        (["file": ["title": ["_eq": "Picture"]]], ["alpha"]),
        (["user_created": ["_eq": "$CURRENT_USER"]], ["alpha", "beta", "delta", "gamma"]),
        (["name": ["_eq": "' OR 1=1 --"]], []),
        (["id": ["_eq": "not a uuid"]], []),
        (.object([:]), ["alpha", "beta", "delta", "gamma"]),
    ]

    private func withItems(_ body: (StandInClient) async throws -> Void) async throws {
        try await withStandIn { client in
            try await client.makeJobs()
            let file = try await client.upload([
                ("title", nil, nil, .init(string: "Picture")), ("file", "a.bin", "image/png", .init(string: "x")),
            ])
            var items = Self.items.array ?? []
            if case .object(var first) = items[0] {
                first["file"] = file.data["id"]
                items[0] = .object(first)
            }
            #expect(try await client.post("/items/jobs", .array(items)).status == 200)
            try await body(client)
        }
    }

    private func names(_ answer: Answer) -> [String] {
        (answer.data.array ?? []).compactMap { $0["name"]?.string }
    }

    @Test func everyOperatorFindsItsItems() async throws {
        try await withItems { client in
            for (filter, expected) in Self.expectations {
                let answer = try await client.get("/items/jobs?sort=name&fields=name&" + parameter("filter", filter))
                #expect(names(answer) == expected, "\(filter.text): \(answer.outcome)")
                let searched = try await client.search(
                    "/items/jobs", ["query": ["filter": filter, "sort": ["name"], "fields": ["name"]]])
                #expect(names(searched) == expected, "SEARCH \(filter.text)")
            }
        }
    }

    @Test func bracketsSayTheSameAsJSON() async throws {
        try await withItems { client in
            let queries: [(String, [String])] = [
                ("filter[status][_eq]=pending", ["beta", "delta"]),
                ("filter[priority][_gt]=2", ["delta", "gamma"]),
                ("filter[status][_in]=failed,processing", ["alpha", "gamma"]),
                ("filter[status][_in][]=failed&filter[status][_in][]=processing", ["alpha", "gamma"]),
                ("filter[_or][0][name][_eq]=alpha&filter[_or][1][name][_eq]=beta", ["alpha", "beta"]),
                ("filter[done][_eq]=true", ["alpha"]),
                ("search=first", ["alpha"]),
                ("search=10", ["delta"]),
            ]
            for (query, expected) in queries {
                let answer = try await client.get("/items/jobs?sort=name&fields[]=name&" + query)
                #expect(names(answer) == expected, "\(query): \(answer.outcome)")
            }
        }
    }

    @Test func badQueriesAreRefused() async throws {
        try await withItems { client async throws in
            let refusals: [(String, String)] = [
                (parameter("filter", ["status": ["_in": []]]), "400 INVALID_QUERY"),
                (parameter("filter", ["status": ["_eq": ""]]), "400 INVALID_QUERY"),
                (parameter("filter", ["status": ["_null": "maybe"]]), "400 INVALID_QUERY"),
                (parameter("filter", ["status": ["_like": "x"]]), "400 INVALID_QUERY"),
                (parameter("filter", ["nothing": ["_eq": "x"]]), "403 FORBIDDEN"),
                ("filter=no-json", "400 INVALID_QUERY"),
                ("filter=%5B%5D", "400 INVALID_QUERY"),
                ("sort=nothing", "403 FORBIDDEN"), ("fields=nothing", "403 FORBIDDEN"),
                ("fields=status.id", "403 FORBIDDEN"),
                ("limit=-2", "400 INVALID_QUERY"), ("limit=x", "400 INVALID_QUERY"),
                ("aggregate[median]=priority", "400 INVALID_QUERY"),
            ]
            for (query, expected) in refusals {
                #expect(try await client.get("/items/jobs?\(query)").outcome == expected, "\(query)")
            }
        }
    }

    @Test func pagesAreSortedAndCounted() async throws {
        try await withItems { client in
            let page = try await client.get("/items/jobs?sort=-priority&limit=2&page=2&fields=name&meta=*")
            #expect(names(page) == ["beta", "alpha"])
            #expect(page.json["meta"] == ["total_count": 4, "filter_count": 4])
            let filtered = try await client.get(
                "/items/jobs?limit=0&meta=filter_count&filter[status][_eq]=pending")
            #expect(filtered.json == ["data": [], "meta": ["filter_count": 2]])
            #expect(try await client.get("/items/jobs").json["meta"] == nil)
        }
    }

    @Test func aggregatesAreComputedInGroups() async throws {
        try await withItems { client in
            let totals = try await client.get(
                "/items/jobs?aggregate[count]=*&aggregate[sum]=priority&aggregate[max]=name&aggregate[avg]=priority")
            #expect(
                totals.data == [
                    ["count": 4, "sum": ["priority": 16], "max": ["name": "gamma"], "avg": ["priority": 4]]
                ])
            let groups = try await client.get("/items/jobs?aggregate[count]=*&groupBy[]=status")
            #expect(
                groups.data == [
                    ["count": 1, "status": "failed"], ["count": 2, "status": "pending"],
                    ["count": 1, "status": "processing"],
                ])
        }
    }

    @Test func listsAreLimitedToOneHundredUnlessAskedOtherwise() async throws {
        try await withStandIn({ $0.maximumLimit = 150 }) { client in
            try await client.makeJobs()
            _ = try await client.post(
                "/items/jobs", .array((0..<160).map { ["name": .string("job \($0)")] }))
            #expect(try await client.get("/items/jobs").data.array?.count == 100)
            #expect(try await client.get("/items/jobs?limit=-1").data.array?.count == 150)
            #expect(try await client.get("/items/jobs?limit=151").outcome == "400 INVALID_QUERY")
        }
    }
}
