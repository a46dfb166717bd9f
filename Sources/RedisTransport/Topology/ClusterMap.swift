/// Which node of a cluster serves which slots, as `CLUSTER SLOTS` tells it.
struct ClusterMap: Sendable, Equatable {
    private struct Part: Sendable, Equatable {
        let slots: ClosedRange<UInt16>
        let owner: RedisConfiguration.Endpoint
    }

    private var parts: [Part] = []
    /// Slots that moved since the map was drawn.
    private var moved: [HashSlot: RedisConfiguration.Endpoint] = [:]
    /// Every node, masters and replicas, in the order of the reply.
    private(set) var nodes: [RedisConfiguration.Endpoint] = []

    /// A map of nothing.
    init() {}

    /// Reads the reply of `CLUSTER SLOTS`; nil if it is something else.
    ///
    /// - Parameter source: the node that was asked; it may not know by which name it is reached.
    init?(_ reply: RESPValue, from source: RedisConfiguration.Endpoint) {
        guard case .array(let entries) = reply else { return nil }
        for entry in entries {
            guard let fields = entry.array, fields.count >= 3,
                let first = fields[0].integer.flatMap({ UInt16(exactly: $0) }),
                let last = fields[1].integer.flatMap({ UInt16(exactly: $0) }), first <= last
            else { return nil }
            var owner: RedisConfiguration.Endpoint?
            for field in fields.dropFirst(2) {
                guard let node = field.array, node.count >= 2, let port = node[1].integer else { return nil }
                let host = node[0].string ?? ""
                let endpoint = RedisConfiguration.Endpoint.announced(host: host, port: Int(port), by: source)
                if owner == nil { owner = endpoint }
                if !nodes.contains(endpoint) { nodes.append(endpoint) }
            }
            guard let owner else { return nil }
            parts.append(Part(slots: first...last, owner: owner))
        }
    }

    /// The nodes that serve slots.
    var masters: [RedisConfiguration.Endpoint] {
        var masters: [RedisConfiguration.Endpoint] = []
        for part in parts where !masters.contains(part.owner) { masters.append(part.owner) }
        return masters
    }

    /// The node that serves a slot, if any does.
    func owner(of slot: HashSlot) -> RedisConfiguration.Endpoint? {
        moved[slot] ?? parts.first { $0.slots.contains(slot.number) }?.owner
    }

    /// Notes that a slot is served by another node than the map says.
    mutating func move(_ slot: HashSlot, to endpoint: RedisConfiguration.Endpoint) {
        moved[slot] = endpoint
    }
}

extension RedisConfiguration.Endpoint {
    /// The address of a node as another one announces it. A node that does not know its own address leaves the host out (`?` when
    /// it has none to announce): then it is that of the node that was asked.
    static func announced(host: String, port: Int, by source: Self) -> Self {
        guard host.isEmpty || host == "?", case .tcp(let known, _) = source else { return .tcp(host: host, port: port) }
        return .tcp(host: known, port: port)
    }
}
