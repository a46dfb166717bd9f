/// What a job knows of its children (protocol: scripts-read-and-remove, sections 4.3, 4.10, 6.2, 6.3 and 7).
extension QueueStore {
    func childrenValues(of id: String) async throws -> [String: JSONText] {
        try await send("HGETALL", keys.children(.processed, of: id)).results()
    }

    func ignoredChildrenFailures(of id: String) async throws -> [String: String] {
        try await send("HGETALL", keys.children(.ignored, of: id)).reasons()
    }

    func failedChildren(of id: String) async throws -> [String] {
        try await send("ZRANGE", keys.children(.failed, of: id), "0", "-1").keys(from: "ZRANGE")
    }

    /// All children at one moment.
    func dependencies(of id: String) async throws -> Dependencies {
        let replies = try await connection.transaction { unit in
            unit.append(RedisCommand("HGETALL", keys.children(.processed, of: id)))
            unit.append(RedisCommand("SMEMBERS", keys.children(.unprocessed, of: id)))
            unit.append(RedisCommand("ZRANGE", keys.children(.failed, of: id), "0", "-1"))
            unit.append(RedisCommand("HGETALL", keys.children(.ignored, of: id)))
        }
        guard replies.count == 4 else { throw BullMQError.unexpected(.array(replies), from: "EXEC") }
        return Dependencies(
            processed: try replies[0].results(), unprocessed: Set(try replies[1].keys(from: "SMEMBERS")),
            failed: try replies[2].keys(from: "ZRANGE"), ignored: try replies[3].reasons())
    }

    func dependencyCounts(of id: String) async throws -> DependencyCounts {
        let kinds: [DependencyKind] = [.processed, .unprocessed, .ignored, .failed]
        let reply = try await scripts.run(.getDependencyCounts, arguments: kinds.count) { call in
            for kind in kinds { call.key(keys.children(kind, of: id)) }
            for kind in kinds { call.argument(kind.rawValue) }
        }
        guard let counts = reply.array?.map({ Int($0.integer ?? 0) }), counts.count == kinds.count else {
            throw BullMQError.unexpected(reply, from: Script.getDependencyCounts.name)
        }
        return DependencyCounts(processed: counts[0], unprocessed: counts[1], failed: counts[3], ignored: counts[2])
    }

    func dependencyPage(
        of id: String, _ kind: DependencyKind, cursor: DependencyCursor, count: Int
    ) async throws -> DependencyPage {
        let command = keys.scan(kind, of: id, cursor: cursor, count: count)
        return try DependencyPage(
            try await connection.execute(command), of: kind, cursor: cursor, count: count)
    }

    /// A range of the children of one kind, and the fields of their jobs.
    func childrenWithJobs(
        of id: String, _ kind: DependencyKind, range: Range<Int>
    ) async throws -> (children: [ChildRecord], jobs: [[RESPValue]], total: Int) {
        let end = range.upperBound == .max ? -1 : range.upperBound - 1
        return kind == .failed
            ? try await failedChildrenWithJobs(of: id, start: range.lowerBound, end: end)
            : try await scannedChildrenWithJobs(of: id, kind, start: range.lowerBound, end: end)
    }

    /// Sets and hashes have no positions: the script counts while it scans.
    private func scannedChildrenWithJobs(
        of id: String, _ kind: DependencyKind, start: Int, end: Int
    ) async throws -> (children: [ChildRecord], jobs: [[RESPValue]], total: Int) {
        let wanted = end < 0 ? Int.max : end - start + 1
        var (children, jobs, total): ([ChildRecord], [[RESPValue]], Int) = ([], [], 0)
        var (cursor, offset) = ("0", "0")
        repeat {
            let first = start + children.count
            let reply = try await scripts.run(.paginate, arguments: 6) { call in
                call.key(keys.children(kind, of: id))
                call.argument(Int64(first))
                call.argument(Int64(end))
                call.argument(cursor)
                call.argument(offset)
                call.argument("5")
                call.argument("1")
            }
            // A missing key is answered without jobs, and with a cursor that is a number.
            guard let parts = reply.array, parts.count >= 4, let items = parts[2].array,
                let nextCursor = parts[0].integer, let nextOffset = parts[1].integer, let size = parts[3].integer
            else { throw BullMQError.unexpected(reply, from: Script.paginate.name) }
            for item in items {
                let fields = item.array ?? [item]
                children.append(
                    ChildRecord(kind, key: fields[0].string ?? "", text: fields.count > 1 ? fields[1].string : nil))
            }
            jobs += (parts.count > 4 ? parts[4].array ?? [] : []).map { $0.array ?? [] }
            (cursor, offset, total) = (String(nextCursor), String(nextOffset), Int(size))
        } while cursor != "0" && children.count < wanted
        return (children, jobs, total)
    }

    private func failedChildrenWithJobs(
        of id: String, start: Int, end: Int
    ) async throws -> (children: [ChildRecord], jobs: [[RESPValue]], total: Int) {
        let key = keys.children(.failed, of: id)
        let replies = try await connection.transaction { unit in
            unit.append(RedisCommand("ZRANGE", key, String(start), String(end)))
            unit.append(RedisCommand("ZCARD", key))
        }
        guard replies.count == 2, let total = replies[1].integer else {
            throw BullMQError.unexpected(.array(replies), from: "EXEC")
        }
        let children = try replies[0].keys(from: "ZRANGE")
        guard !children.isEmpty else { return ([], [], Int(total)) }
        let jobs = try await connection.sendUnit { unit in
            for child in children { unit.append(RedisCommand("HGETALL", child)) }
        }
        return (children.map { ChildRecord(.failed, key: $0, text: nil) }, jobs.map { $0.array ?? [] }, Int(total))
    }

    func removeUnprocessedChildren(of id: String) async throws {
        _ = try await scripts.run(.removeUnprocessedChildren, arguments: 2) { call in
            call.keys(keys.job(id), keys.meta)
            call.argument(keys.base)
            call.argument(id)
        }
    }

    /// Detaches a child from its parent; false if the parent was no longer waiting for it.
    func removeChildDependency(id: String, parentKey: String) async throws -> Bool {
        let reply = try await scripts.run(.removeChildDependency, arguments: 2) { call in
            call.keys(keys.base)
            call.argument(keys.job(id))
            call.argument(parentKey)
        }
        let code = try reply.code(of: .removeChildDependency)
        if code < 0 {
            throw BullMQError.script(code, command: "removeChildDependency", job: id, parent: parentKey)
        }
        return code == 0
    }

    /// The operations of the queue in which another job lives.
    func neighbour(of key: JobKey) throws(BullMQError) -> QueueStore {
        if keys.qualifiedName == "\(key.prefix):\(key.queue)" { return self }
        return try QueueStore(
            name: key.queue, prefix: key.prefix, redis: redis, pauseMode: scripts.pauseMode, logger: logger)
    }
}

extension QueueKeys {
    /// Where a job keeps its children of this kind.
    func children(_ kind: DependencyKind, of id: String) -> String { job(id) + kind.keySuffix }

    /// Reads a page of them.
    func scan(_ kind: DependencyKind, of id: String, cursor: DependencyCursor, count: Int) -> RedisCommand {
        let key = children(kind, of: id)
        switch kind {
        case .processed, .ignored: return RedisCommand("HSCAN", key, cursor.rawValue, "COUNT", String(count))
        case .unprocessed: return RedisCommand("SSCAN", key, cursor.rawValue, "COUNT", String(count))
        case .failed:
            // One more than asked for shows whether another page follows.
            let start = cursor.position
            return RedisCommand("ZRANGE", key, String(start), String(start + count))
        }
    }
}

extension DependencyCursor {
    fileprivate var position: Int { Int(rawValue) ?? 0 }
}

extension ChildRecord {
    /// - Parameter text: what the parent keeps with the child.
    init(_ kind: DependencyKind, key: String, text: String?) {
        self.key = key
        outcome =
            switch kind {
            case .processed: .processed(JSONText(unchecked: text ?? "null"))
            case .unprocessed: .unprocessed
            case .failed: .failed
            case .ignored: .ignored(reason: text ?? "")
            }
    }
}

extension DependencyPage {
    /// The answer to a command of ``QueueKeys/scan(_:of:cursor:count:)``.
    init(_ reply: RESPValue, of kind: DependencyKind, cursor: DependencyCursor, count: Int) throws {
        guard kind != .failed else {
            let keys = try reply.keys(from: "ZRANGE")
            children = keys.prefix(count).map { ChildRecord(.failed, key: $0, text: nil) }
            next = keys.count > count ? DependencyCursor(rawValue: String(cursor.position + count)) : nil
            return
        }
        if case .error(let error) = reply { throw RedisError(.errorReply, error.message, underlying: error) }
        guard let parts = reply.array, parts.count == 2, let cursor = parts[0].string, let elements = parts[1].array
        else { throw BullMQError.unexpected(reply, from: kind == .unprocessed ? "SSCAN" : "HSCAN") }
        let step = kind == .unprocessed ? 1 : 2
        children = stride(from: 0, through: elements.count - step, by: step).map {
            ChildRecord(kind, key: elements[$0].string ?? "", text: step == 2 ? elements[$0 + 1].string : nil)
        }
        next = cursor == "0" ? nil : DependencyCursor(rawValue: cursor)
    }
}

extension RESPValue {
    fileprivate func keys(from command: String) throws -> [String] {
        if case .error(let error) = self { throw RedisError(.errorReply, error.message, underlying: error) }
        guard let elements = array else { throw BullMQError.unexpected(self, from: command) }
        return elements.map { $0.string ?? "" }
    }

    /// The alternating keys and values of `HGETALL`.
    private func pairs() throws -> [(String, String)] {
        let texts = try keys(from: "HGETALL")
        return stride(from: 0, to: texts.count - 1, by: 2).map { (texts[$0], texts[$0 + 1]) }
    }

    fileprivate func reasons() throws -> [String: String] {
        Dictionary(try pairs()) { _, last in last }
    }

    fileprivate func results() throws -> [String: JSONText] {
        try reasons().mapValues(JSONText.init(unchecked:))
    }
}
