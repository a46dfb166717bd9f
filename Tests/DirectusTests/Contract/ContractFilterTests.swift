import Directus
import Testing

@Suite("Directus: filters")
struct ContractFilterTests {
    @Test("operators and groups choose the rows that they should")
    func operators() async throws {
        try await Contract.run { directus in
            try await directus.add("apple", "banana", "cherry", "date")
            _ = try await directus.call(
                "POST", directus.items, ["slug": "none", "flag": true, "at": "2026-01-02T03:04:05Z"])
            for (filter, expected) in [
                (#"{"slug":{"_eq":"apple"}}"#, "apple"), (#"{"slug":"apple"}"#, "apple"),
                (#"{"slug":{"_neq":"apple"}}"#, "banana cherry date none"),
                (#"{"number":{"_lt":2}}"#, "apple"), (#"{"number":{"_lte":2}}"#, "apple banana"),
                (#"{"number":{"_gt":3}}"#, "date"), (#"{"number":{"_gte":3}}"#, "cherry date"),
                (#"{"slug":{"_in":["date","apple"]}}"#, "apple date"),
                (#"{"slug":{"_nin":["date","apple"]}}"#, "banana cherry none"),
                (#"{"number":{"_null":true}}"#, "none"), (#"{"number":{"_nnull":true}}"#, "apple banana cherry date"),
                (#"{"number":{"_null":false}}"#, "apple banana cherry date"),
                (#"{"slug":{"_contains":"an"}}"#, "banana"), (#"{"slug":{"_icontains":"AN"}}"#, "banana"),
                (#"{"slug":{"_starts_with":"ch"}}"#, "cherry"), (#"{"slug":{"_ends_with":"e"}}"#, "apple date none"),
                (#"{"number":{"_between":[2,3]}}"#, "banana cherry"), (#"{"flag":{"_eq":true}}"#, "none"),
                (#"{"at":{"_gt":"2026-01-01T00:00:00Z"}}"#, "none"), (#"{"at":{"_lt":"$NOW"}}"#, "none"),
                (#"{"_or":[{"slug":{"_eq":"apple"}},{"number":{"_eq":4}}]}"#, "apple date"),
                (#"{"_and":[{"number":{"_gt":1}},{"number":{"_lt":4}}]}"#, "banana cherry"),
                (#"{"slug":{"_eq":"a%' OR 1=1 --"}}"#, ""), (#"{"slug":{"_contains":"%"}}"#, ""),
            ] {
                let reply = try await directus.call(
                    "GET", directus.items, query: [("filter", filter), ("sort", "slug"), ("fields", "slug")])
                let slugs = reply.rows.compactMap { $0["slug"]?.string }.joined(separator: " ")
                #expect(reply.status == 200 && slugs == expected, "\(filter): \(reply.outcome)")
            }
        }
    }

    @Test("brackets say the same as JSON, with texts as numbers and truth values")
    func brackets() async throws {
        try await Contract.run { directus in
            try await directus.add("apple", "banana", "cherry")
            for (query, expected) in [
                ("filter[number][_gt]=2", "cherry"), ("filter[slug][_in]=apple,cherry", "apple cherry"),
                ("filter[_and][0][number][_gt]=1&filter[_and][1][slug][_neq]=cherry", "banana"),
                ("filter[number][_null]=true", ""),
            ] {
                let reply = try await directus.call("GET", "\(directus.items)?sort=slug&\(query)")
                #expect(
                    reply.rows.compactMap { $0["slug"]?.string }.joined(separator: " ") == expected,
                    "\(query): \(reply.outcome)")
            }
        }
    }

    @Test(
        "a filter of a wrong shape is 400 INVALID_QUERY",
        arguments: [
            #"{"slug":{"_in":[]}}"#, #"{"slug":{"_eq":""}}"#, #"{"slug":{"_null":"perhaps"}}"#, "{",
            #"{"slug":{"_nope":1}}"#,
        ])
    func wrong(filter: String) async throws {
        try await Contract.run { directus in
            let reply = try await directus.call("GET", directus.items, query: [("filter", filter)])
            #expect(reply.outcome == "400 INVALID_QUERY")
        }
    }

    @Test("our filters mean what they say, empty lists included")
    func ours() async throws {
        try await Contract.run { directus in
            try await directus.add("apple", "banana", "cherry")
            func slugs(_ filter: DirectusFilter) async throws -> [String] {
                let query = DirectusQuery(fields: ["slug"], filter: filter, sort: ["slug"])
                return try await directus.client.items(directus.collection, query, as: DirectusRow.self)
                    .compactMap { $0["slug"]?.string }
            }
            let none = try await slugs(.isIn("slug", [String]()))
            #expect(none.isEmpty)
            let all = try await slugs(.isNotIn("slug", [String]()))
            #expect(all.count == 3)
            let some = try await slugs(
                .any([.startsWith("slug", "ap"), .all([.atLeast("number", 3), .isNull("flag")])]))
            #expect(some == ["apple", "cherry"])
            // Too long for an address, so sent as SEARCH.
            let many = try await slugs(.isIn("slug", ["banana"] + (0..<600).map { "no such slug \($0)" }))
            #expect(many == ["banana"])
        }
    }
}
