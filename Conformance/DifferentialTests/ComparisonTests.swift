import Testing
import Witness

@testable import Differential

@Suite("Comparison of replies and key spaces")
struct ComparisonTests {
    private static func job(_ fields: [Bytes: Bytes]) -> KeySpace {
        KeySpace(keys: ["j": .init(content: .hash(fields))])
    }

    @Test("takes stored JSON by its meaning, and only where it is JSON")
    func json() {
        let comparison = KeySpaceComparison()
        let left = Self.job(["opts": "{\"a\":1,\"b\":[2]}", "data": "{}"])
        #expect(
            comparison.differences(ours: left, reference: Self.job(["opts": "{\"b\":[2],\"a\":1.0}", "data": "{}"]))
                .isEmpty)
        #expect(
            comparison.differences(ours: left, reference: Self.job(["opts": "{\"b\":[2],\"a\":2}", "data": "{}"])).count
                == 1)
        #expect(
            comparison.differences(ours: left, reference: Self.job(["opts": "{\"a\":1,\"b\":[2]}", "data": "{ }"]))
                .count == 1)
    }

    @Test("lets times to live lie apart a little")
    func timesToLive() {
        func lock(_ milliseconds: Int?) -> KeySpace {
            KeySpace(keys: ["l": .init(content: .string("t"), timeToLive: milliseconds)])
        }
        let comparison = KeySpaceComparison(timeToLiveTolerance: 100)
        #expect(comparison.differences(ours: lock(1000), reference: lock(1100)).isEmpty)
        #expect(comparison.differences(ours: lock(1000), reference: lock(1101)).count == 1)
        #expect(comparison.differences(ours: lock(1000), reference: lock(nil)).count == 1)
    }

    @Test("takes the fields of a fetched job in any order, and nothing else")
    func fetchedJobs() {
        let comparison = ReplyComparison()
        func reply(_ fields: [Bytes], _ id: Bytes, _ limit: Int) -> WitnessReply {
            .array([.array(fields.map { .string($0) }), .string(id), .integer(limit), .integer(0)])
        }
        let ours = reply(["name", "n", "opts", "{\"a\":1,\"b\":2}"], "1", 0)
        let other = reply(["opts", "{\"b\":2,\"a\":1}", "name", "n"], "1", 0)
        #expect(comparison.areEqual(ours, other, script: "moveToActive-11"))
        #expect(!comparison.areEqual(ours, other, script: "getRanges-1"))
        #expect(!comparison.areEqual(ours, reply(["name", "n"], "1", 0), script: "moveToActive-11"))
        #expect(
            !comparison.areEqual(
                ours, reply(["name", "n", "opts", "{\"a\":1,\"b\":2}"], "2", 0), script: "moveToActive-11"))
        #expect(comparison.areEqual(reply([], "", 900), reply([], "", 950), script: "moveToFinished-14"))
        #expect(!comparison.areEqual(reply([], "", 0), reply([], "", 50), script: "moveToFinished-14"))
    }

    @Test("takes two errors as equal, and an error and a reply as different")
    func errors() {
        let comparison = ReplyComparison()
        #expect(comparison.areEqual(.error("a"), .error("b"), script: "drain-5"))
        #expect(!comparison.areEqual(.error("a"), .null, script: "drain-5"))
    }
}
