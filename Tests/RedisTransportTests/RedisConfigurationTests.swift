// Owns: URLs, pauses between attempts to connect, and the introduction of a connection.

import NIOCore
import Testing

@testable import RedisTransport

@Suite("A Redis URL")
struct RedisURLTests {
    private struct Parts: Equatable {
        var endpoint: RedisConfiguration.Endpoint
        var user: String?
        var password: String?
        var database = 0
        var isEncrypted = false
    }

    private static let tcp = RedisConfiguration.Endpoint.tcp

    @Test(
        "says where the server is and who we are",
        arguments: [
            ("redis://localhost", Parts(endpoint: tcp("localhost", 6379))),
            ("redis://127.0.0.1:6380/3", Parts(endpoint: tcp("127.0.0.1", 6380), database: 3)),
            ("REDIS://h/", Parts(endpoint: tcp("h", 6379))),
            ("redis://[::1]:7000", Parts(endpoint: tcp("::1", 7000))),
            ("redis://:secret@h", Parts(endpoint: tcp("h", 6379), password: "secret")),
            (
                "redis://alice:p%40ss%2F%20w%3Ard@h",
                Parts(endpoint: tcp("h", 6379), user: "alice", password: "p@ss/ w:rd")
            ),
            ("redis://h?db=4", Parts(endpoint: tcp("h", 6379), database: 4)),
            (
                "rediss://cache.example.com:6390/1",
                Parts(endpoint: tcp("cache.example.com", 6390), database: 1, isEncrypted: true)
            ),
            ("unix:///var/run/redis.sock", Parts(endpoint: .unixSocket(path: "/var/run/redis.sock"))),
            (
                "unix://:secret@/run/r.sock?db=2",
                Parts(endpoint: .unixSocket(path: "/run/r.sock"), password: "secret", database: 2)
            ),
            ("redis+unix:///run/r.sock", Parts(endpoint: .unixSocket(path: "/run/r.sock"))),
        ])
    private func accepted(url: String, parts: Parts) throws {
        let configuration = try RedisConfiguration(url: url)
        let isEncrypted = if case .enabled = configuration.tls { true } else { false }
        #expect(
            Parts(
                endpoint: configuration.endpoint, user: configuration.username, password: configuration.password,
                database: configuration.database, isEncrypted: isEncrypted) == parts)
    }

    @Test("may list the nodes of a cluster, or sentinels")
    func topologies() throws {
        let cluster = try RedisConfiguration(url: "rediss+cluster://al:p%2Cw@a:7001,b,[::1]:7003/0")
        #expect(cluster.topology == .cluster)
        #expect(cluster.endpoints == [Self.tcp("a", 7001), Self.tcp("b", 6379), Self.tcp("::1", 7003)])
        #expect(cluster.username == "al" && cluster.password == "p,w")
        if case .enabled = cluster.tls {} else { Issue.record("not encrypted") }
        let sentinel = try RedisConfiguration(url: "redis+sentinel://:s@a,b:5000/main?db=3")
        #expect(sentinel.topology == .sentinel(masterName: "main"))
        #expect(sentinel.endpoints == [Self.tcp("a", 26379), Self.tcp("b", 5000)])
        #expect(sentinel.password == "s" && sentinel.database == 3 && sentinel.sentinelPassword == nil)
    }

    @Test(
        "that cannot be used is refused, and its password not repeated",
        arguments: [
            (
                "localhost:6379",
                "the scheme \"localhost\" is not one of redis, rediss, unix, redis+cluster, redis+sentinel"
            ),
            ("", "it is not a URL; expected for example redis://localhost:6379/0"),
            ("not a url at all", "it is not a URL; expected for example redis://localhost:6379/0"),
            ("http://:hush@h", "the scheme \"http\" is not one of redis, rediss, unix, redis+cluster, redis+sentinel"),
            ("redis://", "it names no host; expected for example redis://localhost:6379/0"),
            ("redis://:hush@:6379", "it names no host; expected for example redis://localhost:6379/0"),
            ("redis://:hush@h:0", "the port 0 is not between 1 and 65535"),
            ("redis://:hush@h:65536", "the port 65536 is not between 1 and 65535"),
            ("redis://:hush@h/one", "the database \"one\" is not a number from 0 up"),
            ("redis://:hush@h/-1", "the database \"-1\" is not a number from 0 up"),
            ("redis://:hush@h/0/1", "its path has more than one part; expected /<database>"),
            ("redis://:hush@h?db=", "the database \"\" is not a number from 0 up"),
            ("redis://:hush@h?tls=yes", "the query parameter \"tls\" is unknown; only db is understood"),
            ("redis://alice@h", "it names a user without a password"),
            ("redis+cluster://:hush@h:1,", "it names no host; expected for example redis://localhost:6379/0"),
            ("redis+cluster://:hush@h/1", "a cluster has no database \"1\""),
            ("redis+cluster://:hush@h?db=1", "a cluster has only the database 0"),
            (
                "redis+sentinel://:hush@h",
                "it names no master; expected for example redis+sentinel://localhost:26379/mymaster"
            ),
            ("unix://", "it names no socket; expected unix:///path/to.sock"),
        ])
    func refused(url: String, reason: String) throws {
        let error = #expect(throws: RedisError.self) { try RedisConfiguration(url: url) }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message == "The Redis URL cannot be used: \(reason).")
        #expect(error?.description.contains("hush") == false)
    }

    @Test(
        "is described without credentials",
        arguments: [("redis://:hush@h:1", "h:1"), ("redis://[::1]", "[::1]:6379"), ("unix://:hush@/a", "/a")])
    func endpoint(url: String, description: String) throws {
        #expect(try RedisConfiguration(url: url).endpoint.description == description)
    }
}

@Suite("The pause before the next attempt to connect")
struct ReconnectPolicyTests {
    @Test(
        "doubles up to its bound",
        arguments: [(0, 50), (1, 50), (2, 100), (3, 200), (7, 3200), (8, 5000), (1000, 5000)])
    func growth(failures: Int, milliseconds: Int) {
        let policy = ReconnectPolicy(jitter: 0)
        #expect(policy.pause(afterFailures: failures, random: 0.9) == .milliseconds(milliseconds))
    }

    @Test(
        "is random in the share that the jitter says",
        arguments: [(0.5, 0.0, 50), (0.5, 1.0, 100), (1, 0.25, 25), (7, 0.25, 25), (-1, 0.25, 100)]
            as [(Double, Double, Int)])
    func jitter(jitter: Double, random: Double, milliseconds: Int) {
        let policy = ReconnectPolicy(initial: .milliseconds(100), jitter: jitter)
        #expect(policy.pause(afterFailures: 1, random: random) == .milliseconds(milliseconds))
    }
}

@Suite("The introduction to a server")
struct HandshakeTests {
    private func handshake(_ change: (inout RedisConfiguration) -> Void = { _ in }) -> Handshake {
        var configuration = RedisConfiguration()
        change(&configuration)
        return Handshake(configuration)
    }

    private func words(_ handshake: Handshake) -> [String] {
        handshake.commands.map { command in
            var parser = RESPParser()
            parser.append(command.encoded)
            let reply = try? parser.next()
            return (reply?.array ?? []).compactMap(\.string).joined(separator: " ")
        }
    }

    @Test("says what is configured, and nothing else")
    func commands() {
        #expect(words(handshake()) == ["PING"])
        #expect(
            words(
                handshake {
                    $0.username = "alice"
                    $0.password = "secret"
                    $0.database = 3
                    $0.clientName = "me"
                }) == ["AUTH alice secret", "SELECT 3", "PING", "CLIENT SETNAME me"])
        #expect(words(handshake { $0.password = "secret" }) == ["AUTH secret", "PING"])
    }

    private enum Outcome: Equatable {
        case accepted, notReady, refused
    }

    @Test(
        "is accepted, put off or refused by what the server answers",
        arguments: [
            (["+OK", "+OK", "+PONG", "+OK"], .accepted),
            (["-WRONGPASS invalid", "-NOAUTH x", "-NOAUTH x", "-NOAUTH x"], .refused),
            (["-ERR Client sent AUTH, but no password is set", "+OK", "+PONG", "+OK"], .refused),
            (["+OK", "-ERR DB index is out of range", "+PONG", "+OK"], .refused),
            (["+OK", "+OK", "-NOPERM no PING", "-NOPERM no CLIENT"], .accepted),
            (["+OK", "+OK", "+PONG", "-ERR unknown command 'CLIENT'"], .accepted),
            (["+OK", "+OK", "-LOADING Redis is loading", "+OK"], .notReady),
            (["+OK", "+OK", "-MASTERDOWN Link with MASTER is down", "+OK"], .notReady),
            (["-ERR max number of clients reached", "+OK", "+PONG", "+OK"], .notReady),
            (["+OK", "+OK", "-NOAUTH Authentication required.", "+OK"], .refused),
        ] as [([String], Outcome)])
    private func verdicts(replies: [String], outcome: Outcome) {
        let handshake = handshake {
            $0.password = "secret"
            $0.database = 3
            $0.clientName = "me"
        }
        let verdict = handshake.verdict(
            on: replies.map { reply in
                reply.hasPrefix("-")
                    ? .error(RESPErrorReply(message: String(reply.dropFirst())))
                    : .simpleString(ByteBuffer(string: String(reply.dropFirst())))
            })
        let seen: Outcome =
            switch verdict {
            case .accepted: .accepted
            case .notReady: .notReady
            case .refused: .refused
            }
        #expect(seen == outcome)
    }

    @Test("without password is put off while the server has no room for clients")
    func noRoom() {
        let reply = RESPValue.error(RESPErrorReply(message: "ERR max number of clients reached"))
        guard case .notReady = handshake().verdict(on: [reply]) else {
            Issue.record("a server that closes the connection at once counted as ready")
            return
        }
    }
}
