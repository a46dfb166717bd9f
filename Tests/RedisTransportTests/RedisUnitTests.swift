// Owns: how a unit of commands is divided into parts.

import NIOCore
import Synchronization
import Testing

@testable import RedisTransport

@Suite("A unit of commands")
struct RedisUnitTests {
    @Test("is sent in parts while it grows, but its last command only with its end", arguments: [1, 2, 100])
    func parts(count: Int) {
        let sent = Mutex<[Int]>([])
        var unit = RedisUnit { part in sent.withLock { $0.append(part.readableBytes) } }
        let command = RedisCommand("SET", "key", String(repeating: "x", count: 5000))
        for _ in 0..<count { unit.append(command) }
        let parts = sent.withLock { $0 }
        #expect(parts.isEmpty == (count == 1))
        let rest = unit.rest().readableBytes
        #expect(rest >= command.encoded.readableBytes)
        #expect(parts.reduce(rest, +) == count * command.encoded.readableBytes)
    }
}
