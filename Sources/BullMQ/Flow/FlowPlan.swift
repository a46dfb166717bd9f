// Owns: turning flow nodes into the jobs that are added, before anything reaches Redis. The rule it keeps: every parent stands
// before its children, because the script that adds a child checks that its parent exists; and all roots stand first, so that
// the first replies are theirs (protocol: client, section 15.2).

/// A forest of flow nodes, level by level.
struct FlowPlan {
    struct Entry {
        let job: NewJob
        /// Where the job goes.
        let store: QueueStore
        /// Positions of the children.
        let children: Range<Int>
    }

    let entries: [Entry]
    let rootCount: Int

    /// - Parameters:
    ///   - roots: what is to be added.
    ///   - defaults: options for jobs of each queue, by its name.
    ///   - makeID: makes the ids of nodes that bring none. The counter of the queue cannot: a child has to name its parent before the
    ///     parent is added.
    ///   - store: the operations of the queue with this prefix (nil for the usual one) and name.
    /// - Throws: `BullMQError` with code `invalidArgument`; what encoding the data throws.
    init(
        _ roots: [FlowNode], defaults: [String: JobOptions], makeID: () -> String,
        store: (_ prefix: String?, _ name: String) throws(BullMQError) -> QueueStore
    ) throws {
        rootCount = roots.count
        var nodes = roots.map { (node: $0, parent: Int?.none) }
        var entries: [Entry] = []
        while entries.count < nodes.count {
            let (node, parent) = nodes[entries.count]
            let firstChild = nodes.count
            nodes += node.children.map { ($0, entries.count) }
            var options = node.options.filled(from: node.defaults)
            if let common = defaults[node.queueName] { options = options.filled(from: common) }
            if let parent {
                let entry = entries[parent]
                options.parent = ParentReference(id: entry.job.id, queue: entry.store.keys.qualifiedName)
            }
            guard node.children.isEmpty || options.deduplication == nil else {
                throw BullMQError(
                    .invalidArgument, "Deduplication options cannot be used on flow nodes with children")
            }
            let givenID = options.jobID ?? ""
            let id = givenID.isEmpty ? makeID() : givenID
            let store = try store(node.prefix, node.queueName)
            let job = try NewJob(
                name: node.name, data: try node.data(),
                options: options.carrying(store.metadata(ofNode: node.name, id), overwrites: false), id: id,
                hasChildren: !node.children.isEmpty)
            entries.append(Entry(job: job, store: store, children: firstChild..<nodes.count))
        }
        self.entries = entries
    }

    /// The trees of the roots.
    ///
    /// - Parameter ids: under which id each job is known.
    func trees(ids: [String]) -> [FlowTree] {
        var trees: [FlowTree] = []
        // From the end, so that the children of a job are there before it.
        for (entry, id) in zip(entries, ids).reversed() {
            let end = entries.count - 1
            let children = entry.children.map { trees[end - $0] }
            trees.append(FlowTree(job: Job(record: entry.job, id: id, store: entry.store), children: children))
        }
        return trees.suffix(rootCount).reversed()
    }
}
