import BullMQTesting
import Foundation
import Testing

@Suite("A private Redis", .timeLimit(.minutes(2)))
struct RedisServerTests {
    private func cli(_ arguments: String...) async throws -> String {
        let run = try await ChildProcess.run("redis-cli", arguments)
        return (run.output + run.errors).joined(separator: "\n")
    }

    @Test("answers over TCP and over its Unix socket, and is gone after its scope")
    func scope() async throws {
        let (path, pid) = try await withRedisServer { server in
            #expect(try await cli("-u", server.url, "PING") == "PONG")
            #expect(try await cli("-s", server.socketPath, "PING") == "PONG")
            return (server.socketPath, try #require(await server.processIdentifier))
        }
        #expect(!FileManager.default.fileExists(atPath: (path as NSString).deletingLastPathComponent))
        #expect(kill(pid, 0) == -1)
    }

    @Test("keeps its addresses and, with an append-only file, its data over a SIGKILL")
    func restart() async throws {
        try await withRedisServer(RedisServerOptions(durability: .appendOnlyAlways)) { server in
            #expect(try await cli("-s", server.socketPath, "SET", "k", "v") == "OK")
            try await server.restart(.kill)
            #expect(try await cli("-u", server.url, "GET", "k") == "v")
        }
    }

    @Test("is run by the launcher it was given")
    func launcher() async throws {
        // Redis keeps 32 of the files it may open for itself, and the rest for clients.
        let options = RedisServerOptions(launcher: ["sh", "-c", "ulimit -n 200; exec \"$@\"", "sh"])
        try await withRedisServer(options) { server async throws in
            #expect(try await cli("-s", server.socketPath, "CONFIG", "GET", "maxclients") == "maxclients\n168")
        }
    }

    @Test("asks for its password and knows its users")
    func access() async throws {
        let options = RedisServerOptions(
            password: "p@ss word", users: [.init(name: "alice", rules: ["on", ">secret", "~app:*", "+@all"])])
        try await withRedisServer(options) { server async throws in
            #expect(try await cli("-s", server.socketPath, "PING").contains("NOAUTH"))
            #expect(try await cli("-s", server.socketPath, "--no-auth-warning", "-a", "p@ss word", "PING") == "PONG")
            let alice = ["-s", server.socketPath, "--no-auth-warning", "--user", "alice", "--pass", "secret"]
            #expect(try await ChildProcess.run("redis-cli", alice + ["SET", "app:1", "x"]).output == ["OK"])
            #expect(try await ChildProcess.run("redis-cli", alice + ["SET", "k", "x"]).output[0].contains("NOPERM"))
        }
    }

    @Test("speaks TLS with a certificate of its own authority")
    func tls() async throws {
        try await withRedisServer(RedisServerOptions(tls: true)) { server async throws in
            let tls = try #require(server.tls)
            let arguments = [
                "-h", "localhost", "-p", "\(tls.port)", "--tls", "--cacert", tls.material.authority, "PING",
            ]
            #expect(try await ChildProcess.run("redis-cli", arguments).output == ["PONG"])
            #expect(server.tlsURL == "rediss://localhost:\(tls.port)")
        }
    }

    @Test("refuses nonsense with the server's own words")
    func nonsense() async throws {
        await #expect {
            try await withRedisServer(RedisServerOptions(directives: ["no-such-directive yes"])) { _ in }
        } throws: { error in
            "\(error)".contains("no-such-directive")
        }
    }

    @Test("is one and the same for all who share it")
    func shared() async throws {
        let first = try await RedisServer.shared
        let second = try await RedisServer.shared
        #expect(first === second)
        #expect(try await cli("-s", first.socketPath, "PING") == "PONG")
    }
}
