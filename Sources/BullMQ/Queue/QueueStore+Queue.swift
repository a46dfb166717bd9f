import FoundationEssentials

/// Operations on the queue as a whole (protocol: scripts-move 4.8, 4.16; scripts-read-and-remove 4, 6).
extension QueueStore {
    func pause() async throws {
        _ = try await scripts.run(.pause, arguments: 2) { call in
            call.keys(
                keys.wait, keys.paused, keys.meta, keys.prioritized, keys.events, keys.delayed, keys.marker)
            call.argument("paused")
            call.argument("1")
        }
        localEvents.send(.paused)
    }

    func resume() async throws {
        _ = try await scripts.run(.pause, arguments: 2) { call in
            call.keys(
                keys.paused, keys.wait, keys.meta, keys.prioritized, keys.events, keys.delayed, keys.marker)
            call.argument("resumed")
            call.argument("1")
        }
        localEvents.send(.resumed)
    }

    /// Sizes of the named structures, in order.
    func counts(of suffixes: [String]) async throws -> [Int] {
        let reply = try await scripts.run(.getCounts, arguments: suffixes.count) { call in
            call.keys(keys.base)
            for suffix in suffixes { call.argument(suffix) }
        }
        guard let counts = reply.array, counts.count == suffixes.count else {
            throw BullMQError.unexpected(reply, from: "getCounts")
        }
        return counts.map { Int($0.integer ?? 0) }
    }

    func countsPerPriority(_ priorities: [Int]) async throws -> [Int] {
        let reply = try await scripts.run(.getCountsPerPriority, arguments: priorities.count) { call in
            call.keys(keys.wait, keys.prioritized)
            for priority in priorities { call.argument(Int64(priority)) }
        }
        guard let counts = reply.array, counts.count == priorities.count else {
            throw BullMQError.unexpected(reply, from: "getCountsPerPriority")
        }
        return counts.map { Int($0.integer ?? 0) }
    }

    /// Jobs of the named states, each slice in the order asked, states in order, without repetition.
    func jobs(in suffixes: [String], start: Int, end: Int, ascending: Bool) async throws -> [JobRecord] {
        let reply = try await scripts.run(.getJobs, arguments: 4 + suffixes.count) { call in
            call.keys(keys.base)
            call.argument(Int64(start))
            call.argument(Int64(end))
            call.argument(flag: ascending)
            call.argument("5")
            for suffix in suffixes { call.argument(suffix) }
        }
        guard let groups = reply.array else { throw BullMQError.unexpected(reply, from: "getJobs") }
        var seen: Set<String> = []
        var records: [JobRecord] = []
        for element in groups.flatMap({ $0.array ?? [] }) {
            guard let pair = element.array, pair.count == 2, let id = pair[0].string, let fields = pair[1].array else {
                throw BullMQError.unexpected(reply, from: "getJobs")
            }
            guard seen.insert(id).inserted, let record = StoredJob(id: id, fields: fields) else { continue }
            records.append(record)
        }
        return records
    }

    /// Removes jobs that wait, and delayed ones if asked.
    func drain(includingDelayed: Bool) async throws {
        _ = try await scripts.run(.drain, arguments: 2) { call in
            call.keys(keys.wait, keys.paused, keys.delayed, keys.prioritized, keys.scheduled)
            call.argument(keys.base)
            call.argument(flag: includingDelayed)
        }
    }

    /// Removes up to `limit` jobs of one state that are older than `timestamp`; returns their ids.
    func clean(_ suffix: String, olderThan timestamp: Int64, limit: Int) async throws -> [String] {
        let reply = try await scripts.run(.cleanJobsInSet, arguments: 4) { call in
            call.keys(keys.base + suffix, keys.events, keys.scheduled)
            call.argument(keys.base)
            call.argument(timestamp)
            call.argument(Int64(limit))
            call.argument(suffix)
        }
        return try reply.texts(of: .cleanJobsInSet)
    }

    /// Removes up to `count` jobs and, when none is left, the queue; true while there is more to do.
    func obliterate(count: Int, force: Bool) async throws -> Bool {
        let reply = try await scripts.run(.obliterate, arguments: 2) { call in
            call.keys(keys.meta, keys.base)
            call.argument(Int64(count))
            call.argument(force ? "force" : "")
        }
        switch try reply.code(of: .obliterate) {
        case 0: return false
        case 1: return true
        case -1: throw BullMQError(.notPaused, "Cannot obliterate non-paused queue")
        case -2: throw BullMQError(.activeJobs, "Cannot obliterate queue with active jobs")
        default: throw BullMQError.unexpected(reply, from: "obliterate")
        }
    }

    /// Moves up to `count` jobs of one state to the line; true while there are more.
    func moveJobsToWait(from state: JobState, count: Int, before bound: String) async throws -> Bool {
        let reply = try await scripts.run(.moveJobsToWait, arguments: 3) { call in
            call.keys(
                keys.base, keys.events, keys.base + state.keySuffix, keys.wait, keys.paused, keys.meta, keys.active,
                keys.marker)
            call.argument(Int64(count))
            call.argument(bound)
            call.argument(state.rawValue)
        }
        return try reply.code(of: .moveJobsToWait) == 1
    }

    func isPaused() async throws -> Bool {
        try await send("HEXISTS", keys.meta, "paused").integer == 1
    }

    func isMaxed() async throws -> Bool {
        let reply = try await scripts.run(.isMaxed, arguments: 0) { call in
            call.keys(keys.meta, keys.active)
        }
        return reply.integer == 1
    }

    func metrics(_ key: String, start: Int, end: Int) async throws -> JobMetrics {
        let reply = try await scripts.run(.getMetrics, arguments: 2) { call in
            call.keys(key, key + ":data")
            call.argument(Int64(start))
            call.argument(Int64(end))
        }
        guard let parts = reply.array, parts.count == 3, let meta = parts[0].array, meta.count == 3,
            let points = parts[1].array
        else {
            throw BullMQError.unexpected(reply, from: "getMetrics")
        }
        return JobMetrics(
            total: Int(meta[0].integer ?? 0), points: points.map { Int($0.integer ?? 0) },
            storedPoints: Int(parts[2].integer ?? 0), lastPointAt: meta[1].integer.map(Date.init(milliseconds:)),
            totalAtLastPoint: Int(meta[2].integer ?? 0))
    }
}
