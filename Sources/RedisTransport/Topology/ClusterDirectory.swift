import NIOCore
import Synchronization

/// What is known about a cluster, shared by all connections of a client.
final class ClusterDirectory: Sendable {
    private struct State {
        var map = ClusterMap()
        /// Something showed that the map is out of date.
        var isDoubted = true
        var renewal: Task<ClusterMap, any Error>?
    }

    let configuration: RedisConfiguration
    private let eventLoop: any EventLoop
    private let state = Mutex(State())

    init(configuration: RedisConfiguration, eventLoop: any EventLoop) {
        self.configuration = configuration
        self.eventLoop = eventLoop
    }

    /// The node that serves a slot.
    ///
    /// - Parameter isDoubted: the node known so far could not be reached.
    func owner(of slot: HashSlot, isDoubted: Bool) async throws -> RedisConfiguration.Endpoint {
        let known = state.withLock { $0.isDoubted || isDoubted ? nil : $0.map.owner(of: slot) }
        if let known { return known }
        guard let owner = try await renewedMap().owner(of: slot) else {
            throw RedisError(
                .notConnected,
                "No node of the Redis cluster at \(configuration.endpoint) serves slot \(slot.number)")
        }
        return owner
    }

    /// One of the nodes, a different one for each number.
    func anyNode(number: Int) -> RedisConfiguration.Endpoint {
        let known = knownNodes
        return known[number % known.count]
    }

    /// Every node, masters and replicas.
    func nodes() async throws -> [RedisConfiguration.Endpoint] { try await renewedMap().nodes }

    /// The nodes that serve slots.
    func masters() async throws -> [RedisConfiguration.Endpoint] { try await renewedMap().masters }

    /// A node said who serves a slot.
    func learn(_ slot: HashSlot, _ endpoint: RedisConfiguration.Endpoint) {
        state.withLock { $0.map.move(slot, to: endpoint) }
    }

    /// The map may be out of date.
    func doubt() { state.withLock { $0.isDoubted = true } }

    private var knownNodes: [RedisConfiguration.Endpoint] {
        var nodes = state.withLock { $0.map.nodes }
        for seed in configuration.endpoints where !nodes.contains(seed) { nodes.append(seed) }
        return nodes
    }

    /// Asks for the map; those who ask at the same time share one answer.
    private func renewedMap() async throws -> ClusterMap {
        let renewal = state.withLock { state -> Task<ClusterMap, any Error> in
            if let renewal = state.renewal { return renewal }
            let renewal = Task { try await self.renew() }
            state.renewal = renewal
            return renewal
        }
        return try await renewal.value
    }

    private func renew() async throws -> ClusterMap {
        defer { state.withLock { $0.renewal = nil } }
        let query = DirectoryQuery(configuration: configuration, eventLoop: eventLoop)
        let map = try await query.first(
            of: knownNodes, RedisCommand("CLUSTER", "SLOTS"), purpose: "which node of the cluster serves which keys"
        ) { reply, source in
            ClusterMap(reply, from: source)
        }
        state.withLock { state in
            state.map = map
            state.isDoubted = false
        }
        return map
    }
}
