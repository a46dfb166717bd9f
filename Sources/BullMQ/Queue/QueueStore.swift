import Logging

/// Every Redis operation of one queue, one Swift function each; the extensions are grouped like the specification of the
/// scripts. Knows nothing of processing.
final class QueueStore: Sendable {
    let name: String
    let keys: QueueKeys
    let redis: Redis
    let connection: RedisConnection
    let scripts: ScriptRunner
    let logger: Logger
    let addHeads: AddHeads
    let finishHeads: FinishHeads
    /// What is done through the queue object that owns this store.
    let localEvents = EventBroadcast<LocalQueueEvent>()
    /// Spans and metrics; nil if nobody wants them.
    let telemetry: Telemetry?

    /// - Parameters:
    ///   - connection: where the commands go; by default the one that all users of `redis` share.
    ///   - pauseMode: which variant of the scripts runs. Only reading is the same with all.
    init(
        name: String, prefix: String, redis: Redis, connection: RedisConnection? = nil, pauseMode: PauseMode = .plain,
        logger: Logger, telemetry: Telemetry? = nil
    ) throws(BullMQError) {
        guard !name.isEmpty else { throw BullMQError(.invalidArgument, "Queue name must be provided") }
        guard !name.utf8.contains(UInt8(ascii: ":")) else {
            throw BullMQError(.invalidArgument, "Queue name cannot contain :")
        }
        guard !prefix.isEmpty else { throw BullMQError(.invalidArgument, "Queue prefix must not be empty") }
        self.name = name
        keys = QueueKeys(prefix: prefix, name: name)
        guard !redis.isCluster || HashTag.exists(in: keys.base) else {
            throw BullMQError(
                .invalidArgument,
                """
                Redis at \(redis.configuration.endpoint) is a cluster, where all keys of queue \(name) must lie in one slot: put \
                braces into the prefix ({bull}) or around the queue's name ({\(name)})
                """)
        }
        addHeads = AddHeads(keys, pauseMode)
        finishHeads = FinishHeads(keys, pauseMode)
        self.redis = redis
        let connection = connection ?? redis.connection(forKey: keys.base)
        self.connection = connection
        scripts = ScriptRunner(connection: connection, pauseMode: pauseMode)
        self.logger = logger
        self.telemetry = telemetry
    }

    /// Sends a plain command; an error reply is thrown.
    func send(_ words: String...) async throws -> RESPValue {
        try await connection.execute(RedisCommand(words))
    }
}

extension RESPValue {
    /// The integer of a reply whose negative values are result codes.
    func code(of script: Script) throws -> Int64 {
        guard let number = integer else { throw BullMQError.unexpected(self, from: script.name) }
        return number
    }

    /// The elements of a reply that is a list of texts.
    func texts(of script: Script) throws -> [String] {
        guard let elements = array else { throw BullMQError.unexpected(self, from: script.name) }
        return elements.compactMap(\.string)
    }
}
