public import Logging
import NIOCore
public import NIOSSL

/// How to reach Redis and how the connection behaves.
public struct RedisConfiguration: Sendable {
    /// Where the server listens.
    public enum Endpoint: Sendable, Hashable {
        /// A TCP port.
        case tcp(host: String, port: Int)
        /// A Unix domain socket.
        case unixSocket(path: String)
    }

    /// Encryption of the connection.
    public enum TLS: Sendable {
        /// Plain text.
        case disabled
        /// TLS, with the certificate and host name verified unless the configuration says otherwise.
        case enabled(TLSConfiguration)
    }

    /// What stands behind the addresses.
    public enum Topology: Sendable, Hashable {
        /// One server.
        case single
        /// A Redis Cluster: the addresses are those of some of its nodes. All keys of a queue must lie in one slot: give queues a
        /// prefix or a name in braces.
        case cluster
        /// Servers watched by Redis Sentinel: the addresses are those of the sentinels, and the master of this name is used.
        case sentinel(masterName: String)
    }

    /// Where the server listens; in a cluster one of the nodes, with Sentinel one of the sentinels.
    public var endpoint: Endpoint
    /// What stands behind the addresses; a single server by default.
    public var topology = Topology.single
    /// More nodes or sentinels, asked when the first one does not answer; none by default.
    public var otherEndpoints: [Endpoint] = []
    /// ACL user; nil means the default user.
    public var username: String?
    /// Password; nil means no authentication.
    public var password: String?
    /// ACL user of the sentinels; nil means the default user.
    public var sentinelUsername: String?
    /// Password of the sentinels; nil means no authentication.
    public var sentinelPassword: String?
    /// Database number, 0 by default; a cluster has no other.
    public var database: Int = 0
    /// Name shown by `CLIENT LIST` for command connections; none by default.
    public var clientName: String?
    /// Encryption; off by default.
    public var tls: TLS = .disabled
    /// Longest time for one attempt to connect and introduce itself; 10 s by default.
    public var connectTimeout: Duration = .seconds(10)
    /// Longest time a command waits for a connection before it fails with `notConnected`; nil (the default) waits for ever.
    ///
    /// HTTP producers that must answer quickly set a second or two.
    public var offlineTimeout: Duration?
    /// A connection that has read nothing for this long is probed, and dropped if it stays silent as long again; 15 s by
    /// default. While a long command is being sent, what the server takes of it counts as well. A script that keeps the server busy for longer than twice this time looks like a dead peer.
    public var keepAlive: Duration = .seconds(15)
    /// Pauses between attempts to connect.
    public var reconnect = ReconnectPolicy()
    /// Most bytes of commands that may wait to be sent; 256 MiB by default. A single command may be larger than this when
    /// nothing else waits.
    public var maximumQueuedBytes: Int = 256 << 20
    /// Where connection changes are logged; silent by default.
    public var logger = Logger(label: "bullmq.redis") { _ in SwiftLogNoOpLogHandler() }

    /// Every address given.
    var endpoints: [Endpoint] { [endpoint] + otherEndpoints }

    /// A configuration with the defaults documented on each property.
    public init(endpoint: Endpoint = .tcp(host: "127.0.0.1", port: 6379)) {
        self.endpoint = endpoint
    }
}

/// Pauses between attempts to connect: exponential, with jitter, for ever.
public struct ReconnectPolicy: Sendable, Hashable {
    /// Pause after the first failure; 50 ms by default.
    public var initial: Duration
    /// Longest pause; 5 s by default.
    public var maximum: Duration
    /// Share of each pause that is random, 0…1; 0.5 by default, so that a fleet does not return in step.
    public var jitter: Double

    /// Creates a policy; the defaults are those of the properties.
    public init(initial: Duration = .milliseconds(50), maximum: Duration = .seconds(5), jitter: Double = 0.5) {
        self.initial = initial
        self.maximum = maximum
        self.jitter = jitter
    }

    /// The pause after `failures` failures in a row, given a random number in 0..<1.
    func pause(afterFailures failures: Int, random: Double) -> Duration {
        let doublings = min(max(failures - 1, 0), 30)
        let full = min(initial * (1 << doublings), maximum)
        let jitter = min(max(jitter, 0), 1)
        return full * (1 - jitter) + full * (jitter * random)
    }
}

extension RedisConfiguration.Endpoint: CustomStringConvertible {
    /// `host:port` or the socket's path.
    public var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unixSocket(let path): path
        }
    }
}

extension Duration {
    package var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, carry) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
        return carry ? .max : sum
    }

    var timeAmount: TimeAmount { .nanoseconds(nanoseconds) }
}
