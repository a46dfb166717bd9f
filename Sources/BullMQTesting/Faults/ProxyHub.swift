// Owns what a proxy knows: the fault in force, the open connections and who waits for the next one.
// Rule: confined to the proxy's event loop.

import NIOCore
import NIOPosix

/// The connections of one proxy. Confined to its event loop.
final class ProxyHub {
    private let target: Int
    private var fault = NetworkFault.none
    private var links: [Int: ProxyLink] = [:]
    private(set) var acceptedCount = 0
    private var waiters: [(count: Int, promise: EventLoopPromise<Void>)] = []

    init(target: Int) { self.target = target }

    var connectionCount: Int { links.count }

    func apply(_ fault: NetworkFault) {
        self.fault = fault
        // A link that is reset takes itself off the list, so a copy is walked.
        for link in Array(links.values) { link.apply(fault) }
    }

    func resetConnections() {
        for link in Array(links.values) { link.reset() }
    }

    func succeed(_ promise: EventLoopPromise<Void>, whenAccepted count: Int) {
        if acceptedCount >= count { promise.succeed() } else { waiters.append((count, promise)) }
    }

    func stop() {
        resetConnections()
        for waiter in waiters { waiter.promise.fail(TestKitError(.endedEarly, "the proxy was stopped")) }
        waiters.removeAll()
    }

    /// Opens the way to the server for a client that has connected.
    func accept(_ client: any Channel) -> EventLoopFuture<Void> {
        if fault == .refusing {
            countAccepted()
            return client.closeAbruptly()
        }
        let hub = NIOLoopBound(self, eventLoop: client.eventLoop)
        return ClientBootstrap(group: client.eventLoop)
            .channelOption(.autoRead, value: false)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .connect(host: "127.0.0.1", port: target)
            .flatMapThrowing { server in try hub.value.link(client, server) }
    }

    private func link(_ client: any Channel, _ server: any Channel) throws {
        let hub = NIOLoopBound(self, eventLoop: client.eventLoop)
        let number = acceptedCount + 1
        let link = ProxyLink(client: client, server: server) { hub.value.links[number] = nil }
        links[number] = link
        try client.pipeline.syncOperations.addHandler(ProxyHandler(link, .commands))
        try server.pipeline.syncOperations.addHandler(ProxyHandler(link, .replies))
        link.open(with: fault)
        countAccepted()
    }

    /// Counts last, so that who waits for a connection finds it ready for faults.
    private func countAccepted() {
        acceptedCount += 1
        for waiter in waiters where waiter.count <= acceptedCount { waiter.promise.succeed() }
        waiters.removeAll { [acceptedCount] in $0.count <= acceptedCount }
    }
}
