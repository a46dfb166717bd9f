// Owns what a private server can be asked to be, and its configuration file.

import Foundation

/// How a private Redis is set up. The default keeps nothing on disk, has no password and no TLS.
public struct RedisServerOptions: Sendable {
    /// What survives a restart.
    public enum Durability: Sendable {
        /// Nothing: no snapshot, no append-only file.
        case none
        /// Every acknowledged write: append-only file, synced before the reply.
        case appendOnlyAlways
        /// Append-only file, synced each second: a kill of the server loses nothing, a power cut a second.
        case appendOnlyEverySecond
    }

    /// A user of the server's access control lists.
    public struct User: Sendable {
        /// The user's name.
        public var name: String
        /// The rules in Redis' words, such as `["on", ">secret", "~app:*", "+@all"]`.
        public var rules: [String]

        /// A user with its rules.
        public init(name: String, rules: [String]) {
            self.name = name
            self.rules = rules
        }
    }

    /// The server program: a path or a name on `PATH`. Default: the environment's `REDIS_SERVER_BINARY`, else `redis-server`.
    public var binary: String
    /// A program, with its arguments, that runs the server program, such as `["valgrind", "--tool=callgrind"]`. Default:
    /// none.
    public var launcher: [String]
    /// What survives a restart. Default: nothing.
    public var durability: Durability
    /// The password of the default user. Default: none.
    public var password: String?
    /// Further users. Default: none.
    public var users: [User]
    /// Whether there is a TLS port too, with a throw-away certificate. Default: no.
    public var tls: Bool
    /// Whether TLS clients must present a certificate signed by the throw-away authority. Default: no.
    public var tlsClientCertificates: Bool
    /// Further lines of the configuration file, such as `["maxmemory 64mb", "maxmemory-policy allkeys-lru"]`.
    public var directives: [String]

    /// Options; see each property for its default.
    public init(
        binary: String? = nil,
        launcher: [String] = [],
        durability: Durability = .none,
        password: String? = nil,
        users: [User] = [],
        tls: Bool = false,
        tlsClientCertificates: Bool = false,
        directives: [String] = []
    ) {
        self.binary = binary ?? ProcessInfo.processInfo.environment["REDIS_SERVER_BINARY"] ?? "redis-server"
        self.launcher = launcher
        self.durability = durability
        self.password = password
        self.users = users
        self.tls = tls
        self.tlsClientCertificates = tlsClientCertificates
        self.directives = directives
    }

    /// The configuration file for a server in `folder`.
    func configuration(
        folder: String, socketPath: String, port: Int, tls: (port: Int, material: TLSMaterial)?
    ) -> String {
        var lines = [
            "bind 127.0.0.1", "port \(port)",
            "unixsocket \(Self.quoted(socketPath))", "unixsocketperm 700",
            "dir \(Self.quoted(folder))", "daemonize no", "save \"\"", "maxmemory-policy noeviction",
        ]
        switch durability {
        case .none: lines += ["appendonly no"]
        case .appendOnlyAlways: lines += ["appendonly yes", "appendfsync always"]
        case .appendOnlyEverySecond: lines += ["appendonly yes", "appendfsync everysec"]
        }
        if let password { lines.append("requirepass \(Self.quoted(password))") }
        for user in users { lines.append("user \(user.name) \(user.rules.joined(separator: " "))") }
        if let tls {
            lines += [
                "tls-port \(tls.port)",
                "tls-ca-cert-file \(Self.quoted(tls.material.authority))",
                "tls-cert-file \(Self.quoted(tls.material.serverCertificate))",
                "tls-key-file \(Self.quoted(tls.material.serverKey))",
                "tls-auth-clients \(tlsClientCertificates ? "yes" : "no")",
            ]
        }
        return (lines + directives).joined(separator: "\n") + "\n"
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
