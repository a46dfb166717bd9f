import Foundation
import Testing

@testable import Directus

@Suite("Filters, queries and paths")
struct QueryTests {
    @Test("a filter is Directus's JSON")
    func filters() throws {
        let filter = DirectusFilter.all([
            .isIn("status", ["failed", "error"]), .greater("creator.user.age", 3), .isNull("error"),
            .any([.equal("flag", true), .less("date_updated", "$NOW(-30 minutes)")]),
        ])
        #expect(
            try filter.document.serialized() == """
                {"_and":[{"status":{"_in":["failed","error"]}},{"creator":{"user":{"age":{"_gt":3}}}},\
                {"error":{"_null":true}},\
                {"_or":[{"flag":{"_eq":true}},{"date_updated":{"_lt":"$NOW(-30 minutes)"}}]}]}
                """)
    }

    @Test("an empty list matches nothing, or excludes nothing, without asking Directus for what it refuses")
    func emptyLists() {
        #expect(DirectusFilter.isIn("a", [String]()) == .all([.isNull("a"), .isNotNull("a")]))
        #expect(DirectusFilter.isNotIn("a", [String]()) == .any([.isNull("a"), .isNotNull("a")]))
    }

    @Test("nothing that comes from outside leaves its place in a path")
    func paths() throws {
        #expect(try Path.of("items", "a b/../c?x=1&y#z") == "/items/a%20b%2F..%2Fc%3Fx%3D1%26y%23z")
        #expect(
            try Path.of("items", "t", parameters: [("filter", #"{"a":{"_eq":"ü&b=c\r\n"}}"#)])
                == "/items/t?filter=%7B%22a%22%3A%7B%22_eq%22%3A%22%C3%BC%26b%3Dc%5Cr%5Cn%22%7D%7D")
        for part in ["", ".", ".."] {
            #expect(throws: DirectusError.self) { try Path.of("items", part) }
        }
    }

    @Test("a query holds only what differs from the server's defaults")
    func parameters() throws {
        #expect(try DirectusQuery().parameters().isEmpty)
        let query = DirectusQuery(
            fields: ["id", "a.b"], filter: .equal("x", 1), sort: ["-date_created", "id"], limit: 5, offset: 10,
            search: "é")
        let parameters = try query.parameters().map { "\($0)=\($1)" }
        #expect(
            parameters == [
                "fields=id,a.b", #"filter={"x":{"_eq":1}}"#, "sort=-date_created,id", "limit=5", "offset=10",
                "search=é",
            ])
    }
}

@Suite("Configuration")
struct ConfigurationTests {
    @Test("an address is http or https with a host; slashes at its end go")
    func addresses() throws {
        #expect(try DirectusConfiguration(url: " https://d.example/base// ").url == "https://d.example/base")
        #expect(try DirectusConfiguration(url: "http://[::1]:8055").url == "http://[::1]:8055")
        for address in [
            "", "d.example", "ftp://d.example", "http://", "http://u:p@d.example", "http://d.example?x=1", "http://d#x",
        ] {
            #expect(throws: DirectusError.self, "\(address)") { try DirectusConfiguration(url: address) }
        }
    }

    @Test("a token that would break a header is refused, and none is ever shown")
    func tokens() throws {
        for token in ["a\r\nX: y", "a b", "ü", "a\u{0}b"] {
            let error = #expect(throws: DirectusError.self) { try DirectusConfiguration(url: "http://d", token: token) }
            #expect(error?.description.contains(token) == false)
        }
        let configuration = try DirectusConfiguration(url: "http://d", token: " secret\n")
        #expect(configuration.token == "secret")
        #expect(!"\(configuration)".contains("secret"))
        #expect(!String(reflecting: configuration).contains("secret"))
        #expect(try DirectusConfiguration(url: "http://d", token: " ").token == nil)
    }
}
