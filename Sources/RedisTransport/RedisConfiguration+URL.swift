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
    /// | `redis+cluster://[[user]:password@]host:port[,host:port...]` | a Redis Cluster, through any of these nodes |
    /// | `redis+sentinel://[[user]:password@]host:port[,host:port...]/master[?db=number]` | the master of this name, asked from \
    /// these sentinels (port 26379 by default) |
    ///
    /// `rediss+cluster` and `rediss+sentinel` use TLS for every connection. User and password are percent-decoded. `?db=` also works for TCP.
    ///
    /// - Throws: `RedisError` with code `invalidConfiguration` that names what is wrong, without repeating the password.
    public init(url text: String) throws(RedisError) {
        if let url = MultipleHostURL(text) {
            try self.init(url)
        } else {
            try self.init(singleHost: text)
        }
    }

    private init(singleHost text: String) throws(RedisError) {
        guard let components = URLComponents(string: text), let scheme = components.scheme?.lowercased() else {
            throw Self.invalid("it is not a URL; expected for example redis://localhost:6379/0")
        }
        switch scheme {
        case "redis", "rediss", "redis+unix", "unix": break
        default:
            throw Self.invalid(
                "the scheme \"\(scheme)\" is not one of redis, rediss, unix, redis+cluster, redis+sentinel")
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

    /// The first host carries credentials, database and encryption; the others differ in their address only.
    private init(_ url: MultipleHostURL) throws(RedisError) {
        guard let first = url.hosts.first else { throw Self.invalid("it names no host") }
        try self.init(singleHost: url.single(first))
        for host in url.hosts.dropFirst() {
            otherEndpoints.append(try RedisConfiguration(singleHost: "redis://\(url.withPort(host))").endpoint)
        }
        switch url.kind {
        case .cluster:
            guard url.path.isEmpty || url.path == "0" else {
                throw Self.invalid("a cluster has no database \"\(url.path)\"")
            }
            guard database == 0 else { throw Self.invalid("a cluster has only the database 0") }
            topology = .cluster
        case .sentinel:
            guard !url.path.isEmpty else {
                throw Self.invalid(
                    "it names no master; expected for example redis+sentinel://localhost:26379/mymaster")
            }
            topology = .sentinel(masterName: url.path)
        }
    }
}

/// A URL that lists several hosts, taken apart as far as a URL parser cannot.
private struct MultipleHostURL {
    enum Kind { case cluster, sentinel }

    let kind: Kind
    let hosts: [Substring]
    /// What follows the hosts, without slash and query.
    let path: String
    private let scheme: String
    private let credentials: Substring
    private let query: Substring

    /// Nil for every other scheme.
    init?(_ text: String) {
        guard let separator = text.firstRange(of: "://") else { return nil }
        switch text[..<separator.lowerBound].lowercased() {
        case "redis+cluster": (kind, scheme) = (.cluster, "redis")
        case "rediss+cluster": (kind, scheme) = (.cluster, "rediss")
        case "redis+sentinel": (kind, scheme) = (.sentinel, "redis")
        case "rediss+sentinel": (kind, scheme) = (.sentinel, "rediss")
        default: return nil
        }
        let rest = text[separator.upperBound...]
        let beforeQuery = rest.prefix { $0 != "?" }
        query = rest[beforeQuery.endIndex...]
        let authority = beforeQuery.prefix { $0 != "/" }
        path = beforeQuery[authority.endIndex...].split(separator: "/").joined(separator: "/")
        let hostList: Substring
        if let at = authority.lastIndex(of: "@") {
            credentials = authority[...at]
            hostList = authority[authority.index(after: at)...]
        } else {
            credentials = ""
            hostList = authority
        }
        hosts = hostList.split(separator: ",", omittingEmptySubsequences: false)
    }

    /// The same URL with one host only.
    func single(_ host: Substring) -> String { "\(scheme)://\(credentials)\(withPort(host))\(query)" }

    /// Sentinels listen on a port of their own.
    func withPort(_ host: Substring) -> String {
        let hasPort = host.last != "]" && host.contains(":")
        return kind == .cluster || hasPort || host.isEmpty ? String(host) : "\(host):26379"
    }
}
