// Owns: adding trees of jobs, and reading them again.

import FoundationEssentials
public import Logging
import Synchronization
import Tracing

/// How a ``FlowProducer`` behaves.
public struct FlowProducerOptions: Sendable {
    /// The first part of every key where a node names no other; `bull` by default.
    public var prefix: String
    /// Options for the jobs of each queue, by the queue's name, where node and job type give none (BullMQ's `queuesOptions`); none by
    /// default. A flow producer does not know the defaults of ``Queue`` objects.
    public var defaultJobOptions: [String: JobOptions]
    /// What becomes of waiting jobs while a queue is paused; `plain` by default. All users of the queues should agree.
    public var pauseMode: PauseMode
    /// Where spans go; by default where the process has bootstrapped them to.
    public var observability: Observability
    /// Where the producer logs; silent by default.
    public var logger: Logger

    /// Creates options; the defaults are those of the properties.
    public init(
        prefix: String = "bull", defaultJobOptions: [String: JobOptions] = [:],
        pauseMode: PauseMode = .plain, observability: Observability = Observability(),
        logger: Logger = Logger(label: "bullmq.flow") { _ in SwiftLogNoOpLogHandler() }
    ) {
        self.prefix = prefix
        self.defaultJobOptions = defaultJobOptions
        self.pauseMode = pauseMode
        self.observability = observability
        self.logger = logger
    }
}

/// Adds trees of jobs, in which a job runs when all its children have finished. The jobs of a tree may live in different queues.
///
/// ```swift
/// let flows = try FlowProducer(redis: redis)
/// let flow = try await flows.add(
///     FlowNode(Media.teaser, teaser, in: "media-jobs") {
///         FlowNode(Media.download, Download(url: first), in: "downloads", onFailure: .failParent)
///         FlowNode(Media.download, Download(url: second), in: "downloads", onFailure: .ignore)
///     })
/// ```
public final class FlowProducer: Sendable {
    /// Options given at creation.
    public let options: FlowProducerOptions
    /// The server on which the flows live.
    public let redis: Redis
    /// For what concerns no single queue.
    private let telemetry: Telemetry?
    /// The queues met so far, with the parts of their calls that are encoded once.
    private let stores = Mutex<[String: QueueStore]>([:])

    /// Creates a producer. Nothing is sent to Redis before the first call.
    ///
    /// - Throws: `BullMQError` with code `invalidArgument` if the prefix is empty.
    public init(redis: Redis, options: FlowProducerOptions = FlowProducerOptions()) throws(BullMQError) {
        guard !options.prefix.isEmpty else {
            throw BullMQError(.invalidArgument, "The option prefix is \"\", but must not be empty")
        }
        self.redis = redis
        self.options = options
        telemetry = Telemetry(options.observability, queue: "")
    }

    /// Adds a job and all jobs below it in one transaction: nobody sees a part of the tree. In a Redis Cluster all queues of a flow must
    /// lie in one slot.
    ///
    /// Each job is known under its ``JobOptions/jobID``, or else under a random UUID. If a job with such an id exists it is not added
    /// again, but becomes a child of its parent here. One that has completed already counts at once: should it be the first child, the
    /// parent does not wait for the others, so put such children last.
    ///
    /// - Returns: the jobs as added.
    /// - Throws: Before anything is sent `BullMQError` with code `invalidArgument`, or `EncodingError`. Afterwards `BullMQError` with
    ///   code `missingParent` (the parent of the root does not exist; nothing was added then) or `parentCannotBeReplaced` (a job
    ///   with the id of one of these has another parent; children of it were given to it all the same). The other jobs of the flow are
    ///   in Redis then, and the message says so: BullMQ for Node returns a flow of which a child was refused as if nothing had
    ///   happened. `RedisError`: with code `replyLost` the flow may have been added.
    @discardableResult
    public func add(_ node: FlowNode) async throws -> FlowTree {
        let root = try store(node.prefix, node.queueName)
        return try await root.traced(.addFlow, ["bullmq.flow.name": .string(node.name)]) { _ in
            try await addTrees([node])[0]
        }
    }

    /// Adds several trees in one transaction, and returns them in order; see ``add(_:)``.
    ///
    /// - Throws: as ``add(_:)``. A refused root does not keep the other trees from being added.
    @discardableResult
    public func addBulk(_ nodes: [FlowNode]) async throws -> [FlowTree] {
        guard !nodes.isEmpty else { return [] }
        let attributes: () -> SpanAttributes = {
            [
                "bullmq.job.bulk.count": .int64(Int64(nodes.count)),
                "bullmq.job.bulk.names": .string(nodes.map(\.name).joined(separator: ",")),
            ]
        }
        return try await telemetry.traced(.addBulkFlows, attributes()) { _ in try await addTrees(nodes) }
    }

    private func addTrees(_ nodes: [FlowNode]) async throws -> [FlowTree] {
        let plan = try FlowPlan(
            nodes, defaults: options.defaultJobOptions, makeID: { UUID().uuidString.lowercased() }, store: store)
        return plan.trees(ids: try await QueueStore.add(plan))
    }

    /// Reads the tree below a job (BullMQ's `getFlow`), in one round trip for each level. The parts are read one after the other, so
    /// a tree that is being worked on may show a job in two states.
    ///
    /// - Parameters:
    ///   - id: the job at the top.
    ///   - queueName: its queue.
    ///   - prefix: the first part of that queue's keys; by default that of the producer.
    ///   - depth: how many levels are read, that of the job included; 10 by default.
    ///   - maximumChildren: how many children of each ``DependencyKind`` are read for each job; 20 by default.
    ///     ``FlowTree/hasMoreChildren`` tells where there are more. (For Node it is a hint that small sets ignore.)
    /// - Returns: nil if there is no such job.
    /// - Throws: `BullMQError` with code `invalidArgument`; `RedisError`.
    public func flow(
        id: String, queue queueName: String, prefix: String? = nil, depth: Int = 10, maximumChildren: Int = 20
    ) async throws -> FlowTree? {
        try Queue.require(depth >= 1, "depth", "\(depth)", "1 or more")
        try Queue.require(maximumChildren >= 1, "maximumChildren", "\(maximumChildren)", "1 or more")
        let root = try store(prefix, queueName)
        let reader = FlowReader(
            connection: root.connection, depth: depth, maximumChildren: maximumChildren, store: store)
        return try await reader.tree(of: id, in: root)
    }

    private func store(_ prefix: String?, _ name: String) throws(BullMQError) -> QueueStore {
        let prefix = prefix ?? options.prefix
        if let known = stores.withLock({ $0["\(prefix):\(name)"] }) { return known }
        let made = try QueueStore(
            name: name, prefix: prefix, redis: redis, pauseMode: options.pauseMode, logger: options.logger,
            telemetry: Telemetry(options.observability, queue: name))
        stores.withLock { $0[made.keys.qualifiedName] = made }
        return made
    }
}
