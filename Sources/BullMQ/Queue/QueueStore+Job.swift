/// Small operations on one job (protocol: scripts-move 4.7, 4.9, 4.14, 4.15; scripts-read-and-remove 4 to 6).
extension QueueStore {
    func job(_ id: String) async throws -> JobRecord? {
        let reply = try await send("HGETALL", keys.job(id))
        guard let fields = reply.array else { throw BullMQError.unexpected(reply, from: "HGETALL") }
        return StoredJob(id: id, fields: fields)
    }

    func state(of id: String) async throws -> JobState? {
        let reply = try await scripts.run(.getStateV2, arguments: 1) { call in
            call.keys(
                keys.completed, keys.failed, keys.delayed, keys.active, keys.wait, keys.paused, keys.waitingChildren,
                keys.prioritized)
            call.argument(id)
        }
        guard let text = reply.string else { throw BullMQError.unexpected(reply, from: "getState") }
        return JobState(rawValue: text)
    }

    enum Ending: Sendable {
        case pending
        case completed(String?)
        case failed(String?)
        case missing(String)
    }

    /// Whether and how a job finished.
    func ending(of id: String) async throws -> Ending {
        let reply = try await scripts.run(.isFinished, arguments: 2) { call in
            call.keys(keys.completed, keys.failed, keys.job(id))
            call.argument(id)
            call.argument("1")
        }
        guard let elements = reply.array, let code = elements.first?.integer else {
            throw BullMQError.unexpected(reply, from: "isFinished")
        }
        let value = elements.count > 1 ? elements[1].string : nil
        switch code {
        case 1: return .completed(value)
        case 2: return .failed(value)
        case -1: return .missing(value ?? "Missing key for job \(keys.job(id)). isFinished")
        default: return .pending
        }
    }

    func updateData(id: String, _ data: JSONText) async throws {
        let reply = try await scripts.run(.updateData, arguments: 1, capacity: 256 + data.utf8Count) { call in
            call.keys(keys.job(id))
            call.argument(data.text)
        }
        try check(reply, .updateData, id)
    }

    func updateProgress(id: String, _ progress: JSONText) async throws {
        let reply = try await scripts.run(.updateProgress, arguments: 2, capacity: 256 + progress.utf8Count) { call in
            call.keys(keys.job(id), keys.events, keys.meta)
            call.argument(id)
            call.argument(progress.text)
        }
        try check(reply, .updateProgress, id)
        localEvents.send(.progress(jobID: id, progress))
    }

    /// Appends a log row; returns how many rows there are now.
    func addLog(id: String, _ row: String, keeping count: Int?) async throws -> Int {
        let reply = try await scripts.run(.addLog, arguments: 3, capacity: 256 + row.utf8.count) { call in
            call.keys(keys.job(id), keys.logs(id))
            call.argument(id)
            call.argument(row)
            call.argument(count.map { $0 > 0 ? String($0) : "" } ?? "")
        }
        let code = try reply.code(of: .addLog)
        if code < 0 { throw BullMQError.script(code, command: "addLog", job: id) }
        return Int(code)
    }

    func logs(id: String, start: Int, end: Int, ascending: Bool) async throws -> (rows: [String], count: Int) {
        let range =
            ascending
            ? RedisCommand("LRANGE", keys.logs(id), String(start), String(end))
            : RedisCommand("LRANGE", keys.logs(id), String(-(end + 1)), String(-(start + 1)))
        let replies = try await connection.transaction { unit in
            unit.append(range)
            unit.append(RedisCommand("LLEN", keys.logs(id)))
        }
        guard replies.count == 2, let rows = replies[0].array, let count = replies[1].integer else {
            throw BullMQError(.unexpectedReply, "The log of job \(id) cannot be read: \(replies.map(\.shape))")
        }
        let texts = rows.compactMap(\.string)
        return (ascending ? texts : texts.reversed(), Int(count))
    }

    func clearLogs(id: String, keeping count: Int) async throws {
        _ =
            count > 0
            ? try await send("LTRIM", keys.logs(id), String(-count), "-1")
            : try await send("DEL", keys.logs(id))
    }

    /// Moves a finished job back in line.
    func reprocess(
        id: String, from state: JobState, lifo: Bool, resetAttemptsMade: Bool, resetAttemptsStarted: Bool
    ) async throws {
        let isFailed = state == .failed
        let reply = try await scripts.run(.reprocessJob, arguments: 6) { call in
            call.keys(
                keys.job(id), keys.events, isFailed ? keys.failed : keys.completed, keys.wait, keys.meta, keys.active,
                keys.marker, keys.prioritized, keys.priorityCounter)
            call.argument(id)
            call.argument(lifo ? "RPUSH" : "LPUSH")
            call.argument(isFailed ? "failedReason" : "returnvalue")
            call.argument(isFailed ? "failed" : "completed")
            call.argument(flag: resetAttemptsMade)
            call.argument(flag: resetAttemptsStarted)
        }
        try check(reply, .reprocessJob, id, state: state.rawValue)
    }

    func promote(id: String) async throws {
        let reply = try await scripts.run(.promote, arguments: 2) { call in
            call.keys(
                keys.delayed, keys.wait, keys.paused, keys.meta, keys.prioritized, keys.active, keys.priorityCounter,
                keys.events, keys.marker)
            call.argument(keys.base)
            call.argument(id)
        }
        try check(reply, .promote, id, state: "delayed")
    }

    func changeDelay(id: String, to delay: Int64) async throws {
        let reply = try await scripts.run(.changeDelay, arguments: 4) { call in
            call.keys(keys.delayed, keys.meta, keys.marker, keys.events)
            call.argument(delay)
            call.argument(Milliseconds.now)
            call.argument(id)
            call.argument(keys.job(id))
        }
        try check(reply, .changeDelay, id, state: "delayed")
    }

    func changePriority(id: String, to priority: Int, lifo: Bool) async throws {
        let reply = try await scripts.run(.changePriority, arguments: 4) { call in
            call.keys(
                keys.wait, keys.paused, keys.meta, keys.prioritized, keys.active, keys.priorityCounter, keys.marker)
            call.argument(Int64(priority))
            call.argument(keys.base)
            call.argument(id)
            call.argument(flag: lifo)
        }
        try check(reply, .changePriority, id)
    }

    /// Removes a job from wherever it is; false if it, or one of its children, is being processed.
    func remove(id: String, withChildren: Bool) async throws -> Bool {
        let reply = try await scripts.run(.removeJob, arguments: 3) { call in
            call.keys(keys.job(id), keys.scheduled)
            call.argument(id)
            call.argument(flag: withChildren)
            call.argument(keys.base)
        }
        let code = try reply.code(of: .removeJob)
        if code < 0 { throw BullMQError.script(code, command: "removeJob", job: id) }
        if code == 1 { localEvents.send(.removed(jobID: id)) }
        return code == 1
    }

    /// Frees a deduplication id if this job owns it.
    func removeDeduplicationKey(_ deduplicationID: String, ownedBy id: String) async throws -> Bool {
        let reply = try await scripts.run(.removeDeduplicationKey, arguments: 1) { call in
            call.keys(keys.deduplication(deduplicationID))
            call.argument(id)
        }
        return try reply.code(of: .removeDeduplicationKey) == 1
    }

    private func check(_ reply: RESPValue, _ script: Script, _ id: String, state: String? = nil) throws {
        let code = try reply.code(of: script)
        if code < 0 { throw BullMQError.script(code, command: script.name, job: id, state: state) }
    }
}
