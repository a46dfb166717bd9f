// Owns: reading the tree below a job, level by level (protocol: client, section 15.4).

/// Reads trees; each level is read at one moment.
struct FlowReader {
    let connection: RedisConnection
    /// How many levels are read.
    let depth: Int
    /// How many children of each kind are read for each job.
    let maximumChildren: Int
    /// The operations of the queue with this prefix and name.
    let store: (_ prefix: String?, _ name: String) throws(BullMQError) -> QueueStore

    /// A job that is to be read.
    private struct Place {
        let key: String
        let store: QueueStore
        let id: String
    }

    /// A job that was read; without a job it exists no more.
    private struct Node {
        let key: String
        let job: Job?
        /// Positions of the children among all nodes.
        let children: Range<Int>
        let hasMoreChildren: Bool
    }

    func tree(of id: String, in store: QueueStore) async throws -> FlowTree? {
        var nodes: [Node] = []
        var level = [Place(key: store.keys.job(id), store: store, id: id)]
        for depth in 1...depth where !level.isEmpty {
            let nextStart = nodes.count + level.count
            var next: [Place] = []
            for (place, found) in zip(level, try await read(level, withChildren: depth < self.depth)) {
                let start = nextStart + next.count
                for key in found.children {
                    // A text that is no key names no job either.
                    let parts = JobKey(key)
                    next.append(
                        Place(
                            key: key, store: try parts.map { try self.store($0.prefix, $0.queue) } ?? place.store,
                            id: parts?.id ?? ""))
                }
                nodes.append(
                    Node(
                        key: place.key, job: found.job, children: start..<(nextStart + next.count),
                        hasMoreChildren: found.hasMoreChildren))
            }
            level = next
        }
        return Self.trees(of: nodes).last ?? nil
    }

    /// The tree of each node in reverse order, nil for one without a job.
    private static func trees(of nodes: [Node]) -> [FlowTree?] {
        var trees: [FlowTree?] = []
        // From the end, so that the children of a job are there before it.
        for node in nodes.reversed() {
            let children = node.children.map { (key: nodes[$0].key, tree: trees[nodes.count - 1 - $0]) }
            trees.append(
                node.job.map { job in
                    FlowTree(
                        job: job, children: children.compactMap(\.tree),
                        missingChildren: children.filter { $0.tree == nil }.map(\.key),
                        hasMoreChildren: node.hasMoreChildren)
                })
        }
        return trees
    }

    private struct Found {
        var job: Job?
        /// Full keys.
        var children: [String] = []
        var hasMoreChildren = false
    }

    /// - Parameter withChildren: reads the children's keys, or else only whether there are any.
    private func read(_ level: [Place], withChildren: Bool) async throws -> [Found] {
        let kinds = DependencyKind.allCases
        let replies = try await connection.transaction { unit in
            for place in level {
                let (keys, id) = (place.store.keys, place.id)
                unit.append(RedisCommand("HGETALL", keys.job(id)))
                if withChildren {
                    for kind in kinds {
                        unit.append(keys.scan(kind, of: id, cursor: .start, count: maximumChildren))
                    }
                } else {
                    unit.append(RedisCommand(["EXISTS"] + kinds.map { keys.children($0, of: id) }))
                }
            }
        }
        let width = withChildren ? 1 + kinds.count : 2
        guard replies.count == level.count * width else {
            throw BullMQError(
                .unexpectedReply, "Reading \(level.count) jobs of a flow was answered with \(replies.count) results")
        }
        var result: [Found] = []
        result.reserveCapacity(level.count)
        for (index, place) in level.enumerated() {
            let replies = replies[(index * width)..<((index + 1) * width)]
            result.append(try await found(at: place, Array(replies), withChildren: withChildren))
        }
        return result
    }

    private func found(at place: Place, _ replies: [RESPValue], withChildren: Bool) async throws -> Found {
        guard let fields = replies[0].array else { throw BullMQError.unexpected(replies[0], from: "HGETALL") }
        guard !place.id.isEmpty, let record = StoredJob(id: place.id, fields: fields) else { return Found() }
        var found = Found(job: Job(record: record, store: place.store))
        guard withChildren else {
            found.hasMoreChildren = replies[1].integer ?? 0 > 0
            return found
        }
        var seen: Set<String> = []
        for (kind, reply) in zip(DependencyKind.allCases, replies.dropFirst()) {
            let page = try DependencyPage(reply, of: kind, cursor: .start, count: maximumChildren)
            let (keys, isCut) = try await firstChildren(of: place, kind, page)
            found.children += keys.filter { seen.insert($0).inserted }
            found.hasMoreChildren = found.hasMoreChildren || isCut
        }
        return found
    }

    /// As many children of one kind as are wanted, and whether there are more. What a scan is asked for is only a hint to it.
    private func firstChildren(
        of place: Place, _ kind: DependencyKind, _ first: DependencyPage
    ) async throws -> (keys: [String], isCut: Bool) {
        var keys: [String] = []
        var seen: Set<String> = []
        var page = first
        while true {
            for child in page.children where seen.insert(child.key).inserted { keys.append(child.key) }
            guard keys.count <= maximumChildren, let next = page.next else { break }
            page = try await place.store.dependencyPage(of: place.id, kind, cursor: next, count: maximumChildren)
        }
        return (Array(keys.prefix(maximumChildren)), keys.count > maximumChildren)
    }
}
