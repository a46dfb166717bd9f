// Owns: what is concluded from a server's INFO.

import Testing

@testable import BullMQ

@Suite("A server's information")
struct ServerInfoTests {
    @Test(
        "decides the shortest wait and whether to warn",
        arguments: [
            ("redis_version:7.0.15", 1, 0), ("redis_version:7.0.7", 2, 0), ("redis_version:7.2.0\r\nos:Linux", 1, 0),
            ("redis_version:6.2.0", 2, 0), ("redis_version:6.0.16", 2, 1), ("redis_version:10.0.0", 1, 0),
            ("# Server\r\nserver_name:valkey\r\nredis_version:6.0.0\r\nvalkey_version:8.1.0", 1, 0),
            ("redis_version:6.2.11\r\ndragonfly_version:df-v1.2", 1, 0), ("", 2, 0),
            ("redis_version:7.2.0\r\nmaxmemory_policy:noeviction", 1, 0),
            ("redis_version:6.0.16\r\nmaxmemory_policy:allkeys-lru\r\n", 2, 2),
        ] as [(String, Int64, Int)])
    func conclusions(info: String, minimum: Int64, warnings: Int) {
        let server = ServerInfo(info)
        #expect(server.minimumBlockMilliseconds == minimum)
        #expect(server.warnings.count == warnings)
    }

    @Test("refuses a server that is too old to work")
    func support() throws {
        let error = #expect(throws: BullMQError.self) { try ServerInfo("redis_version:4.0.14").requireSupport() }
        #expect(error?.code == .unsupportedByServer)
        #expect(error?.message == "Redis version needs to be greater or equal than 5.0.0 Current: 4.0.14")
        for info in ["redis_version:5.0.0", "", "redis_version:4.0.0\r\nserver_name:valkey\r\nvalkey_version:8.0.0"] {
            try ServerInfo(info).requireSupport()
        }
    }
}
