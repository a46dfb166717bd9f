// Owns: what is understood of a cluster's answers, without a cluster.

import NIOCore
import Testing

@testable import RedisTransport

private func text(_ string: String) -> RESPValue { .bulkString(ByteBuffer(string: string)) }
private func failure(_ message: String) -> RESPValue { .error(RESPErrorReply(message: message)) }

@Suite("A hash slot")
struct HashSlotTests {
    @Test(
        "is that of the cluster specification",
        arguments: [("123456789", 12739), ("foo", 12182), ("bar", 5061), ("hello", 866)])
    func numbers(key: String, number: Int) {
        #expect(HashSlot(key: key).number == UInt16(number))
    }

    @Test("depends on the hash tag alone, if there is one")
    func tags() {
        #expect(HashSlot(key: "{bull}:a:wait") == HashSlot(key: "bull"))
        #expect(HashSlot(key: "bull:{a}:wait") == HashSlot(key: "x{a}{b}"))
        #expect(HashSlot(key: "foo{}{bar}") != HashSlot(key: "bar"))
        #expect(HashTag.exists(in: "{bull}:a:"))
        #expect(!HashTag.exists(in: "bull:a:") && !HashTag.exists(in: "{}:a") && !HashTag.exists(in: "}a{"))
    }
}

@Suite("A redirection")
struct RedirectionTests {
    @Test("is read from error replies, and nothing else is one")
    func single() throws {
        let slot = try #require(HashSlot(number: 3999))
        let read = { Redirection(RESPErrorReply(message: $0)) }
        #expect(read("MOVED 3999 127.0.0.1:6381") == .moved(slot, host: "127.0.0.1", port: 6381))
        #expect(read("MOVED 3999 2001:db8::1:6381") == .moved(slot, host: "2001:db8::1", port: 6381))
        #expect(read("MOVED 3999 :6381") == .moved(slot, host: "", port: 6381))
        #expect(read("READONLY You can't write against a read only replica.") == .demoted)
        #expect(read("ASK 3999 127.0.0.1:6381") == .unsettled)
        #expect(read("TRYAGAIN Multiple keys request during rehashing of slot") == .unsettled)
        #expect(read("CLUSTERDOWN The cluster is down") == .unsettled)
        for other in ["MOVED", "MOVED 99999 h:1", "MOVED 1 h", "MOVED one h:1", "ERR no", "NOSCRIPT x", ""] {
            #expect(read(other) == nil, "\(other)")
        }
    }

    @Test("concerns a unit only if nothing of it was executed")
    func units() throws {
        let moved = failure("MOVED 1 h:2")
        let expected = Redirection.moved(try #require(HashSlot(number: 1)), host: "h", port: 2)
        let aborted = failure("EXECABORT Transaction discarded because of previous errors.")
        #expect(Redirection(unit: [moved, moved]) == expected)
        #expect(Redirection(unit: [text("OK"), moved, moved, aborted]) == expected)
        #expect(Redirection(unit: [text("1"), moved]) == nil)
        #expect(Redirection(unit: [text("OK"), failure("ERR syntax"), aborted]) == nil)
        #expect(Redirection(unit: [text("1"), text("2")]) == nil)
    }
}

@Suite("A map of a cluster")
struct ClusterMapTests {
    private let source = RedisConfiguration.Endpoint.tcp(host: "seed", port: 7000)

    private func node(_ host: RESPValue, _ port: Int64) -> RESPValue {
        .array([host, .integer(port), text("id"), .array([])])
    }

    @Test("tells who serves a slot, and which nodes there are")
    func reads() throws {
        let reply = RESPValue.array([
            .array([.integer(0), .integer(5460), node(text("10.0.0.1"), 7001), node(text("10.0.0.4"), 7004)]),
            .array([.integer(5461), .integer(16383), node(.null, 7002)]),
        ])
        var map = try #require(ClusterMap(reply, from: source))
        let low = try #require(HashSlot(number: 5460))
        let high = try #require(HashSlot(number: 5461))
        #expect(map.owner(of: low) == .tcp(host: "10.0.0.1", port: 7001))
        // A node that does not know its own address is reached as the one that was asked.
        #expect(map.owner(of: high) == .tcp(host: "seed", port: 7002))
        #expect(map.nodes.count == 3)
        map.move(low, to: source)
        #expect(map.owner(of: low) == source)
    }

    @Test("has no owner for slots that nobody serves")
    func gaps() throws {
        let reply = RESPValue.array([.array([.integer(0), .integer(1), node(text("a"), 1)])])
        let map = try #require(ClusterMap(reply, from: source))
        #expect(map.owner(of: try #require(HashSlot(number: 2))) == nil)
    }

    @Test(
        "is not made of anything else",
        arguments: [
            RESPValue.null, failure("ERR This instance has cluster support disabled"), .array([.integer(1)]),
            .array([.array([.integer(5), .integer(4), .array([text("a"), .integer(1)])])]),
            .array([.array([.integer(0), .integer(99999), .array([text("a"), .integer(1)])])]),
            .array([.array([.integer(0), .integer(1), text("a")])]),
        ])
    func refuses(reply: RESPValue) {
        #expect(ClusterMap(reply, from: source) == nil)
    }
}
