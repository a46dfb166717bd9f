/// Where jobs are added, inspected and administered.
///
/// A queue is a name, not a connection: creating one costs nothing, and any number may exist for the same name.
///
/// ```swift
/// let queue = try Queue("media-jobs", redis: redis)
/// let job = try await queue.add(Media.resize, Resize(file: "a.jpg", width: 640))
/// ```
public final class Queue: Sendable {
    /// Options given at creation.
    public let options: QueueOptions
    let store: QueueStore
    let additions: AddGroups
    private let metadata: QueueMetadata

    /// Creates a queue object. Nothing is sent to Redis before the first call.
    ///
    /// - Parameters:
    ///   - name: must be non-empty and must not contain a colon.
    ///   - redis: shared by everything in the process.
    ///   - options: see ``QueueOptions``.
    /// - Throws: `BullMQError` with code `invalidArgument`.
    public init(_ name: String, redis: Redis, options: QueueOptions = QueueOptions()) throws(BullMQError) {
        if let cap = options.maximumEvents, cap < 1 {
            throw BullMQError(.invalidArgument, "The option maximumEvents is \(cap), but must be 1 or more")
        }
        self.options = options
        store = try QueueStore(
            name: name, prefix: options.prefix, redis: redis, pauseMode: options.pauseMode, logger: options.logger,
            telemetry: Telemetry(options.observability, queue: name))
        additions = AddGroups(store: store, groupCommit: options.groupCommit)
        metadata = QueueMetadata(maximumEvents: options.maximumEvents)
    }

    /// The name.
    public var name: String { store.name }

    /// Prefix and name, as parents are named in ``ParentReference``.
    public var qualifiedName: String { store.keys.qualifiedName }

    /// The server this queue lives on.
    public var redis: Redis { store.redis }

    /// A reference by which children name a job of this queue as their parent.
    public func reference(to job: some JobHandle) -> ParentReference {
        ParentReference(id: job.job.id, queue: job.job.store.keys.qualifiedName)
    }

    /// Whether there is nothing to announce (any more).
    var isAnnounced: Bool { options.skipsMetadataUpdate || metadata.isAnnounced }

    /// Writes the queue's record once in the life of this object, as every BullMQ queue object does at its start.
    func announce() async throws {
        guard !isAnnounced else { return }
        try await metadata.announce(in: store)
    }
}
