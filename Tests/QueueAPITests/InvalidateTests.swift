import BullMQ
import HTTPTypes
import LiveTesting
import Logging
import NIOCore
import NIOHTTP1
import TaxonomyCache
import Testing

@testable import QueueAPI

@Suite(.live) struct InvalidateTests {
    private static let path = "/api/queue/taxonomy/invalidate"

    private static func admits(
        _ peer: String, _ headers: [String: String] = [:], host: String? = "localhost:3001",
        secret: String? = "secret", trusted: [String] = []
    ) throws -> Bool {
        var fields = HTTPFields()
        for (name, value) in headers { fields[try #require(HTTPField.Name(name))] = value }
        return CallerGate(secret: secret, trusted: trusted.compactMap { AddressRange($0) })
            .admits(peer: try SocketAddress(ipAddress: peer, port: 1), headers: fields, authority: host)
    }

    @Test func `Only callers on this machine look local`() throws {
        for peer in ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"] { #expect(try Self.admits(peer)) }
        for peer in ["10.0.0.1", "::2", "::ffff:10.0.0.1", "128.0.0.1"] { #expect(try !Self.admits(peer)) }
    }

    @Test(arguments: ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via", "Origin"])
    func `What a proxy or a page says is never local`(_ header: String) throws {
        #expect(try !Self.admits("127.0.0.1", [header: "127.0.0.1"]))
        #expect(try Self.admits("127.0.0.1", [header: "127.0.0.1", "X-Queue-Secret": "secret"]))
    }

    @Test func `Names that lead here are not this machine's own`() throws {
        for host in ["localhost", "LOCALHOST:3001", "127.0.0.1", "127.0.0.1:3001", "[::1]", "[::1]:3001"] {
            #expect(try Self.admits("127.0.0.1", host: host))
        }
        for host in ["evil.example.org", "localhost.evil.org", "", "[x]"] {
            #expect(try !Self.admits("127.0.0.1", host: host))
        }
        #expect(try !Self.admits("127.0.0.1", host: nil))
    }

    @Test func `The secret and trusted networks admit from elsewhere`() throws {
        #expect(try Self.admits("10.0.0.1", ["X-Queue-Secret": "secret"]))
        #expect(try !Self.admits("10.0.0.1", ["X-Queue-Secret": "Secret"]))
        #expect(try !Self.admits("10.0.0.1", ["X-Queue-Secret": ""], secret: nil))
        #expect(try Self.admits("172.17.0.9", host: "queue-api", trusted: ["172.17.0.0/16"]))
        #expect(try !Self.admits("172.18.0.9", host: "queue-api", trusted: ["172.17.0.0/16"]))
    }

    @Test func `Any body will do, and the answer is the contract's`() async throws {
        try await withServer { server in
            for (type, body) in [(nil, nil), ("text/plain", "hello"), ("application/json", "{"), (nil, "")] {
                let answer = try await server.send(
                    .POST, Self.path, headers: type.map { [("Content-Type", $0)] } ?? [], body: body)
                #expect(answer.status == 200)
                #expect(answer.body == #"{"ok":true,"message":"Taxonomy cache invalidated"}"#)
            }
            let refused = try await server.send(.POST, Self.path, headers: [("X-Forwarded-For", "127.0.0.1")])
            #expect(refused.status == 403)
            #expect(refused.body == #"{"error":"Forbidden"}"#)
        }
    }

    @Test func `All servers drop their copies`() async throws {
        let directus = ScriptedDirectus { $0.terms = [TaxonomyTerm(id: 1, slug: "a", name: "A")] }
        func size(_ server: TestServer) async throws -> Int? {
            try await server.get("/api/queue/stats").json["taxonomy_cache"]?["size"]?.intValue
        }
        try await withServer(directus: directus) { first in
            try await withServer(directus: directus) {
                $0.prefix = first.configuration.prefix
            } _: { second in
                try await eventually { try await [size(first), size(second)] == [1, 1] }
                directus.change { $0.terms.append(TaxonomyTerm(id: 2, slug: "b", name: "B")) }
                // So that the second server has begun to follow.
                try await eventually {
                    _ = try await first.send(.POST, Self.path)
                    return try await [size(first), size(second)] == [2, 2]
                }
            }
        }
    }
}
