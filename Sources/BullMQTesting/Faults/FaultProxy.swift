// Owns a TCP proxy in front of a Redis: its port, its life, and the commands a test gives it.

import NIOCore
import NIOPosix

/// A TCP proxy between a client under test and Redis that misbehaves on demand.
///
/// ```swift
/// let proxy = try await FaultProxy.start(before: server)
/// let redis = try Redis(url: proxy.url)
/// ...
/// try await proxy.apply(.blackHole)
/// ```
public final class FaultProxy: Sendable {
    /// The port clients connect to, on 127.0.0.1.
    public let port: Int

    private let listener: any Channel
    private let hub: NIOLoopBound<ProxyHub>

    private init(port: Int, listener: any Channel, hub: NIOLoopBound<ProxyHub>) {
        self.port = port
        self.listener = listener
        self.hub = hub
    }

    /// Starts a proxy before a server's TCP port.
    public static func start(before server: RedisServer) async throws -> FaultProxy {
        try await start(toPort: server.port)
    }

    /// Starts a proxy before a TCP port of the loopback interface. The bytes are not looked at, so TLS passes too.
    public static func start(toPort target: Int) async throws -> FaultProxy {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let hub = try await loop.submit { NIOLoopBound(ProxyHub(target: target), eventLoop: loop) }.get()
        let listener = try await ServerBootstrap(group: loop)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // The client's bytes wait until the way to the server is open.
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { client in hub.value.accept(client) }
            .bind(host: "127.0.0.1", port: 0).get()
        guard let port = listener.localAddress?.port else {
            throw TestKitError(.socketFailed, "the proxy's listening socket has no port")
        }
        return FaultProxy(port: port, listener: listener, hub: hub)
    }

    /// The address of the proxy: `redis://127.0.0.1:port`.
    public var url: String { "redis://127.0.0.1:\(port)" }

    /// Sets the fault of all present and future connections. Connections that lost bytes in a black hole are reset when
    /// another fault, or none, takes its place.
    public func apply(_ fault: NetworkFault) async throws { try await onLoop { $0.apply(fault) } }

    /// Lets bytes pass again; the same as applying ``NetworkFault/none``.
    public func heal() async throws { try await apply(.none) }

    /// Resets every present connection, as a peer that crashed would; new ones are not affected.
    public func resetConnections() async throws { try await onLoop { $0.resetConnections() } }

    /// The number of connections that are open now.
    public var connectionCount: Int {
        get async throws { try await onLoop { $0.connectionCount } }
    }

    /// The number of connections so far that got through to the server, plus those refused by ``NetworkFault/refusing``.
    public var acceptedCount: Int {
        get async throws { try await onLoop { $0.acceptedCount } }
    }

    /// Waits until ``acceptedCount`` has reached `count`.
    public func waitUntilAccepted(_ count: Int) async throws {
        let promise = listener.eventLoop.makePromise(of: Void.self)
        try await onLoop { $0.succeed(promise, whenAccepted: count) }
        try await promise.futureResult.get()
    }

    /// Ends the proxy and all its connections.
    public func stop() async throws {
        try await listener.close()
        try await onLoop { $0.stop() }
    }

    private func onLoop<Value: Sendable>(_ body: @escaping @Sendable (ProxyHub) -> Value) async throws -> Value {
        try await listener.eventLoop.submit { [hub] in body(hub.value) }.get()
    }
}
