import FoundationEssentials
import NIOSSL

extension RedisConfiguration {
    /// Reads `redis://`, `rediss://` (TLS) and `unix://` URLs.
    ///
    /// | form | meaning |
    /// |---|---|
    /// | `redis://[[user]:password@]host[:port][/database]` | TCP, port 6379 by default |
    /// | `rediss://…` | the same over TLS with full verification |
    /// | `unix://[[user]:password@]/path/to.sock[?db=number]` | Unix domain socket |
    ///
    /// User and password are percent-decoded. `?db=` also works for TCP.
    ///
    /// - Throws: `RedisError` with code `invalidConfiguration` that names what is wrong, without repeating the password.
    public init(url text: String) throws(RedisError) {
        guard let components = URLComponents(string: text), let scheme = components.scheme?.lowercased() else {
            throw Self.invalid("it is not a URL; expected for example redis://localhost:6379/0")
        }
        switch scheme {
        case "redis", "rediss", "redis+unix", "unix": break
        default: throw Self.invalid("the scheme \"\(scheme)\" is not one of redis, rediss, unix")
        }
        if scheme == "redis" || scheme == "rediss" {
            var host = components.host ?? ""
            if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
            guard !host.isEmpty else {
                throw Self.invalid("it names no host; expected for example redis://localhost:6379/0")
            }
            let port = components.port ?? 6379
            guard (1...65535).contains(port) else { throw Self.invalid("the port \(port) is not between 1 and 65535") }
            self.init(endpoint: .tcp(host: host, port: port))
            let path = components.path.split(separator: "/", omittingEmptySubsequences: true)
            guard path.count <= 1 else { throw Self.invalid("its path has more than one part; expected /<database>") }
            if let first = path.first { database = try Self.database(String(first)) }
        } else {
            guard components.path.count > 1 else {
                throw Self.invalid("it names no socket; expected unix:///path/to.sock")
            }
            self.init(endpoint: .unixSocket(path: components.path))
        }
        for item in components.queryItems ?? [] {
            guard item.name == "db" else {
                throw Self.invalid("the query parameter \"\(item.name)\" is unknown; only db is understood")
            }
            database = try Self.database(item.value ?? "")
        }
        if let user = components.user, !user.isEmpty { username = user }
        if let secret = components.password, !secret.isEmpty { password = secret }
        if username != nil, password == nil {
            throw Self.invalid("it names a user without a password")
        }
        if scheme == "rediss" { tls = .enabled(.makeClientConfiguration()) }
    }

    private static func database(_ text: String) throws(RedisError) -> Int {
        guard let number = Int(text), number >= 0 else {
            throw invalid("the database \"\(text)\" is not a number from 0 up")
        }
        return number
    }

    private static func invalid(_ reason: String) -> RedisError {
        RedisError(.invalidConfiguration, "The Redis URL cannot be used: \(reason).")
    }
}
