// Owns: what `CLIENT LIST` says about the connections by which the workers of a queue are known.

/// A connection of a worker of some queue, whatever language it is written in, as Redis lists it.
///
/// A worker holds one such connection, and takes its name as soon as it waits for work for the first time.
public struct WorkerClient: Sendable, Hashable {
    /// Everything Redis says: `id`, `addr`, `age`, `idle`, `cmd`, `lib-name` and so on; the members differ between servers.
    public let fields: [String: String]
    /// The label of the worker (``WorkerOptions/name``), or nil if it has none.
    public let workerName: String?

    /// The name of the connection, BullMQ's `rawname`.
    public var connectionName: String { fields["name"] ?? "" }
    /// The connection's number at the server.
    public var id: Int? { fields["id"].flatMap { Int($0) } }
    /// Host and port of the worker, or the path of its socket.
    public var address: String? { fields["addr"] }
    /// How long the connection has existed.
    public var age: Duration? { fields["age"].flatMap { Int($0) }.map { .seconds($0) } }
    /// How long ago it sent its last command.
    public var idle: Duration? { fields["idle"].flatMap { Int($0) }.map { .seconds($0) } }
}

extension WorkerClient {
    /// The workers among the clients of a server.
    ///
    /// - Parameters:
    ///   - list: the reply to `CLIENT LIST`, one client a line.
    ///   - name: the name that connections of the queue's unnamed workers have.
    static func workers(in list: String, named name: String) -> [WorkerClient] {
        list.split(whereSeparator: \.isNewline).compactMap { line in
            var fields: [String: String] = [:]
            for word in line.split(separator: " ") {
                let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                if parts.count == 2 { fields[String(parts[0])] = String(parts[1]) }
            }
            guard let found = fields["name"] else { return nil }
            if found == name { return WorkerClient(fields: fields, workerName: nil) }
            let labelled = name + ":w:"
            guard found.hasPrefix(labelled) else { return nil }
            return WorkerClient(fields: fields, workerName: String(found.dropFirst(labelled.count)))
        }
    }

    /// Workers of a queue on a cluster connect to the node that holds it, so the node that knows most of them knows all
    /// (protocol: client, section 11).
    static func fullest(_ nodes: [[WorkerClient]]) -> [WorkerClient] {
        nodes.reduce([]) { $1.count > $0.count ? $1 : $0 }
    }
}

extension Queue {
    /// The workers that are connected now, of any language that names its connections as BullMQ does (Node, Rust and this
    /// library; not Python) (protocol: client, section 11).
    ///
    /// - Throws: `BullMQError` with code `unsupportedByServer` where the provider has disabled `CLIENT`; `RedisError`.
    public func workers() async throws -> [WorkerClient] {
        let base = ClientName.worker(prefix: options.prefix, queue: name, name: nil)
        let replies = try await redis.sendToEveryNode(RedisCommand("CLIENT", "LIST"))
        let lists = replies.compactMap(\.string)
        if lists.isEmpty, let reply = replies.first { throw refusal(reply) }
        return WorkerClient.fullest(lists.map { WorkerClient.workers(in: $0, named: base) })
    }

    private func refusal(_ reply: RESPValue) -> any Error {
        guard case .error(let error) = reply else { return BullMQError.unexpected(reply, from: "CLIENT LIST") }
        guard error.message.lowercased().contains("unknown command") else {
            return RedisError(
                .errorReply, "The workers of queue \(name) cannot be listed: \(error.message)", underlying: error)
        }
        return BullMQError(
            .unsupportedByServer,
            "Redis at \(redis.configuration.endpoint) does not support CLIENT LIST, so the workers of queue \(name) cannot be "
                + "listed", underlying: error)
    }

    /// How many workers are connected now; see ``workers()``.
    public func workerCount() async throws -> Int { try await workers().count }
}
