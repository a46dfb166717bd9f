// Query strings as trees.

import Testing

@testable import DirectusStandIn

@Suite struct QueryStringTests {
    @Test(arguments: [
        ("", "{}"), ("a=1", #"{"a":"1"}"#), ("a=1&a=2", #"{"a":["1","2"]}"#), ("a[]=1&a[]=2", #"{"a":["1","2"]}"#),
        ("a[b][_eq]=x", #"{"a":{"b":{"_eq":"x"}}}"#), ("a%5Bb%5D%5B_eq%5D=50%25", #"{"a":{"b":{"_eq":"50%"}}}"#),
        ("a[0][b]=1&a[1][b]=2", #"{"a":{"0":{"b":"1"},"1":{"b":"2"}}}"#), ("a=x+y%2Bz", #"{"a":"x y+z"}"#),
        ("a", #"{"a":""}"#), ("a=b=c", #"{"a":"b=c"}"#), ("a=%C3%A9&", #"{"a":"é"}"#),
    ])
    func parametersBecomeTrees(query: String, expected: String) throws {
        #expect(try QueryString.tree(query).text == expected)
    }

    @Test(arguments: ["a=%", "a=%4", "a=%zz", "a=%FF", "a" + String(repeating: "[b]", count: 20) + "=1"])
    func whatIsNoQueryStringIsRefused(query: String) {
        #expect(throws: StandInError.self) { try QueryString.tree(query) }
    }

    @Test func thereAreNotTooManyParameters() {
        let query = Array(repeating: "a=1", count: 3_000).joined(separator: "&")
        #expect(throws: StandInError.self) { try QueryString.tree(query) }
    }
}
