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
        ] as [(String, Int64, Int)])
    func conclusions(info: String, minimum: Int64, warnings: Int) {
        let server = ServerInfo(info)
        #expect(server.minimumBlockMilliseconds == minimum)
        #expect(server.warnings.count == warnings)
    }
}
